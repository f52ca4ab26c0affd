"""Where hashes are kept: C2SP tlog-tiles, height 8, full tiles only (a partial tile is computed from the trace).

1. A tile is derived from the trace: a missing one is written again; a different one is reported by ``ecluse trace verify``.
"""

from pathlib import Path

HEIGHT = 8
WIDTH = 1 << HEIGHT
SEGMENT_HEIGHT = 16
SEGMENT = 1 << SEGMENT_HEIGHT


def tile_path(folder: Path, level: int, number: int) -> Path:
    """Return the file of a full tile: groups of three digits, all but the last with an ``x`` before."""
    parts = [f"{number % 1000:03d}"]
    while number >= 1000:  # noqa: PLR2004 - three digits a group
        number //= 1000
        parts.insert(0, f"x{number % 1000:03d}")
    return folder / "tile" / str(level) / Path(*parts)


def segment_path(folder: Path, first: int) -> Path:
    """Return the file of the entries from sequence ``first`` on."""
    return folder / "trace" / f"{first:012d}.jsonl"


def heads_path(folder: Path, first: int) -> Path:
    """Return the file of the signed heads whose last entry lies in the segment that starts at ``first``."""
    return folder / "heads" / f"{first:012d}.notes"


def segment_of(sequence: int) -> int:
    """Return the first sequence of the segment that holds ``sequence``."""
    return sequence >> SEGMENT_HEIGHT << SEGMENT_HEIGHT
