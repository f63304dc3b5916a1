"""Words for templates about hours."""
