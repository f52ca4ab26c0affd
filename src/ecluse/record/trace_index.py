"""The entries of the trace about one patient, one account or one session, without reading the others. No Django.

Promise:

- **O3** The cost does not grow with the number of entries about others: each full segment of the trace, which never
  changes, gets an index file once; only the last one is searched through. A span of time leaves out the segments that
  lie outside it.

An index is a cache and is not trusted: a header (mark, size of the segment, rows, first and last time), then pairs
(tag, offset of the line), sorted. A missing, cut or foreign one is made again, and every line it points to is compared
with what was asked for. It could still *leave out* lines; what must be complete is asked without an index (``cache``
None): every line is then looked at.
"""

import hashlib
import mmap
import os
import struct
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple, TypeVar

import msgspec

from ecluse.core.errors import NotProvenError
from ecluse.safe.entry import UNREADABLE, Entry, decode
from ecluse.safe.files import replace
from ecluse.safe.scan import side_by_side
from ecluse.safe.trace_reader import segments

HEADER = struct.Struct(">16sQQdd")
RECORD = struct.Struct(">QI")
MAGIC = b"ecluse-traced-2\n"
OWNER_WRITES = 0o200
TAGS_KEPT = 1 << 18
HOUR = timedelta(hours=1)

Buffer = bytes | mmap.mmap
Line = TypeVar("Line")


class By(StrEnum):
    """What entries can be found by: the names of their fields. Workstations are not in the index: lines are read."""

    PATIENT = "patient"
    ACCOUNT = "account"
    SESSION = "session"
    WORKSTATION = "workstation"


INDEXED = (By.PATIENT, By.ACCOUNT, By.SESSION)


class Span(NamedTuple):
    """From ``since`` on and before ``until`` (aware datetimes); None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Tell whether ``at`` lies inside."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)

    def misses(self, first: float, last: float) -> bool:
        """Tell whether all of ``first`` to ``last`` (Unix seconds) lies outside."""
        before = self.since is not None and last < self.since.timestamp()
        return before or (self.until is not None and first >= self.until.timestamp())


EVER = Span()


class _Keys(msgspec.Struct):
    """What of an entry is indexed."""

    at: datetime
    patient: str = ""
    account: str = ""
    session: str = ""


_keys = msgspec.json.Decoder(_Keys)


def entries_of(safe: Path, cache: Path | None, ref: str) -> Iterator[Entry]:
    """Yield the entries about patient ``ref``, oldest first."""
    return find(safe, cache, By.PATIENT, ref)


def lately(safe: Path, cache: Path | None, account: str, within: timedelta = HOUR) -> Iterator[Entry]:
    """Yield what ``account`` did until now, oldest first: what a bound on a person is counted from."""
    return find(safe, cache, By.ACCOUNT, account, Span(datetime.now(UTC) - within))


def find(safe: Path, cache: Path | None, by: By, value: str, span: Span = EVER) -> Iterator[Entry]:
    """Yield the entries whose field ``by`` is ``value``, oldest first; without ``cache`` every line is looked at."""
    paths = segments(safe)
    for path in paths:
        known = cache if by in INDEXED and full(path, paths[-1]) else None
        with path.open("rb") as file:
            if not os.fstat(file.fileno()).st_size:
                continue
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
                yield from read(lines, places_in(path, lines, known, by, value, span), by, value, span)


def places_in(path: Path, lines: mmap.mmap, cache: Path | None, by: By, value: str, span: Span) -> Iterable[int]:
    """Return the start of each line of a segment that may answer: by its index, or by looking at all of them."""
    return searched(lines, by, value) if cache is None else indexed(cache, path, lines, tag(by, value), span)


def full(path: Path, last: Path) -> bool:
    """Tell whether a segment will never be written again: another follows it, or it was closed."""
    return path != last or path.stat().st_mode & OWNER_WRITES == 0


def read(lines: mmap.mmap, places: Iterable[int], by: By, value: str, span: Span = EVER) -> Iterator[Entry]:
    """Yield the entries at ``places`` that answer the question; a line still being written is left for next time."""
    field = attrgetter(by.value)
    for place in places:
        end = lines.find(b"\n", place)
        if end > 0:
            entry = read_line(decode, lines[place:end])
            if field(entry) == value and span.holds(entry.at):
                yield entry


def read_line(decoder: Callable[[bytes], Line], line: bytes) -> Line:
    """Return what ``line`` says.

    Raises:
        NotProvenError: it is not an entry.
    """
    try:
        return decoder(line)
    except UNREADABLE as error:
        raise NotProvenError(f"A line of the trace is not an entry: {error}.", "Run `ecluse trace verify`.") from error


def searched(lines: mmap.mmap, by: By, value: str) -> Iterator[int]:
    """Yield the start of each line that holds the field ``by`` with this ``value``."""
    needle = f'"{by.value}":'.encode() + msgspec.json.encode(value)
    at = lines.find(needle)
    while at >= 0:
        yield lines.rfind(b"\n", 0, at) + 1
        after = lines.find(b"\n", at)
        at = lines.find(needle, after) if after >= 0 else -1


@lru_cache(TAGS_KEPT)
def tag(by: By, value: str) -> int:
    """Return the 64-bit number under which ``value`` is indexed."""
    return int.from_bytes(hashlib.blake2b(f"{by.value}:{value}".encode(), digest_size=8).digest(), "big")


def indexed(cache: Path, path: Path, lines: mmap.mmap, wanted: int, span: Span = EVER) -> list[int]:
    """Return the start of each line under tag ``wanted`` in a full segment, by its index, made when it is missing."""
    file = index_file(cache, path)
    if file.is_file() and file.stat().st_size >= HEADER.size:
        with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as index:
            if fits(index, len(lines)):
                return look_up(index, wanted, span)
    fresh = build(lines)
    keep(file, fresh)
    return look_up(fresh, wanted, span)


def index_file(cache: Path, path: Path) -> Path:
    """Return the index of the segment ``path``."""
    return cache / f"{path.stem}.idx"


def keep(file: Path, index: bytes) -> None:
    """Write an index; one that is cut by a crash is made again when it is next asked."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace(file, index, durable=False)


