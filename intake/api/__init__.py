"""The JSON API of intake."""
