"""Days: what an account did on a day, as numbers of distinct patients; most detectors need nothing else.

**Definition.** One row for each (day, account) with at least one visit; over its visits, a touch being a visit that
names a patient:

- ``accesses``: sum of ``n``; ``patients``: number of touches; ``firsts``, ``unexplained``: number of firsts, and of
  those nothing explains;
- ``shown``: sum of ``shown``; ``displayed_only``: touches whose deeds are all in ``schema.DISPLAYED``; ``exported``:
  sum of ``out``;
- ``hour_max``: the most touches that have the same local hour among their ``hours``; ``night``: touches with an hour
  from 0 to 5;
- ``reads``, ``writes``: touches with a deed in ``schema.OPENED``, in ``schema.WRITTEN``; ``break_glass``: touches with
  a break-glass;
- ``profession``: of the staff list, empty when unknown.
"""

import ibis
from ibis.expr.types import BooleanValue, IntegerColumn, Table

from ecluse.core.events import Deed
from ecluse.watch.schema import DISPLAYED, NIGHT, OPENED, WRITTEN, mask
from ecluse.watch.touches import has

HOURS = 24
COLUMNS = (
    "day",
    "account",
    "profession",
    "accesses",
    "patients",
    "firsts",
    "unexplained",
    "shown",
    "displayed_only",
    "exported",
    "hour_max",
    "night",
    "reads",
    "writes",
    "break_glass",
)
_ALL = (1 << len(Deed)) - 1


def days_of(visits: Table, firsts: Table, staff: Table) -> Table:
    """Return one row for each day and account."""
    return told(counted_of(visits), firsts, staff)


def told(counted: Table, firsts: Table, staff: Table) -> Table:
    """Return ``counted`` with what the firsts and the staff list add."""
    new = firsts.group_by("day", "account").agg(
        firsts=firsts.count(), unexplained=(~firsts.explained).cast("int64").sum()
    )
    both = counted.left_join(new, ["day", "account"]).drop("day_right", "account_right")
    known = both.left_join(staff.select("account", "profession"), "account").drop("account_right")
    return known.mutate(
        firsts=known.firsts.fill_null(0).cast("int64"),
        unexplained=known.unexplained.fill_null(0).cast("int64"),
        profession=known.profession.fill_null(""),
    ).select(*COLUMNS)


def counted_of(visits: Table) -> Table:
    """Return what the visits of a day tell by themselves."""
    v = visits
    touch = v.patient != ""
    by_hour = {f"h{hour}": _number(touch & has(v.hours, 1 << hour)) for hour in range(HOURS)}
    summed = v.group_by("day", "account").agg(
        accesses=v.n.sum().cast("int64"),
        patients=_number(touch),
        shown=v.shown.sum().cast("int64"),
        displayed_only=_number(touch & ~has(v.deeds, _ALL - mask(*DISPLAYED))),
        exported=v.out.sum().cast("int64"),
        night=_number(touch & has(v.hours, NIGHT)),
        reads=_number(touch & has(v.deeds, mask(*OPENED))),
        writes=_number(touch & has(v.deeds, mask(*WRITTEN))),
        break_glass=_number(touch & has(v.deeds, mask(Deed.BREAK_GLASS))),
        **by_hour,
    )
    return summed.mutate(hour_max=ibis.greatest(*(summed[name] for name in by_hour))).drop(*by_hour)


def _number(condition: BooleanValue) -> IntegerColumn:
    return condition.cast("int32").sum().cast("int64")
