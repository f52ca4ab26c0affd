"""The result of a scan: as JSON, and as kept beside the lake for ``ecluse explain``."""

from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from ecluse.cli.scan_read import Taken
from ecluse.core.errors import BadInputError
from ecluse.watch.cases import Case, Queue
from ecluse.watch.exposure import Exposure

LAST = "last-scan.json"
LONG = ("reasons_fr", "told", "days", "days_of")


class Kept(msgspec.Struct, frozen=True):
    """What ``ecluse explain`` needs of the last scan of a lake."""

    queue: Queue
    exposures: dict[str, Exposure]


class Totals(msgspec.Struct, frozen=True):
    """How much was judged."""

    events: int
    accounts: int
    patients: int
    first: date | None
    last: date | None
    span_days: int


class Result(msgspec.Struct, frozen=True):
    """All that a scan has to say. ``faults`` are rows of ``schema.INTEGRITY``."""

    queue: Queue
    exposures: dict[str, Exposure]
    taken: Taken
    lake: Path
    zone: str
    totals: Totals
    faults: list[dict[str, Any]]
    since: date | None = None

    @property
    def cases(self) -> list[Case]:
        """The cases that reach into the days asked for."""
        first = self.since.isoformat() if self.since else ""
        return [case for case in self.queue.cases if case.end[:10] >= first]

    @property
    def integrity(self) -> list[str]:
        """What is wrong with the logs as evidence, one sentence each."""
        return [f"{fault['source']}: {fault['text']}" for fault in self.faults]

    @property
    def blind_spots(self) -> list[str]:
        """What the logs cannot show, and what had to be assumed."""
        return [*(english for english, _ in self.taken.blind), *self.taken.said]

    @property
    def rejects(self) -> Path:
        """Folder of what could not be read."""
        return self.lake / "rejects"


def to_json(result: Result) -> str:
    """Return the result as one line of JSON."""
    taken, totals = result.taken, result.totals
    told = {
        "events": totals.events,
        "rejected": taken.rejected,
        "accounts": totals.accounts,
        "patients": totals.patients,
        "span_days": totals.span_days,
        "cases": [_case(case) for case in result.cases],
        "blind_spots": result.blind_spots,
        "integrity": result.integrity,
        "first_day": totals.first,
        "last_day": totals.last,
        "cases_per_day": result.queue.cases_per_day,
        "expected_false": result.queue.expected_false,
        "left_out": result.queue.left_out,
        "files": taken.files,
        "lines": taken.lines,
        "repeated": taken.repeated,
        "skipped": dict(sorted(taken.skipped.items())),
        "unread": taken.unread,
        "lake": str(result.lake),
        "rejects": str(result.rejects) if taken.rejected or taken.unread else "",
    }
    return msgspec.json.encode(told).decode()


def _case(case: Case) -> dict[str, Any]:
    return {name: value for name, value in msgspec.to_builtins(case).items() if name not in LONG}


def keep(result: Result) -> None:
    """Keep the cases beside the lake."""
    new = result.lake / f"{LAST}.new"
    new.write_bytes(msgspec.json.encode(Kept(result.queue, result.exposures)))
    new.replace(result.lake / LAST)


def last(lake: Path) -> Kept:
    """Return the cases of the last scan of ``lake``.

    Raises:
        BadInputError: it was not scanned, or by another version.
    """
    try:
        return msgspec.json.decode((lake / LAST).read_bytes(), type=Kept)
    except (OSError, msgspec.DecodeError) as error:
        raise BadInputError(f"{lake} holds no cases.", "Run `ecluse scan` again.") from error
