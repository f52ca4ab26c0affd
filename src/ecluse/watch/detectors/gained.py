"""A right gained, then used at once.

**Definition.** A gain is a sign of the account whose act is grant, created, unlock, factor or password (``GAINS``), on
a day at least ``RUN_IN`` = 7 days after the first day of ``days``. On an active day numbered d with volume >=
``PATIENTS`` = 20, take the earliest gain on days d - 7 to d (``WITHIN`` = 7), on the day numbered g. The value is the
volume less the greatest volume of the account on the days from g - 28 to g - 1 (``BEFORE`` = 28; 0 if it was not
active), if above 0.
"""

from datetime import date, timedelta

from ibis.expr.types import Table

from ecluse.core.events import AccountAct
from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found, number
from ecluse.watch.tables import Tables

GAINS = (AccountAct.GRANT, AccountAct.CREATED, AccountAct.UNLOCK, AccountAct.FACTOR, AccountAct.PASSWORD)
RUN_IN = 7  # days of log before the gain
PATIENTS = 20
WITHIN = 7  # days
BEFORE = 28  # days

STORY = Story(
    name="gained",
    family="gained",
    kind=Kind.RARE,
    sees="More patients than in the month before, soon after a new right, password, second factor or unlocking.",
    misses="Rights given long before they are used; software whose log does not write changes of rights.",
    false_alarms="A change of post done properly: new rights, then new work.",
    do="Who gave the right, from where, and did the person ask for it? Take it back until that is clear.",
    attack="T1098",
    floor=20,
)


def find(t: Tables) -> Table:
    """Return by how much the volume passes that of the month before the gain."""
    days = t.days.select("account", "day", "shown", number=number(t.days.day))
    used = _used(t, days.filter(days.shown >= PATIENTS))
    past = days.select("account", before="shown", when="number")
    span = [used.account == past.account, past.when >= used.gain - BEFORE, past.when < used.gain]
    known = used.left_join(past, span).drop("account_right")
    base = known.group_by("account", "day", "shown").agg(base=known.before.max().fill_null(0))
    return found(base.mutate(value=base.shown - base.base))


def _used(t: Tables, busy: Table) -> Table:
    """Return the busy days within a week of a gain, with the number of the day of the earliest such gain."""
    begin = t.days.agg(begin=number(t.days.day).min())
    gains = t.signs.filter(t.signs.act.isin([act.value for act in GAINS])).select("account", gain=number(t.signs.day))
    late = gains.distinct().cross_join(begin).filter(lambda row: row.gain >= row.begin + RUN_IN)
    same = [busy.account == late.account, late.gain >= busy.number - WITHIN, late.gain <= busy.number]
    near = busy.join(late, same).select("account", "day", "shown", "gain")
    return near.group_by("account", "day", "shown").agg(gain=near.gain.min())


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the gains of the week before, and every access of these days."""
    gains = rows.signs(t, account, first - timedelta(days=WITHIN), last, GAINS)
    return gains.union(rows.accesses(t, account, first, last))
