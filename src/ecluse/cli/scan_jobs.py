"""What a scan has to do: for each file, which reader reads it, and with which mapping."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from ecluse.core.errors import BadInputError
from ecluse.sources import csv_map, detect, mapping, opening
from ecluse.sources.base import Context, Reader
from ecluse.sources.detect import Found
from ecluse.sources.mapping import Mapping
from ecluse.sources.readers import CARE, STAFF, every

CARE_TABLE = "care"
UNDESCRIBED = "A table nobody described: `ecluse sources guess` proposes a mapping."
Maps = Sequence[tuple[Path, Mapping]]


class Asked(msgspec.Struct, frozen=True):
    """What the user named."""

    paths: tuple[Path, ...]
    staff: tuple[Path, ...] = ()
    care: tuple[Path, ...] = ()
    maps: tuple[Path, ...] = ()
    rules: Path | None = None


class Unread(msgspec.Struct, frozen=True):
    """A file nobody read, and why. ``broken``: somebody should have been able to."""

    path: str
    why: str
    broken: bool = False


class Job(msgspec.Struct, frozen=True):
    """A file with its reader and what the reader is told."""

    path: Path
    reader: Reader
    context: Context


def jobs(asked: Asked) -> tuple[list[Job], list[Unread]]:
    """Return what is to be read, in order, and what nobody reads.

    Staff lists come last: what the user names as such outranks the accounts that a log brings along.

    Raises:
        BadInputError: a path does not exist, a mapping is wrong, a staff or care file is of no such kind.
    """
    maps = [(file, mapping.load(file)) for file in asked.maps]
    context = Context(rules=asked.rules)
    staff, care = list(_staff(asked.staff)), list(_care(asked.care, maps, context))
    given = {one.path.resolve() for one in (*staff, *care)}
    found = [one for one in detect.find(asked.paths) if one.path.resolve() not in given]
    sorted_: list[Job | Unread] = [*care, *(_job(one, context, maps) for one in found), *staff]
    siblings = (*(one.path for one in (*staff, *care)), *(one.path for one in found))
    made = [one for one in sorted_ if isinstance(one, Job)]
    told = [msgspec.structs.replace(job.context, siblings=siblings) for job in made]
    work = [Job(job.path, job.reader, context) for job, context in zip(made, told, strict=True)]
    return work, [one for one in sorted_ if isinstance(one, Unread)]


def _staff(paths: Iterable[Path]) -> Iterator[Job]:
    for path, _ in detect.walk(paths):
        found = detect.detect(path, every(STAFF), least={})
        if found.reader is None:
            raise BadInputError(f"{path} is no staff list: {found.why}", "It needs a column for the account, or LDIF.")
        yield Job(path, found.reader, Context())


def _care(paths: Iterable[Path], maps: Maps, context: Context) -> Iterator[Job]:
    for path, named in detect.walk(paths):
        found = detect.detect(path, every(CARE), named=named)
        if found.reader is None:
            raise BadInputError(f"{path} holds no care facts: {found.why}", "Give FHIR, HL7 v2 or a table with a map.")
        job = _job(found, context, [pair for pair in maps if pair[1].table == CARE_TABLE])
        if not isinstance(job, Job) or (job.reader is csv_map and job.context.map is None):
            raise BadInputError(
                f"{path} is a table of care facts that no mapping describes.",
                'Write one with table = "care" and the columns at, patient, and account or unit; give it with --map.',
            )
        yield job


def _job(one: Found, context: Context, maps: Maps) -> Job | Unread:
    context = msgspec.structs.replace(context, named=one.named)
    if (file := _fitting(one, maps)) is not None:
        return Job(one.path, csv_map, msgspec.structs.replace(context, map=file))
    if one.reader is None:
        return Unread(str(one.path), one.why)
    if one.reader is csv_map:
        if not one.named:
            return Unread(str(one.path), UNDESCRIBED)
        others = [file for file, found in maps if found.table != CARE_TABLE]
        context = msgspec.structs.replace(context, map=others[0] if others else None)
    return Job(one.path, one.reader, context)


def _fitting(one: Found, maps: Maps) -> Path | None:
    """Return the first mapping whose columns the file has; without header, only a file that nobody else knows."""
    known = one.reader is not None and one.reader is not csv_map
    for file, found in maps:
        if found.header or not known:
            try:
                if csv_map.fits(one.path, found, opening.head(one.path)):
                    return file
            except BadInputError:
                return None
    return None
