"""The signed head under which everything of a list stands."""

import time
from pathlib import Path

import msgspec

from ecluse.core.errors import BrokenWorldError
from ecluse.safe.notes import Verifier, b64, open_head
from ecluse.safe.scan import read_lines
from ecluse.safe.trace_reader import segments

WAIT_SECONDS = 6.0
EACH_S = 0.1


class Signed(msgspec.Struct, frozen=True):
    """A signed head: its note as it was signed, the key that checks it, its size and root (base64)."""

    note: str
    vkey: str
    size: int
    root: str


def written(safe: Path) -> int:
    """Return how many entries the trace holds now, whether a head covers them yet or not."""
    for path in reversed(segments(safe)):
        lines = read_lines(path).whole
        if lines:
            return int(path.stem) + len(lines)
    return 0


def signed_head(safe: Path, covering: int = 0) -> Signed:
    """Return the last signed head; wait for one that covers ``covering`` entries (a running safe signs each second).

    Raises:
        BrokenWorldError: none came in time.
        NotProvenError: the head is not signed by the safe's key.
    """
    vkey = (safe / "key.vkey").read_text(encoding="utf-8").strip()
    for tries_left in range(round(WAIT_SECONDS / EACH_S), -1, -1):  # counted: a machine that stood still is waited for
        note = (safe / "checkpoint").read_text(encoding="utf-8")
        head = open_head(note, Verifier.of(vkey))
        if head.size >= covering:
            return Signed(note, vkey, head.size, b64(head.root))
        if tries_left:
            time.sleep(EACH_S)
    raise BrokenWorldError(f"The last signed head does not cover {covering} entries.", "Start the safe: it signs them.")
