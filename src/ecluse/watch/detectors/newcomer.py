"""A new account that reads like no beginner.

**Definition.** first is the first day on which the account is seen, begin the first day of ``days``. Only active days
at most 6 days after first (``YOUNG`` = 7 days), and if first is at least ``RUN_IN`` = 14 days after begin, or the
account has a sign ``created`` on a day from first - 30 to the day (``MADE`` = 30). The median of a profession is, of
the numbers of all its account-days in ascending order, number (n - 1) // 2 counted from 0; accounts without a
profession are one profession. Two numbers are looked at: the volume, if at least ``PATIENTS`` = 20 and above ``TIMES``
= 3 medians of volumes; and ``days.unexplained``, if at least ``STRANGERS`` = 10 and above 3 medians of
``days.unexplained``. The value is the greater of those that pass.
"""

from datetime import date, timedelta

import ibis
from ibis.expr.types import Table

from ecluse.core.events import AccountAct
from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found, number, seen
from ecluse.watch.tables import Tables

YOUNG = 7  # days
PATIENTS = 20
STRANGERS = 10
RUN_IN = 14  # days of log before the account
MADE = 30  # days
TIMES = 3

STORY = Story(
    name="newcomer",
    family="dormant",
    kind=Kind.RARE,
    sees="An account just made, by an intruder or for one, with thrice the patients or the strangers of its peers.",
    misses="A new account that waits a week, or that is used like a beginner's.",
    false_alarms="A new interface; a new colleague with many patients, or before the care facts know the post.",
    do="Who created the account, on whose request? Compare with the personnel file.",
    attack="T1136",
    floor=10,
)


def find(t: Tables) -> Table:
    """Return what new accounts do above three medians of their profession."""
    days = t.days.filter(t.days.account != "").select("account", "day", "profession", "shown", "unexplained")
    young = _young(t, days.mutate(number=number(days.day)))
    many = _above(days, young, "shown", PATIENTS).union(_above(days, young, "unexplained", STRANGERS))
    return found(many.group_by("account", "day").agg(value=many.value.max()))


def _young(t: Tables, days: Table) -> Table:
    """Return the first days of accounts that are new, not only to the log."""
    known = seen(t)
    begun = days.join(known.group_by("account").agg(first=known.number.min()), "account")
    begin = t.days.agg(begin=number(t.days.day).min())
    young = begun.filter(begun.number - begun["first"] < YOUNG).cross_join(begin)
    made = t.signs.filter(t.signs.act == AccountAct.CREATED.value).select(created="account", when=number(t.signs.day))
    near = [young.account == made.created, made.when >= young["first"] - MADE, made.when <= young.number]
    late = young.filter(young["first"] - young.begin >= RUN_IN)
    return late.union(young.semi_join(made, near), distinct=True)


def _above(days: Table, young: Table, column: str, least: int) -> Table:
    """Return the young days on which ``column`` passes three medians of the profession."""
    rising = ibis.window(group_by="profession", order_by=column)
    whole = ibis.window(group_by="profession")
    placed = days.mutate(place=ibis.row_number().over(rising), n=days.count().over(whole))
    medians = placed.filter(placed.place == (placed.n - 1) // 2).select("profession", median=column)
    known = young.join(medians, "profession")
    many = known.filter(known[column] >= least, known[column] > TIMES * known.median)
    return many.select("account", "day", value=column)


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the creation of the account, and every access of these days."""
    made = rows.signs(t, account, first - timedelta(days=MADE + YOUNG), last, [AccountAct.CREATED])
    return made.union(rows.accesses(t, account, first, last))
