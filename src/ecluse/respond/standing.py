"""How the live watch is: a small file that it writes at every step and anybody of this home may read."""

import msgspec

from ecluse.core.home import Home

FILE = "status.json"
LATE_S = 10.0  # what C1 promises


class Standing(msgspec.Struct, frozen=True):
    """``HOME/watch/status.json``. Times are Unix seconds.

    ``sequence`` is the next entry to look at; ``lag_entries`` how many wait; ``lag_s`` the age of the oldest of them;
    ``deep_at`` when all detectors last ran; ``error`` is empty while all is well.
    """

    at: float
    sequence: int
    lag_entries: int
    lag_s: float
    deep_at: float = 0.0
    error: str = ""


def standing(home: Home) -> Standing | None:
    """Return how the watch of ``home`` said it was last; None when it never ran or its file is damaged."""
    try:
        return msgspec.json.decode((home.watch / FILE).read_bytes(), type=Standing)
    except (OSError, msgspec.DecodeError):
        return None


def tell(home: Home, now: Standing) -> None:
    """Write how the watch is: a reader sees the old file or the new one."""
    new = home.watch / f"{FILE}.new"
    new.write_bytes(msgspec.json.encode(now))
    new.replace(home.watch / FILE)
