"""Patients opened in the order of their numbers.

**Definition.** Only account-days with ``days.patients`` >= ``PATIENTS`` = 20 and ``days.firsts`` >= ``NEW`` = 12, and
of these the touches of grain 0 without the deed ``create``. Their moments are the distinct seconds of the touches'
``since``, in order; each has its lowest and its highest patient, in the order of text. A walk up is a longest run of
neighbouring moments in which the lowest patient of each comes after the highest of the moment before it; a walk down
one in which the highest comes before the lowest of the moment before. The value is the greatest number of touches in a
walk of at least ``STEPS`` = 8 moments.
"""

from datetime import date

import ibis
from ibis.expr.types import BooleanColumn, IntegerColumn, Table

from ecluse.core.events import Deed
from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found, second, sure
from ecluse.watch.schema import mask
from ecluse.watch.tables import Tables
from ecluse.watch.touches import has

SCOPE = "day"
PATIENTS = 20
NEW = 12
STEPS = 8  # moments

STORY = Story(
    name="order",
    family="order",
    kind=Kind.RARE,
    sees="A walk through the base by number or by name, up or down; chance orders eight in a row once in 40,320.",
    misses="Random order, identifiers the log replaces (a hash), a log that rounds its clock (see `block`).",
    false_alarms="Work through a sorted list: filing, coding, a recall; new patients seen in the order they came.",
    do="See whether a work list explains the order. A walk over records without an appointment is a theft.",
    attack="T1119",
    floor=12,
)


def find(t: Tables) -> Table:
    """Return the patients of the longest walk."""
    walks = _walks(_moments(t))
    return found(walks.group_by("account", "day").agg(value=walks.patients.max()))


def _moments(t: Tables) -> Table:
    """Return each second in which patients were first touched: how many, the lowest and the highest."""
    busy = t.days.filter(t.days.patients >= PATIENTS, t.days.firsts >= NEW).select("account", "day")
    known = t.touches.filter(t.touches.grain == 0, ~has(t.touches.deeds, mask(Deed.CREATE)))
    touches = known.semi_join(busy, ["account", "day"]).mutate(at=second(known.since))
    return touches.group_by("account", "day", "at").agg(
        n=touches.count(), low=touches.patient.min(), high=touches.patient.max()
    )


def _walks(moments: Table) -> Table:
    """Return the walks long enough, up and down, and how many patients each has."""
    before = ibis.window(group_by=["account", "day"], order_by="at")
    up = moments.low > moments.high.lag().over(before)
    down = moments.high < moments.low.lag().over(before)
    marked = moments.select("account", "day", "at", "n", up=_break(up), down=_break(down))
    so_far = ibis.cumulative_window(group_by=["account", "day"], order_by="at")
    told = marked.mutate(up=marked.up.sum().over(so_far), down=marked.down.sum().over(so_far))
    return _long(told, "up").union(_long(told, "down"))


def _break(goes_on: BooleanColumn) -> IntegerColumn:
    """Return 1 where a walk begins."""
    return (~sure(goes_on)).cast("int64")


def _long(told: Table, walk: str) -> Table:
    sized = told.group_by("account", "day", walk).agg(steps=told.count(), patients=told.n.sum().cast("int64"))
    return sized.filter(sized.steps >= STEPS).select("account", "day", "patients")


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return every access of these days."""
    return rows.accesses(t, account, first, last)
