"""The entries of the trace about one patient, found without reading those about others. No Django.

Promise:

- **O3** The cost does not grow with the number of entries of other patients: each full segment of the trace, which
  never changes, gets an index file once; only the last one is searched through.

An index is a cache: a header (mark, size of the segment), then pairs (tag of the patient, offset of the line), sorted.
A missing, cut or foreign one is made again, and every line it points to is checked against the patient asked for.
"""

import mmap
import os
import re
import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path

from ecluse.safe.entry import Entry, decode
from ecluse.safe.files import replace
from ecluse.safe.trace_reader import segments

HEADER = struct.Struct(">16sQ")
RECORD = struct.Struct(">QI")
MAGIC = b"ecluse-opened-1\n"
NAMED = re.compile(rb'"patient":"([0-9a-f]{32})"')
OWNER_WRITES = 0o200

Buffer = bytes | mmap.mmap


def entries_of(safe: Path, cache: Path, ref: str) -> Iterator[Entry]:
    """Yield the entries about patient ``ref``, oldest first."""
    needle = ref.encode("ascii")
    for path in segments(safe):
        with path.open("rb") as file:
            if not os.fstat(file.fileno()).st_size:
                continue
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
                full = path.stat().st_mode & OWNER_WRITES == 0
                places = indexed(cache, path, lines, ref) if full else searched(lines, needle)
                yield from read(lines, places, ref)


def read(lines: mmap.mmap, places: Iterable[int], ref: str) -> Iterator[Entry]:
    """Yield the entries at ``places`` that are about ``ref``; a line still being written is left for next time."""
    for place in places:
        end = lines.find(b"\n", place)
        if end > 0:
            entry = decode(lines[place:end])
            if entry.patient == ref:
                yield entry


def searched(lines: mmap.mmap, needle: bytes) -> Iterator[int]:
    """Yield the start of each line that holds ``needle``."""
    at = lines.find(needle)
    while at >= 0:
        yield lines.rfind(b"\n", 0, at) + 1
        after = lines.find(b"\n", at)
        at = lines.find(needle, after) if after >= 0 else -1


def tag(ref: str) -> int:
    """Return the random end of a reference as a number."""
    return int(ref[16:], 16)


def indexed(cache: Path, path: Path, lines: mmap.mmap, ref: str) -> list[int]:
    """Return the start of each line about ``ref`` in a full segment, by its index, made when it is missing."""
    file = cache / f"{path.stem}.idx"
    if file.is_file() and file.stat().st_size >= HEADER.size:
        with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as index:
            if fits(index, len(lines)):
                return look_up(index, tag(ref))
    fresh = build(lines)
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace(file, fresh, durable=False)
    return look_up(fresh, tag(ref))


def fits(index: Buffer, size: int) -> bool:
    """Tell whether ``index`` is whole and of a segment of ``size`` bytes."""
    if len(index) < HEADER.size or (len(index) - HEADER.size) % RECORD.size:
        return False
    magic, of_size = HEADER.unpack_from(index)
    return bool(magic == MAGIC and of_size == size)


def build(lines: mmap.mmap) -> bytes:
    """Return the index of a segment."""
    found = []
    start = 0
    for match in NAMED.finditer(lines):
        at = match.start()
        if at >= start:
            start = lines.rfind(b"\n", 0, at) + 1
        found.append((int(match[1][16:], 16), start))
    found.sort()
    return HEADER.pack(MAGIC, len(lines)) + b"".join(RECORD.pack(*pair) for pair in found)


class Tags:
    """The tags of an index as a sequence, unpacked one at a time: only a few are looked at."""

    def __init__(self, index: Buffer) -> None:
        self.index = index

    def __len__(self) -> int:
        return (len(self.index) - HEADER.size) // RECORD.size

    def __getitem__(self, n: int) -> int:
        return int(RECORD.unpack_from(self.index, HEADER.size + n * RECORD.size)[0])


def look_up(index: Buffer, wanted: int) -> list[int]:
    """Return the offsets of ``wanted`` in an index."""
    tags = Tags(index)
    found = []
    for n in range(bisect_left(tags, wanted), len(tags)):
        of, place = RECORD.unpack_from(index, HEADER.size + n * RECORD.size)
        if of != wanted:
            break
        found.append(place)
    return sorted(set(found))
