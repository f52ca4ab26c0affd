"""Facts of care from a table with a mapping: which account, or which unit, cares for which patient, from when."""

from datetime import date, datetime, time
from pathlib import Path

import pyarrow as pa

from ecluse.core.events import Care, CareKind
from ecluse.sources import times
from ecluse.sources.base import Reading, Tally
from ecluse.sources.columns import joined
from ecluse.sources.mapping import Mapping
from ecluse.sources.table import Part

DAY_ONLY = 10


def care(path: Path, part: Part, found: Mapping, tally: Tally) -> Reading:
    """Yield the facts of ``part``; a row without patient, time, or both account and unit is rejected."""
    texts = {ours: joined(part.rows, found, ours).to_pylist() for ours in found.columns}
    for place, line in enumerate(part.lines):
        row = {ours: column[place].strip() for ours, column in texts.items()}
        since = moment(row["at"], found.time)
        if since is None or not row["patient"] or not (row.get("account") or row.get("unit")):
            tally.reject(path, int(line), "It lacks a patient, a time, or who cares.", row["at"])
            continue
        yield Care(
            patient=row["patient"],
            kind=CareKind(found.kind),
            since=since,
            until=_end(row.get("until", ""), found.time),
            account=row.get("account", ""),
            unit=row.get("unit", ""),
            made_by=row.get("made_by", ""),
        )


def moment(text: str, form: str) -> datetime | None:
    """Return the time written in ``text``, or None."""
    found = times.parse(pa.array([text], pa.string()), form)[0].as_py()
    return found if isinstance(found, datetime) else None


def _end(text: str, form: str) -> datetime | None:
    """Return the end; one given as a day only lasts until the end of that day."""
    found = moment(text, form)
    if found is None or found.time() != time() or len(text) > DAY_ONLY:
        return found
    return datetime.combine(date(found.year, found.month, found.day), time.max, tzinfo=found.tzinfo)
