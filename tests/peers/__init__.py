"""Our engine beside those of others; development only, skipped where they are not installed."""
