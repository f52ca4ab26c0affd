"""Who opened this record: read from the trace, for one patient; and what was exposed to one account or session.

Promises:

- **O1** What is told is what the trace says, no more and no less: one line an access, refusals apart.
- **O2** People are named only when the caller says that this reader may see names; otherwise unit and profession
  (RGPD art. 15, CJEU C-579/21; the EHDS asks for the date, the categories and the provider).
- **O3** The cost does not grow with the number of entries of other patients: each full segment of the trace, which never changes, gets
  an index file once; only the last one is searched through.

An index is a cache in ``HOME/cache/opened``: a header, then pairs (tag of the patient, offset of the line), sorted. A missing, cut or
foreign one is made again, and every line it points to is checked against the patient asked for.
"""

import mmap
import os
import re
import struct
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from django.conf import settings

from ecluse.accounts.models import Account, Membership
from ecluse.core.home import Home
from ecluse.core.words import Action, Compartment, Decision, DutyKind, Ground, Purpose
from ecluse.safe import trace_reader
from ecluse.safe.entry import Entry, decode
from ecluse.safe.files import replace
from ecluse.safe.trace_reader import Exposed, opens, segments

HEADER = struct.Struct(">16sQ")
RECORD = struct.Struct(">QI")
MAGIC = b"ecluse-opened-1\n"
NAMED = re.compile(rb'"patient":"([0-9a-f]{32})"')
MOST = 500

Buffer = bytes | mmap.mmap


class Opening(msgspec.Struct, frozen=True):
    """One access to one patient. ``who`` is a name when names may be shown, else empty; ``glass``: under a broken glass."""

    sequence: int
    at: datetime
    action: Action
    profession: str
    unit: str
    who: str
    compartments: tuple[Compartment, ...]
    purpose: Purpose | None
    ground: Ground | None
    duty: DutyKind | None
    glass: bool
    reason: str
    allowed: bool
    rule: str


def of_patient(
    ref: str, *, named: bool, refused: bool = False, since: datetime | None = None, most: int = MOST
) -> list[Opening]:
    """Tell who opened the record of patient ``ref``, newest first, at most ``most`` lines.

    ``refused`` adds the attempts that were refused. ``named`` is for readers who may know who (O2).
    """
    home: Home = settings.HOME
    found = [
        entry
        for entry in entries_of(home.safe, home.path / "cache" / "opened", ref)
        if shown(entry, refused=refused) and (since is None or entry.at >= since)
    ]
    latest = found[::-1][:most]
    return [opening(entry, *of_account, named=named) for entry, of_account in with_accounts(latest)]


def exposed(*, account: str = "", session: str = "", since: datetime | None = None) -> list[Exposed]:
    """Tell exactly which compartments of which patients were opened to an account, or in a session as the trace names it."""
    home: Home = settings.HOME
    return trace_reader.exposure(home.safe, account=account, session=session, since=since)


def shown(entry: Entry, *, refused: bool) -> bool:
    """Tell whether an entry belongs in the list."""
    return opens(entry) or entry.action is Action.CREATE or (refused and entry.decision is not Decision.ALLOW)


def with_accounts(entries: list[Entry]) -> Iterator[tuple[Entry, tuple[str, str]]]:
    """Yield each entry with the display name and the unit of its account, as they are now. Two statements for all."""
    names = {entry.account for entry in entries}
    people = dict(Account.objects.filter(username__in=names).values_list("username", "display_name"))
    units: dict[str, str] = {}
    works = Membership.objects.filter(account__username__in=names, until=None).order_by("since")
    for username, unit in works.values_list("account__username", "unit__name"):
        units.setdefault(username, unit)
    for entry in entries:
        yield entry, (people.get(entry.account, entry.account), units.get(entry.account, ""))


def opening(entry: Entry, name: str, unit: str, *, named: bool) -> Opening:
    """Tell one entry."""
    glass = entry.ground is Ground.EMERGENCY or entry.purpose is Purpose.BREAK_GLASS or entry.action is Action.BREAK_GLASS
    return Opening(
        sequence=entry.seq,
        at=entry.at,
        action=entry.action,
        profession=entry.profession,
        unit=unit,
        who=name if named else "",
        compartments=entry.compartments,
        purpose=entry.purpose,
        ground=entry.ground,
        duty=entry.duty,
        glass=glass or (entry.ground is Ground.APPROVED and entry.action is not Action.EXPORT),
        reason=entry.reason,
        allowed=entry.decision is Decision.ALLOW,
        rule=entry.rule,
    )


def entries_of(safe: Path, cache: Path, ref: str) -> Iterator[Entry]:
    """Yield the entries about patient ``ref``, oldest first."""
    needle = ref.encode("ascii")
    for path in segments(safe):
        with path.open("rb") as file:
            if not os.fstat(file.fileno()).st_size:
                continue
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
                full = path.stat().st_mode & 0o200 == 0
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
    """Return the start of each line about ``ref`` in a full segment, by its index, which is made when it is not there."""
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
