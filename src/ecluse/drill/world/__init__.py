"""A whole synthetic hospital in memory, the same for the same seed: see ``world.World`` and ``settings.Settings``."""