def fits(index: Buffer, size: int) -> bool:
    """Tell whether ``index`` is whole and of a segment of ``size`` bytes."""
    if len(index) < HEADER.size:
        return False
    magic, of_size, rows, _first, _last = HEADER.unpack_from(index)
    return bool(magic == MAGIC and of_size == size and len(index) == HEADER.size + rows * RECORD.size)


def build(lines: Buffer) -> bytes:
    """Return the index of a segment: the same bytes each time, since they follow from its lines alone."""
    rows: list[tuple[int, int]] = []
    times: list[datetime] = []
    start = 0
    while (end := lines.find(b"\n", start)) >= 0:
        keys = read_line(_keys.decode, lines[start:end])
        times.append(keys.at)
        rows += [(tag(by, value), start) for by in INDEXED if (value := getattr(keys, by.value))]
        start = end + 1
    rows.sort()
    first, last = (min(times).timestamp(), max(times).timestamp()) if times else (0.0, 0.0)
    body = struct.pack(">" + "QI" * len(rows), *(number for row in rows for number in row))
    return HEADER.pack(MAGIC, len(lines), len(rows), first, last) + body


class Tags:
    """The tags of an index as a sequence, unpacked one at a time: only a few are looked at."""

    def __init__(self, index: Buffer) -> None:
        self.index = index

    def __len__(self) -> int:
        return (len(self.index) - HEADER.size) // RECORD.size

    def __getitem__(self, n: int) -> int:
        return int(RECORD.unpack_from(self.index, HEADER.size + n * RECORD.size)[0])


def look_up(index: Buffer, wanted: int, span: Span = EVER) -> list[int]:
    """Return the offsets of ``wanted`` in an index, none when the whole segment lies outside ``span``."""
    _magic, _size, _rows, first, last = HEADER.unpack_from(index)
    if span.misses(first, last):
        return []
    tags = Tags(index)
    found = []
    for n in range(bisect_left(tags, wanted), len(tags)):
        of, place = RECORD.unpack_from(index, HEADER.size + n * RECORD.size)
        if of != wanted:
            break
        found.append(place)
    return sorted(set(found))


class Rebuilt(msgspec.Struct, frozen=True):
    """What a rebuild found: full segments, how many had the same index already, those whose index differed, bytes."""

    segments: int
    same: int
    made: int
    different: tuple[str, ...]
    bytes: int


class _Job(NamedTuple):
    path: Path
    file: Path


def rebuild(safe: Path, cache: Path, advance: Callable[[int], None] = lambda _: None) -> Rebuilt:
    """Make every index again from the trace, compare it with the one that was there, and keep the new one."""
    paths = segments(safe)
    jobs = [_Job(path, index_file(cache, path)) for path in paths if full(path, paths[-1])]
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = {job.file for job in jobs}
    for file in cache.glob("*.idx"):
        if file not in known:
            file.unlink()
    found = []
    for done in side_by_side(_rebuild_one, jobs):
        advance(1)
        found.append(done)
    return Rebuilt(
        segments=len(found),
        same=sum(one.was == "same" for one in found),
        made=sum(one.was == "missing" for one in found),
        different=tuple(one.name for one in found if one.was == "different"),
        bytes=sum(one.size for one in found),
    )


class _Done(NamedTuple):
    name: str
    was: str
    size: int


def _rebuild_one(job: _Job) -> _Done:
    fresh = build(job.path.read_bytes())
    before = job.file.read_bytes() if job.file.is_file() else None
    if before != fresh:
        keep(job.file, fresh)
    was = "missing" if before is None else "same" if before == fresh else "different"
    return _Done(job.file.name, was, len(fresh))
