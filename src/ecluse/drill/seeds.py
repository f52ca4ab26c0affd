"""Which hospitals detectors may be fitted to, and which they are scored on: settled before anything was measured.

The two never meet (tested). Seeds 101 to 110 were shown in an earlier page and belong to neither any more.
"""

from msgspec.structs import replace

from ecluse.drill.world.settings import Settings

FITTING = range(1, 101)
RETIRED = range(101, 111)
SCORING = range(1001, 2001)
SIZES = {
    "small": Settings(patients=20_000, staff=200, days=60),
    "large": Settings(patients=200_000, staff=5_000, days=90),
}
"""What the watch is measured on. Two months of the small one: half to learn from, half to be robbed in."""
WRITTEN = {"small": replace(SIZES["small"], days=90), "large": SIZES["large"]}
"""What a world is written as, unless told otherwise."""


def purpose(seed: int) -> str:
    """Say what a seed may be used for."""
    return "fitting" if seed in FITTING else "scoring" if seed in SCORING else "neither"
