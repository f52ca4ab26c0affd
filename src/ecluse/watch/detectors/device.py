"""A device or address the account never used.

**Definition.** A place is fresh for the account on a day numbered d when the account has it on that day and the first
day the account ever had it, f, is from d - 2 to d (``FRESH`` = 3 days), and the account had any place of the same kind
on at least ``HISTORY`` = 3 different days before f. It is unknown if no other account had it before f. The value is
the volume of the day, if the account has a fresh and unknown place on it.
"""

from datetime import date

from ibis.expr.types import Table

from ecluse.core.events import AccountAct
from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.detectors.fresh import fresh
from ecluse.watch.places import ADDRESS, DEVICE
from ecluse.watch.tables import Tables

STORY = Story(
    name="device",
    family="device",
    kind=Kind.RARE,
    sees="A stolen password on the thief's own machine: a device or address new to the account and to everybody.",
    misses="A thief at any workstation of the house, or behind the address of the whole house.",
    false_alarms="A new telephone, a move to another office, work from home through an address that changes.",
    do="Call the person: is this your machine? If not, end all sessions and tokens before changing the password.",
    attack="T1078",
    floor=20,
)


def find(t: Tables) -> Table:
    """Return the volume of the days with a fresh place nobody knew."""
    places = fresh(t, ADDRESS, DEVICE)
    new = places.filter(places.unknown).select("account", "day").distinct()
    days = t.days.semi_join(new, ["account", "day"])
    return found(days.select("account", "day", value="shown"))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the logins and accesses of these days."""
    return rows.signs(t, account, first, last, [AccountAct.LOGIN]).union(rows.accesses(t, account, first, last))
