"""Places new to an account: shared by the detectors of stolen accounts.

**Definition.** A place is fresh for the account on a day numbered d when the account has it on that day and the first
day the account ever had it, f, is from d - 2 to d (``FRESH`` = 3 days), and the account had any place of the same kind
on at least ``HISTORY`` = 3 different days before f. It is unknown if no other account had it before f.
"""

import ibis
from ibis.expr.types import Table

from ecluse.watch.detectors.base import number, second, sure
from ecluse.watch.tables import Tables

FRESH = 3
HISTORY = 3  # days with any place of that kind
KEY = ("account", "kind", "key")


def uses(t: Tables, *kinds: str) -> Table:
    """Return account, kind, key, day, and the numbers of the day and of the first day the account had the place."""
    kept = t.places.filter(t.places.account != "", t.places.kind.isin(kinds))
    ever = ibis.window(group_by=list(KEY))
    return kept.mutate(number=number(kept.day), begun=number(kept.day).min().over(ever))


def fresh(t: Tables, *kinds: str) -> Table:
    """Return account, day, kind, key, and whether the place was unknown to everybody else."""
    used = uses(t, *kinds)
    begun = used.group_by("kind", "key").agg(earliest=used.begun.min())
    young = used.filter(used.number - used.begun < FRESH)
    known = young.join(begun, ["kind", "key"]).join(_history(used), ["account", "kind", "begun"])
    kept = known.filter(known.history >= HISTORY)
    return kept.select("account", "day", "kind", "key", unknown=kept.earliest == kept.begun)


def _history(used: Table) -> Table:
    """Return account, kind, begun (the number of a day) and on how many days before the account had such a place."""
    days = used.select("account", "kind", begun="number").distinct()
    return days.mutate(history=ibis.row_number().over(ibis.window(group_by=["account", "kind"], order_by="begun")))


def switches(events: Table, known: Table, seconds: int) -> Table:
    """Return account, day, value: how often neighbours in time change between two keys, one of them fresh.

    ``events`` has account, day, ts, key and beside; two neighbours whose ``beside`` is the same word do not count.
    """
    marks = known.select("account", "day", "key").mutate(fresh=ibis.literal(value=True))
    seen = events.left_join(marks, ["account", "day", "key"]).select(*events.columns, "fresh")
    rising = ibis.window(group_by=["account", "day"], order_by=["ts", "key", "beside"])
    pairs = seen.mutate(
        fresh=sure(seen.fresh),
        at=second(seen.ts),
        key_before=seen.key.lag().over(rising),
        beside_before=seen.beside.lag().over(rising),
        fresh_before=sure(seen.fresh).lag().over(rising),
        at_before=second(seen.ts).lag().over(rising),
    )
    apart = (pairs.beside == "") | (pairs.beside_before == "") | (pairs.beside != pairs.beside_before)
    kept = pairs.filter(
        pairs.key != pairs.key_before, apart, pairs.fresh | pairs.fresh_before, pairs["at"] - pairs.at_before <= seconds
    )
    return kept.group_by("account", "day").agg(value=kept.count())
