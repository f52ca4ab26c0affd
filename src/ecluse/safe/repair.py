"""After a crash: cut what was never acknowledged, and nothing else.

1. (S7) An acknowledged entry ends with a newline and was synced whole: only bytes after the last newline, or from the
   first line that is not an entry after the last signed head, were never acknowledged.
2. What is cut is kept aside in ``torn/``, and the next start says so in the trace. Zeros written ahead are cut too, and
   there is nothing of them to keep.
"""

import os
from pathlib import Path

from ecluse.core.errors import NotProvenError
from ecluse.safe.entry import UNREADABLE, decode
from ecluse.safe.files import sync_folder, write_new
from ecluse.safe.notes import Verifier, open_head
from ecluse.safe.scan import first_sequences, read_heads, read_lines
from ecluse.safe.tiles import heads_path, segment_path

HEADS_END = b"\n\n"


def repair(folder: Path, verifier: Verifier) -> None:
    """Cut the torn ends of the last segment and of the last files of heads."""
    firsts = first_sequences(folder)
    for first in firsts[-2:]:
        _repair_heads(folder, heads_path(folder, first))
    for aside in folder.glob("*.new"):
        aside.unlink()
    if firsts:
        _repair_segment(folder, firsts[-1], _signed(folder, firsts[-2:], verifier))


def _repair_heads(folder: Path, path: Path) -> None:
    data = path.read_bytes() if path.exists() else b""
    whole = data.rfind(HEADS_END) + len(HEADS_END) if HEADS_END in data else 0
    # A note has an empty line of its own before the signature: cut back to the end of a whole record.
    while whole and data[:whole].count(b"\n") % 6:
        whole = data.rfind(HEADS_END, 0, whole - 1) + len(HEADS_END) if HEADS_END in data[: whole - 1] else 0
    cut(folder, path, whole, len(data))


def _signed(folder: Path, firsts: list[int], verifier: Verifier) -> int:
    """Return the size of the last head that verifies: entries below it are never cut."""
    for first in reversed(firsts):
        for kept in reversed(read_heads(heads_path(folder, first))):
            try:
                return open_head(kept.note, verifier).size
            except NotProvenError:
                continue
    return 0


def _repair_segment(folder: Path, first: int, signed: int) -> None:
    path = segment_path(folder, first)
    lines = read_lines(path)
    whole = sum(len(line) + 1 for line in lines.whole)
    position = sum(len(line) + 1 for line in lines.whole[: max(0, signed - first)])
    for sequence, line in enumerate(lines.whole[max(0, signed - first) :], max(first, signed)):
        if not _is_entry(line, sequence):
            whole = position
            break
        position += len(line) + 1
    cut(folder, path, whole, path.stat().st_size)


def _is_entry(line: bytes, sequence: int) -> bool:
    try:
        return decode(line).seq == sequence
    except UNREADABLE:
        return False


def cut(folder: Path, path: Path, whole: int, size: int) -> None:
    """Cut ``path`` after ``whole`` bytes, the rest kept aside and durable before the cut."""
    if whole == size:
        return
    with path.open("r+b") as file:
        file.seek(whole)
        torn = file.read().rstrip(b"\0")
        if torn:
            write_new(folder / "torn" / f"{path.name}.{whole}.{os.urandom(4).hex()}", torn, 0o600)
        file.truncate(whole)
        os.fsync(file.fileno())
    sync_folder(path.parent)
