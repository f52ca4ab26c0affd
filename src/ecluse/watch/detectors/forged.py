"""Reasons made by the account that then uses them.

**Definition.** The value is the number of touches of the account on the day whose patient has a care fact made by this
same account (``made_by``), for itself (``account``) or for its own unit (``unit``, not empty, equal to
``staff.unit``), with ``since_day`` from one day before to one day after (``NEAR`` = 1).
"""

from datetime import date

from ibis.expr.types import BooleanValue, Table

from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found, number, sure
from ecluse.watch.tables import Tables

NEAR = 1  # day

STORY = Story(
    name="forged",
    family="gained",
    kind=Kind.HABIT,
    sees="Appointments, stays and orders written by the very account they give a reason to: the key cut by its user.",
    misses="A reason forged from another account, or long before.",
    false_alarms="Doctors who keep their own diary: their habit shows it.",
    do="See whether care followed: was the appointment kept, the stay billed, the order carried out?",
    attack="T1098",
    floor=10,
)


def find(t: Tables) -> Table:
    """Return how many patients were touched for a reason of the account's own making."""
    own = _used(t)
    return found(own.group_by("account", "day").agg(value=own.count()))


def _used(t: Tables) -> Table:
    """Return the touches of a patient near the day of a fact their account made."""
    made = _made(t)
    return t.touches.semi_join(made, _fits(t.touches, made))


def _made(t: Tables) -> Table:
    """Return maker, patient and number of the day of the facts that serve their own maker."""
    facts = t.care.filter(t.care.made_by != "")
    home = t.staff.filter(t.staff.unit != "").select(member="account", home="unit")
    known = facts.left_join(home, facts.made_by == home.member)
    ours = sure((known.unit != "") & (known.unit == known.home))
    return (
        known.filter((known.account == known.made_by) | ours)
        .select("patient", maker="made_by", since=number(known.since_day))
        .distinct()
    )


def _fits(touches: Table, made: Table) -> list[BooleanValue]:
    day = number(touches.day)
    near = [made.since >= day - NEAR, made.since <= day + NEAR]
    return [touches.account == made.maker, touches.patient == made.patient, *near]


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the accesses to patients for whom the account made a reason."""
    used = _used(t).filter(lambda touch: touch.account == account)
    a = t.accesses.filter(t.accesses.account == account, t.accesses.day.between(first, last))
    return a.semi_join(used, ["day", "patient"]).select(*rows.COLUMNS)
