"""The command ``ecluse``."""
