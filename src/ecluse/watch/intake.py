"""From events to columns: the one place that turns ``core.events`` into the rows of ``schema``."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from ecluse.core.errors import BadInputError
from ecluse.core.events import Access, AccountEvent, Care, Integrity
from ecluse.watch import clock
from ecluse.watch.schema import ACCESSES, CARE, CLOCK, INTEGRITY, SIGNS

FAR = datetime(9999, 12, 31)  # noqa: DTZ001 - UTC, as every ts
FAR_DAY = date(9999, 12, 31)
_TIMED = ("ts", "day", "hour")


class Timed(Protocol):
    """An event that has a time."""

    @property
    def at(self) -> datetime: ...


def accesses(events: Sequence[Access], zone: str) -> pa.RecordBatch:
    """Return the rows of ``events``."""
    return _batch(events, ACCESSES, zone)


def signs(events: Sequence[AccountEvent], zone: str) -> pa.RecordBatch:
    """Return the rows of ``events``."""
    return _batch(events, SIGNS, zone)


def care(facts: Sequence[Care], zone: str) -> pa.RecordBatch:
    """Return the rows of ``facts``; an open end is ``FAR``."""
    since, since_day, _ = _clock([fact.since for fact in facts], zone)
    ends = [fact.until for fact in facts if fact.until is not None]
    until, until_day = _spread(facts, *_clock(ends, zone)[:2])
    made = {"since": since, "since_day": since_day, "until": until, "until_day": until_day}
    return _rows(facts, CARE, made)


def integrity(faults: Sequence[Integrity], zone: str) -> pa.RecordBatch:
    """Return the rows of ``faults``; an unknown time stays null."""
    ts, day, _ = _clock([fault.at for fault in faults if fault.at is not None], zone)
    known = iter(range(len(ts)))
    places = pa.array([None if fault.at is None else next(known) for fault in faults], pa.int64())
    return _rows(faults, INTEGRITY, {"ts": ts.take(places), "day": day.take(places)})


def complete(batch: pa.RecordBatch, zone: str) -> pa.RecordBatch:
    """Return the accesses of a reader's own batch: the columns it lacks are unknown, ``at`` becomes ts, day and hour.

    Raises:
        BadInputError: a column is missing or of a type that does not fit.
    """
    missing = {"at", "account", "deed"} - set(batch.schema.names)
    if missing:
        raise BadInputError(f"A batch of accesses lacks {', '.join(sorted(missing))}.", "Report this reader.")
    try:
        made = dict(zip(_TIMED, clock.columns(batch.column("at"), zone), strict=True))
        columns = [made[field.name] if field.name in made else _column(batch, field) for field in ACCESSES]
    except pa.ArrowInvalid as error:
        raise BadInputError(f"A batch of accesses does not fit: {error}.", "Report this reader.") from error
    return pa.RecordBatch.from_arrays(columns, schema=ACCESSES)


_UNKNOWN = {pa.string(): "", pa.int32(): 0, pa.int64(): 0, pa.bool_(): False}


def _column(batch: pa.RecordBatch, field: pa.Field) -> pa.Array:
    unknown = 1 if field.name == "shown" else _UNKNOWN[field.type]
    if field.name not in batch.schema.names:
        return pa.repeat(pa.scalar(unknown, field.type), batch.num_rows)
    found = batch.column(field.name)
    return pc.fill_null(found.cast(field.type), pa.scalar(unknown, field.type))


def _batch(events: Sequence[Timed], schema: pa.Schema, zone: str) -> pa.RecordBatch:
    made = dict(zip(_TIMED, _clock([event.at for event in events], zone), strict=True))
    return _rows(events, schema, made)


def _rows(events: Iterable[Any], schema: pa.Schema, made: dict[str, pa.Array]) -> pa.RecordBatch:
    columns = [
        made[field.name]
        if field.name in made
        else pa.array([getattr(event, field.name) for event in events], field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _clock(times: Sequence[datetime], zone: str) -> clock.Columns:
    zoned = [time.tzinfo is not None for time in times]
    if all(zoned):
        return clock.columns(pa.array([time.astimezone(UTC) for time in times], pa.timestamp("us", "UTC")), zone)
    if not any(zoned):
        return clock.columns(pa.array(times, CLOCK), zone)
    instants = _clock([time for time in times if time.tzinfo is not None], zone)
    locals_ = _clock([time for time in times if time.tzinfo is None], zone)
    number = len(instants[0])
    seen = [0, number]
    places = []
    for one in zoned:
        places.append(seen[not one])
        seen[not one] += 1
    order = pa.array(places, pa.int64())
    ts, day, hour = (pa.concat_arrays(pair).take(order) for pair in zip(instants, locals_, strict=True))
    return ts, day, hour


def _spread(facts: Sequence[Care], until: pa.Array, until_day: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Put the ends back beside the facts that have one."""
    known = iter(range(len(until)))
    places = pa.array([None if fact.until is None else next(known) for fact in facts], pa.int64())
    return until.take(places).fill_null(FAR), until_day.take(places).fill_null(FAR_DAY)
