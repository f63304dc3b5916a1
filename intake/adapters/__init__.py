"""Outside formats of the intake app."""
