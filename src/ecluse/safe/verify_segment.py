"""Verifying one segment: its lines, the tiles above them, its heads.

1. Heads are read first: a safe at work only adds to what is read.
2. A changed byte is told with its file, its offset, its line and the sequence of its entry whenever a tile still
   tells the hash.
"""

from pathlib import Path
from typing import NamedTuple

import msgspec

from ecluse.core.errors import NotProvenError
from ecluse.safe.entry import UNREADABLE
from ecluse.safe.merkle import HASH_BYTES, rows_above
from ecluse.safe.notes import Verifier, open_head
from ecluse.safe.scan import Grown, hashes_in, leaves_of, read_heads, read_lines
from ecluse.safe.tiles import HEIGHT, SEGMENT, WIDTH, heads_path, partial_tiles, segment_path, tile_path

START = b'"action":"start"'
ENTRY = b"{"
MOST_FAULTS = 100


class Wrong(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that is not as it was signed, and its place.

    Byte offset and line (from 1) in the file, sequence of the entry.
    """

    file: str
    what: str
    offset: int | None = None
    line: int | None = None
    sequence: int | None = None


class Job(NamedTuple):
    """What a process needs to verify one segment."""

    folder: Path
    first: int
    vkey: str
    signed: int


class _Seq(msgspec.Struct, gc=False):
    seq: int


class Checked(NamedTuple):
    """What one segment gave. ``stored`` is the tree that its tiles tell, when it differs from that of its lines."""

    grown: Grown
    stored: Grown | None
    heads: list[tuple[int, bytes, int, int]]
    different: list[Wrong]
    tiles: list[Wrong]
    faults: list[Wrong]
    last_note: str
    starts: list[bytes]
    rest: int


_seq = msgspec.json.Decoder(_Seq)


def check_segment(job: Job) -> Checked:
    """Verify one segment: heads first, so that a safe at work only adds to what is read."""
    verifier = Verifier.of(job.vkey)
    faults: list[Wrong] = []
    heads, last_note = _check_heads(job, verifier, faults)
    path = segment_path(job.folder, job.first)
    lines = read_lines(path)
    leaves = leaves_of(lines.whole[:SEGMENT])
    if lines.rest and (lines.rest[:1] != ENTRY or b"\0" in lines.rest):
        offset = sum(len(line) + 1 for line in lines.whole)
        faults.append(Wrong(_name(job, path), "bytes after the last entry that are the beginning of none", offset))
    if len(lines.whole) > SEGMENT:
        faults.append(Wrong(_name(job, path), "lines after the end of the segment", line=SEGMENT + 1))
    rows = rows_above(leaves)
    sizes = [size for size, *_ in heads]
    told, tiles = _check_tiles(job, rows)
    stored, different = None, []
    if told != leaves:
        stored = Grown.of(job.first, rows_above(told), sizes)
        different = _different_lines(job, path, lines.whole, leaves, told)
    faults += _out_of_place(job, path, lines.whole)
    starts = [line for line in lines.whole if START in line]
    return Checked(
        Grown.of(job.first, rows, sizes), stored, heads, different, tiles, faults, last_note, starts, len(lines.rest)
    )


def _name(job: Job, path: Path) -> str:
    return str(path.relative_to(job.folder))


def _check_heads(job: Job, verifier: Verifier, faults: list[Wrong]) -> tuple[list[tuple[int, bytes, int, int]], str]:
    """Return size, root, line and offset of each head that is signed, in order; and the last note."""
    path = heads_path(job.folder, job.first)
    heads: list[tuple[int, bytes, int, int]] = []
    note = ""
    found = read_heads(path)
    shifted = bool(found) and not found[-1].note.endswith("\n")
    for kept in found:
        try:
            head = open_head(kept.note, verifier)
        except NotProvenError as error:
            faults.append(Wrong(_name(job, path), error.message, kept.offset, kept.line))
            if shifted:
                break
            continue
        if not job.first < head.size <= job.first + SEGMENT or (heads and head.size <= heads[-1][0]):
            faults.append(Wrong(_name(job, path), "a head out of place", kept.offset, kept.line, head.size))
        heads.append((head.size, head.root, kept.line, kept.offset))
        note = kept.note
    return heads, note


def _out_of_place(job: Job, path: Path, lines: list[bytes]) -> list[Wrong]:
    """Return the first line that is not an entry, or not the one of its place."""
    offset = 0
    for sequence, line in enumerate(lines, job.first):
        try:
            if _seq.decode(line).seq != sequence:
                return [
                    Wrong(_name(job, path), "not the entry of this place", offset, sequence - job.first + 1, sequence)
                ]
        except UNREADABLE:
            return [Wrong(_name(job, path), "not an entry", offset, sequence - job.first + 1, sequence)]
        offset += len(line) + 1
    return []


def _check_tiles(job: Job, rows: list[list[bytes]]) -> tuple[list[bytes], list[Wrong]]:
    """Compare the tiles of levels 0 and 1.

    Return the leaves as level 0 tells them (as the lines do where it is silent).
    """
    wrong: list[Wrong] = []
    told = list(rows[0])
    for level in (0, 1):
        hashes = rows[level * HEIGHT] if level * HEIGHT < len(rows) else []
        start = job.first >> HEIGHT * level
        for at in range(0, len(hashes), WIDTH):
            tile = stored_tile(job.folder, job.signed, level, (start + at) // WIDTH)
            if tile is None:
                continue
            there, fault = compare_tile(job.folder, tile, hashes[at : at + WIDTH])
            wrong += fault
            if level == 0 and fault:
                told[at : at + len(there)] = there
    return told, wrong


def stored_tile(folder: Path, signed: int, level: int, number: int) -> Path | None:
    """Return the file where a tile of a tree of ``signed`` leaves is, or None when the tree has none at this place."""
    if (number + 1) * WIDTH << HEIGHT * level <= signed:
        return tile_path(folder, level, number)
    widths = [width for at, n, width in partial_tiles(signed) if (at, n) == (level, number)]
    path = tile_path(folder, level, number, *widths) if widths else None
    return path if path is not None and path.exists() else None


def compare_tile(folder: Path, path: Path, hashes: list[bytes]) -> tuple[list[bytes], list[Wrong]]:
    """Return the hashes that a tile holds, and what is wrong when they are not the first of ``hashes``."""
    data = path.read_bytes() if path.exists() else b""
    there = hashes_in(data)
    expected = b"".join(hashes[: len(there)])
    if data and data == expected:
        return there, []
    offset = differs(data, b"".join(hashes)) if data else None
    what = "not the hashes of the trace" if data else "missing"
    whole = there if len(data) % HASH_BYTES == 0 else []
    return whole, [Wrong(str(path.relative_to(folder)), what, offset)]


def differs(one: bytes, other: bytes) -> int:
    """Return the offset of the first byte that differs."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _different_lines(job: Job, path: Path, lines: list[bytes], leaves: list[bytes], told: list[bytes]) -> list[Wrong]:
    """Return the lines whose hash is not the one that the tiles hold."""
    wrong, offset = [], 0
    for i, line in enumerate(lines[: len(told)]):
        if leaves[i] != told[i]:
            wrong.append(Wrong(_name(job, path), "not the entry that was written", offset, i + 1, job.first + i))
        offset += len(line) + 1
    if len(told) > len(lines) and not wrong:
        wrong.append(Wrong(_name(job, path), "entries are missing", offset, len(lines) + 1, job.first + len(lines)))
    return wrong[: 1 if len(told) > len(lines) else MOST_FAULTS]
