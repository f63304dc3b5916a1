"""One outside protocol each."""
