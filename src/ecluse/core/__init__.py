"""What every layer shares: words, errors, the home folder. No Django, no I/O beyond reading settings."""
