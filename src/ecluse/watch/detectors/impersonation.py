"""One account entering as others.

**Definition.** For signs whose act is impersonate, the actor is ``by``, or ``account`` where ``by`` is empty. The
value, for the actor and the day, is the number of distinct values of ``account``.
"""

from datetime import date

from ibis.expr.types import Table

from ecluse.core.events import AccountAct
from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.tables import Tables

STORY = Story(
    name="impersonation",
    family="gained",
    kind=Kind.RARE,
    sees="An administrator's session opened in the name of others, whose reading then looks like theirs.",
    misses="Software that does not log it (Mediboard leaves the real user empty).",
    false_alarms="Support and training, usually a few times a week and by the same people.",
    do="Ask the administrator for the ticket of each entry; read what was seen under the borrowed names.",
    attack="T1134",
    floor=2,
)


def find(t: Tables) -> Table:
    """Return as how many others an account entered."""
    entered = t.signs.filter(t.signs.act == AccountAct.IMPERSONATE.value)
    acted = entered.select("day", account=rows.actor(entered), other="account")
    return found(acted.group_by("account", "day").agg(value=acted.other.nunique()))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the entries as others."""
    return rows.signs(t, account, first, last, [AccountAct.IMPERSONATE])
