"""Pages of the consultations app."""
