"""Facts of care from a table with a mapping: which account, or which unit, cares for which patient, from when."""

from datetime import date, datetime, time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ecluse.core.events import Care, CareKind
from ecluse.sources import times
from ecluse.sources.base import Reading, Tally
from ecluse.sources.columns import joined
from ecluse.sources.mapping import Mapping
from ecluse.sources.table import Part

DAY_ONLY = 10


def care(path: Path, part: Part, found: Mapping, tally: Tally) -> Reading:
    """Yield the facts of ``part``; a row without patient, time, or both account and unit is rejected."""
    texts = {ours: pc.utf8_trim_whitespace(joined(part.rows, found, ours)) for ours in found.columns}
    since = moments(texts["at"], found.time)
    until = moments(texts["until"], found.time) if "until" in texts else None
    columns = {ours: column.to_pylist() for ours, column in texts.items()}
    for place, (line, at) in enumerate(zip(part.lines, since, strict=True)):
        row = {ours: column[place] for ours, column in columns.items()}
        if at is None or not row["patient"] or not (row.get("account") or row.get("unit")):
            tally.reject(path, int(line), "It lacks a patient, a time, or who cares.", row["at"])
            continue
        yield Care(
            patient=row["patient"],
            kind=CareKind(found.kind),
            since=at,
            until=_whole_day(until[place], row["until"]) if until else None,
            account=row.get("account", ""),
            unit=row.get("unit", ""),
            made_by=row.get("made_by", ""),
        )


def moments(texts: pa.Array, form: str) -> list[datetime | None]:
    """Return the times written in ``texts``, those with a zone and those without one alike."""
    if form != times.ISO:
        return list(times.parse(texts, form).to_pylist())
    zoned = pc.fill_null(times.zoned(texts), False)  # noqa: FBT003 - a value
    nothing = pa.scalar(None, pa.string())
    kinds = (pc.if_else(zoned, texts, nothing), pc.if_else(zoned, nothing, texts))
    instants, clocks = (times.parse(some, form).to_pylist() for some in kinds)
    return [instant or clock for instant, clock in zip(instants, clocks, strict=True)]


def _whole_day(end: datetime | None, text: str) -> datetime | None:
    """Return an end; one given as a day only lasts until the end of that day."""
    if end is None or end.time() != time() or len(text) > DAY_ONLY:
        return end
    return datetime.combine(date(end.year, end.month, end.day), time.max, tzinfo=end.tzinfo)
