"""What pages and endpoints read."""
