"""The thin async shell around the pure decisions."""
