"""One account in two places at once.

**Definition.** Only account-days with a fresh address (``device``: kind ``address``, same ``FRESH`` and ``HISTORY``).
Take the account's accesses of the day with grain 0 and an address, and its signs ``login`` with an address, in the
order of (ts, address, device). A switch is two neighbours whose addresses differ and of which one at least is fresh,
whose devices differ unless one is empty, at most ``SECONDS`` = 10 seconds apart (of their seconds). The value is the
number of switches, if at least ``FEWEST`` = 2.
"""

from datetime import date

from ibis.expr.types import Table

from ecluse.core.events import AccountAct
from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.detectors.fresh import fresh, switches
from ecluse.watch.places import ADDRESS
from ecluse.watch.tables import Tables

SECONDS = 10
FEWEST = 2

STORY = Story(
    name="overlap",
    family="overlap",
    kind=Kind.RARE,
    sees="Owner and thief at work at the same time: the account jumps between two addresses within seconds.",
    misses="A thief who waits until the owner has left; two addresses both known for long.",
    false_alarms="A telephone between network and Wi-Fi, a provider whose outgoing address changes at every request.",
    do="End every session and see which one comes back with the second factor.",
    attack="T1563",
    floor=4,
)


def find(t: Tables) -> Table:
    """Return how often the account jumps between a fresh address and another."""
    known = fresh(t, ADDRESS)
    events = _events(t, known.select("account", "day").distinct())
    counted = switches(events, known, SECONDS)
    return found(counted.filter(counted.value >= FEWEST))


def _events(t: Tables, days: Table) -> Table:
    """Return the accesses and logins of these account-days that tell their address."""
    a = t.accesses.filter(t.accesses.grain == 0, t.accesses.address != "").semi_join(days, ["account", "day"])
    s = t.signs.filter(t.signs.act == AccountAct.LOGIN.value, t.signs.address != "").semi_join(days, ["account", "day"])
    columns = ("account", "day", "ts")
    return a.select(*columns, key="address", beside="device").union(s.select(*columns, key="address", beside="device"))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the logins and accesses of these days."""
    return rows.signs(t, account, first, last, [AccountAct.LOGIN]).union(rows.accesses(t, account, first, last))
