"""A password found after many failures.

**Definition.** For each sign ``login`` of the account, count its signs ``login-failure`` with a second from 3,600
before the login's second (``WITHIN``) to that second. The value, on the day of the login, is the greatest count, if at
least ``FEWEST`` = 5.
"""

from datetime import date, timedelta

import ibis
from ibis.expr.types import Table

from ecluse.core.events import AccountAct
from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found, second
from ecluse.watch.tables import Tables

WITHIN = 3600  # seconds
FEWEST = 5

STORY = Story(
    name="guessing",
    family="guessing",
    kind=Kind.RARE,
    sees="Five or more wrong passwords, then the right one, within an hour.",
    misses="Patient guessing, one try an hour; software that does not log failures.",
    false_alarms="The Monday after a change of password, a keyboard in capitals, a program with an old password.",
    do="Ask the person whether it was them. If in doubt, a new password and the end of all sessions.",
    attack="T1110.001",
    floor=8,
)


def find(t: Tables) -> Table:
    """Return the failures in the hour before a success."""
    tries = t.signs.filter(t.signs.act.isin([AccountAct.LOGIN.value, AccountAct.LOGIN_FAILURE.value]))
    tries = tries.select(
        "account", "day", at=second(tries.ts), failed=(tries.act != AccountAct.LOGIN.value).cast("int64")
    )
    hour = ibis.range_window(preceding=WITHIN, following=0, group_by="account", order_by="at")
    counted = tries.mutate(value=tries.failed.sum().over(hour))
    opened = counted.filter(counted.failed == 0, counted.value >= FEWEST)
    return found(opened.group_by("account", "day").agg(value=opened.value.max()))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the logins and failures of these days and of the day before."""
    acts = (AccountAct.LOGIN, AccountAct.LOGIN_FAILURE)
    return rows.signs(t, account, first - timedelta(days=1), last, acts)
