"""A whole stretch of the patient numbers.

**Definition.** All patients of ``touches`` (of accounts other than the empty one) are ranked 1, 2, 3… in the order of
text; N is their number. Only account-days with ``days.unexplained`` >= ``FEWEST`` = 8 and ``days.patients`` * 10 <= N
(``PART`` = 10). Take their unexplained firsts without the deed ``create``, in the order of rank. A chain is a longest
run in which each rank is at most ``REACH`` = 2 above the one before. The value is the size of the longest chain, if it
is at least ``FEWEST``.
"""

from datetime import date

import ibis
from ibis.expr.types import Table

from ecluse.core.events import Deed
from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found, sure
from ecluse.watch.schema import mask
from ecluse.watch.tables import Tables
from ecluse.watch.touches import has

FEWEST = 8
PART = 10
REACH = 2

STORY = Story(
    name="block",
    family="order",
    kind=Kind.RARE,
    sees="Neighbouring numbers taken together, in any order, at any hour: one share of a base divided among thieves.",
    misses="Shares drawn at random; identifiers the log replaces; a day on which a tenth of the whole base is seen.",
    false_alarms="A batch of new patients registered together (a transfer, a coach accident, a maternity).",
    do="Look for other accounts with the next stretch, and for what the patients have in common beside the number.",
    attack="T1119",
    floor=12,
)


def find(t: Tables) -> Table:
    """Return the longest chain of neighbouring patients."""
    new = _candidates(t)
    rising = ibis.window(group_by=["account", "day"], order_by="rank")
    near = new["rank"] - new["rank"].lag().over(rising) <= REACH
    marked = new.mutate(breaks=(~sure(near)).cast("int64"))
    so_far = ibis.cumulative_window(group_by=["account", "day"], order_by="rank")
    chains = marked.mutate(chain=marked.breaks.sum().over(so_far))
    sized = chains.group_by("account", "day", "chain").agg(value=chains.count())
    best = sized.filter(sized.value >= FEWEST)
    return found(best.group_by("account", "day").agg(value=best.value.max()))


def _candidates(t: Tables) -> Table:
    """Return account, day and rank of the unexplained firsts of the days that are not a large part of the base."""
    ranked = ranks(t)
    small = t.days.filter(t.days.unexplained >= FEWEST).cross_join(ranked.agg(everybody=ranked.count()))
    small = small.filter(small.patients * PART <= small.everybody).select("account", "day")
    new = t.firsts.filter(~t.firsts.explained, ~has(t.firsts.deeds, mask(Deed.CREATE)), t.firsts.account != "")
    new = new.semi_join(small, ["account", "day"]).select("account", "day", "patient")
    return new.join(ranked, "patient").select("account", "day", "rank")


def ranks(t: Tables) -> Table:
    """Return patient and rank, in the order of text."""
    patients = t.touches.filter(t.touches.account != "").select("patient").distinct()
    return patients.mutate(rank=ibis.row_number().over(ibis.window(order_by="patient")))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the accesses of the unexplained firsts."""
    return rows.firsts(t, account, first, last)
