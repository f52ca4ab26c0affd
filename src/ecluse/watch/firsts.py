"""Firsts: the first touch an account ever has of a patient, and what explains it.

**Definition.** A first is the touch of a pair (account, patient) on the pair's first day in the lake: day, account,
patient, deeds and duty. ``why`` is the
first of these words that applies, empty when none does; ``explained`` tells whether one does:

1. ``care``: a care fact of this patient and account whose days hold the day;
2. ``unit``: a care fact of this patient and of the account's unit (``staff.unit``, not empty) whose days hold the day;
3. ``duty``: the log itself gives a duty for an access of that touch;
4. ``team``: another account of the same team (``teams``) touches the patient on that day or on one of the 7 days
   before. What a colleague does later explains nothing.

The days of a care fact go from ``since_day`` - 3 (on Friday, Monday is made ready) to ``until_day`` + 14. A fact made
by the account itself, whose ``since_day`` is the day of the first, explains nothing.
"""

import ibis
from ibis.expr.types import BooleanValue, Table

BEFORE_DAYS = 3
AFTER_DAYS = 14
MATE_DAYS = 7
COLUMNS = ("day", "account", "patient", "deeds", "duty", "why", "explained")


def firsts_of(touches: Table, pairs: Table, staff: Table, care: Table, teams: Table) -> Table:
    """Return the firsts of ``pairs``, with ``explained`` and ``why``; ``touches`` need not go back beyond two weeks."""
    known = pairs.select("account", "patient", "deeds", "duty", day="first_day")
    reasons = {
        "by_care": _by_care(known, care),
        "by_unit": _by_unit(known, staff, care),
        "by_team": _by_team(known, touches, teams),
    }
    for name, found in reasons.items():
        marked = found.mutate(**{name: ibis.literal(value=True)})
        known = known.left_join(marked, ["account", "patient"]).drop("account_right", "patient_right")
    why = ibis.cases(
        (known.by_care.notnull(), "care"),
        (known.by_unit.notnull(), "unit"),
        (known.duty, "duty"),
        (known.by_team.notnull(), "team"),
        else_="",
    )
    told = known.mutate(why=why)
    return told.mutate(explained=told.why != "").select(*COLUMNS)


def _by_care(keys: Table, care: Table) -> Table:
    facts = care.filter(care.account != "")
    same = [keys.account == facts.account, keys.patient == facts.patient]
    return keys.semi_join(facts, [*same, *_holds(keys, facts)]).select("account", "patient")


def _by_unit(keys: Table, staff: Table, care: Table) -> Table:
    facts = care.filter(care.unit != "")
    home = staff.filter(staff.unit != "").select("account", "unit")
    placed = keys.join(home, "account").select("day", "account", "patient", "unit")
    same = [placed.unit == facts.unit, placed.patient == facts.patient]
    return placed.semi_join(facts, [*same, *_holds(placed, facts)]).select("account", "patient")


def _by_team(keys: Table, touches: Table, teams: Table) -> Table:
    """Return the firsts of patients whom a mate touched that day, or shortly before."""
    seen = touches.join(teams, "account").select("team", "account", "patient", "day")
    crowd = seen.group_by("team", "patient", "day").agg(low=seen.account.min(), high=seen.account.max())
    placed = keys.select("account", "patient", "day").join(teams, "account")
    met = crowd.select(team_="team", patient_="patient", number_=crowd.day.epoch_days(), low="low", high="high")
    number = placed.day.epoch_days()
    near = [met.number_ <= number, met.number_ >= number - MATE_DAYS]
    other = (met.low != placed.account) | (met.high != placed.account)
    same = [placed.team == met.team_, placed.patient == met.patient_]
    return placed.semi_join(met, [*same, *near, other]).select("account", "patient")


def _holds(keys: Table, facts: Table) -> list[BooleanValue]:
    own = (facts.made_by == keys.account) & (facts.since_day == keys.day)
    number = keys.day.epoch_days()
    return [
        facts.since_day.epoch_days() - BEFORE_DAYS <= number,
        facts.until_day.epoch_days() + AFTER_DAYS >= number,
        ~own,
    ]
