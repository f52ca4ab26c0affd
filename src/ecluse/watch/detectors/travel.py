"""One account at two sites within minutes.

**Definition.** As ``overlap``, with sites for addresses: only account-days with a fresh site (a place of kind
``site``, key = site, of the day's accesses; same ``FRESH`` and ``HISTORY``); of the accesses of the day with grain 0
and a site, in the order of (ts, site), a switch is two neighbours whose sites differ, one at least fresh, at most
``SECONDS`` = 900 seconds apart. The value is the number of switches.
"""

from datetime import date

import ibis
from ibis.expr.types import Table

from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.detectors.fresh import fresh, switches
from ecluse.watch.places import SITE
from ecluse.watch.tables import Tables

SECONDS = 900

STORY = Story(
    name="travel",
    family="overlap",
    kind=Kind.RARE,
    sees="The same account at two sites of the group faster than anybody can drive.",
    misses="Logs that name no site; sites the account has long been used at.",
    false_alarms="Sites next door to each other; remote work on the screens of the other site.",
    do="Find where the person was. A door badge or a roster settles it.",
    attack="T1078",
    floor=1,
)


def find(t: Tables) -> Table:
    """Return how often the account jumps between a fresh site and another."""
    known = fresh(t, SITE)
    told = t.accesses.filter(t.accesses.grain == 0, t.accesses.site != "")
    there = told.semi_join(known.select("account", "day").distinct(), ["account", "day"])
    events = there.select("account", "day", "ts", key="site", beside=ibis.literal(""))
    return found(switches(events, known, SECONDS))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return every access of these days."""
    return rows.accesses(t, account, first, last)
