"""Mediboard's record of views (``log_access_medical_object``) and of overrides (``bris_de_glace``).

Views are rounded (to the hour unless set otherwise): the rounding is found in the times themselves and told as grain.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain, islice

from ecluse.core.events import Access, Deed, Event
from ecluse.sources.fields import number, when
from ecluse.sources.mediboard_state import FEW, State, source
from ecluse.sources.tables import Part, Row

NO_PATIENT = "Views of stays whose patient no table tells are counted by the stay."


def views(part: Part, state: State) -> Iterator[Event]:
    """Yield one reading a row."""
    rows = part.rows("access_id", "user_id", "datetime|date", "object_id", "object_class", "group_id")
    if state.grain < 0:
        first = list(islice(rows, FEW))
        state.round_to(at for row in first if (at := when(row[2])) is not None)
        rows = chain(first, rows)
    name = source(part)
    for values in rows:
        if (event := _view(values, state, name)) is None:
            part.reject(f"row {values[0]} has no user, no object or no time")
        else:
            yield event


def _view(values: Row, state: State, name: str) -> Access | None:
    row, user, date, object_id, kind, group = values
    at = when(date)
    if at is None or not user or not object_id:
        return None
    if state.grain and (at.hour * 3600 + at.minute * 60 + at.second) % state.grain:
        state.round_to((at,))
    return Access(
        at,
        state.world.account(user),
        Deed.READ,
        patient_of(state, kind, object_id),
        grain=max(state.grain, 0),
        site=group or "",
        route=kind or "",
        source=name,
        row=number(row),
    )


def patient_of(state: State, kind: str | None, object_id: str | None) -> str:
    """Return the patient of an object that belongs to one; when no table tells, the object stands for the patient."""
    if found := state.world.patient(kind, object_id):
        return found
    state.tally.say(NO_PATIENT)
    return f"{kind}-{object_id}"


def overrides(part: Part, state: State) -> Iterator[Event]:
    """Yield one break-glass a row. Its reason may hold anything: only how long it is, is kept."""
    name = source(part)
    counter = state.counter(name)
    for row, user, date, object_id, kind, comment, group in part.rows(
        "bris_id", "user_id", "date|datetime", "object_id", "object_class", "comment", "group_id"
    ):
        at: datetime | None = when(date)
        if at is None or not user or not object_id:
            part.reject(f"row {row} has no user, no object or no time")
            continue
        counter.saw(number(row), at)
        yield Access(
            at,
            state.world.account(user),
            Deed.BREAK_GLASS,
            patient_of(state, kind, object_id),
            site=group or "",
            route=kind or "",
            request=f"reason of {len((comment or '').strip())} characters",
            source=name,
            row=number(row),
        )
