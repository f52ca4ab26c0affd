"""Stretches of the patient numbers, taken by several accounts on the same day.

**Definition.** Ranks are those of ``block``; N is the number of patients ranked. For a day, take the firsts that
``sleeping`` counts, of all accounts, without the deed ``create``, if there are at most N / 10 of them (``PART`` = 10:
10 * number <= N), in the order of rank. A chain is a longest run in which each rank is at most ``REACH`` = 2 above the
one before, of at least ``FEWEST`` = 5 firsts. An account is in a chain with at least ``EACH`` = 2 firsts of it. If at
least ``TOGETHER`` = 2 accounts are in chains of the day, the same or different ones, the value of each is the number
of firsts in all chains of the day.
"""

from datetime import date

import ibis
from ibis.expr.types import Table

from ecluse.core.events import Deed
from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found, sure
from ecluse.watch.detectors.block import ranks
from ecluse.watch.detectors.sleeping import asleep
from ecluse.watch.schema import mask
from ecluse.watch.tables import Tables
from ecluse.watch.touches import has

PART = 10
REACH = 2
EACH = 2
FEWEST = 5
TOGETHER = 2

STORY = Story(
    name="shards",
    family="shared",
    kind=Kind.RARE,
    sees="Several accounts that take runs of neighbouring numbers nobody cares for on one day: a base divided up.",
    misses="Shares drawn at random; patients who are in care; identifiers the log replaces; one account a day.",
    false_alarms="A recall of old patients by number, shared out among secretaries.",
    do="Treat the accounts as one case: lock all, and look on both sides of the stretch for further ones.",
    attack="T1119",
    floor=12,
)


def find(t: Tables) -> Table:
    """Return how many patients lie in the day's chains, where several accounts have a part in them."""
    near = _chains(t)
    sizes = near.group_by("day", "chain").agg(size=near.count())
    long = sizes.filter(sizes["size"] >= FEWEST)
    parts = near.semi_join(long, ["day", "chain"]).group_by("day", "chain", "account").agg(part=lambda row: row.count())
    takers = parts.filter(parts.part >= EACH).select("day", "account").distinct()
    several = takers.group_by("day").agg(accounts=takers.count()).filter(lambda row: row.accounts >= TOGETHER)
    total = long.group_by("day").agg(value=long["size"].sum())
    return found(takers.join(several, "day").join(total, "day"))


def _chains(t: Tables) -> Table:
    """Return day, account and chain of every sleeping first of the days that are not a large part of the base."""
    ranked = ranks(t)
    alone = asleep(t).filter(lambda row: ~has(row.deeds, mask(Deed.CREATE)))
    placed = alone.join(ranked, "patient").select("day", "account", "rank")
    everybody = ranked.agg(everybody=ranked.count())
    whole = placed.mutate(n=placed.count().over(ibis.window(group_by="day"))).cross_join(everybody)
    few = whole.filter(whole.n * PART <= whole.everybody)
    near = few["rank"] - few["rank"].lag().over(ibis.window(group_by="day", order_by="rank")) <= REACH
    marked = few.mutate(breaks=(~sure(near)).cast("int64"))
    so_far = ibis.cumulative_window(group_by="day", order_by="rank")
    return marked.mutate(chain=marked.breaks.sum().over(so_far)).select("day", "account", "chain")


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the accesses of the unexplained firsts."""
    return rows.firsts(t, account, first, last)
