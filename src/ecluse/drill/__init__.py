"""Attack ourselves, count records."""
