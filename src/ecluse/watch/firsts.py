"""Firsts: the first touch an account ever has of a patient, and what explains it.

**Definition.** A first is the touch of a pair (account, patient) on the pair's first day in the lake: day, account,
patient, deeds and duty. ``why`` is the
first of these words that applies, empty when none does; ``explained`` tells whether one does:

1. ``care``: a care fact of this patient and account whose days hold the day;
2. ``unit``: a care fact of this patient and of the account's unit (``staff.unit``, not empty) whose days hold the day;
3. ``duty``: the log itself gives a duty for an access of that touch;
4. ``team``: another account of the same team (``teams``) touches the patient in the same 7-day bucket
   (``touches.week``) or in the one before.

The days of a care fact go from ``since_day`` - 1 to ``until_day`` + 30. A fact made by the account itself, whose
``since_day`` is the day of the first, explains nothing.
"""

import ibis
from ibis.expr.types import BooleanValue, Table

from ecluse.watch.touches import week

BEFORE_DAYS = 1
AFTER_DAYS = 30
COLUMNS = ("day", "account", "patient", "deeds", "duty", "why", "explained")


def firsts_of(touches: Table, pairs: Table, staff: Table, care: Table, teams: Table) -> Table:
    """Return the firsts of ``pairs``, with ``explained`` and ``why``; ``touches`` need not go back beyond two weeks."""
    bare = pairs.select("account", "patient", "deeds", "duty", day="first_day")
    known = _with_mates(bare, touches, teams)
    for name, found in (("by_care", _by_care(bare, care)), ("by_unit", _by_unit(bare, staff, care))):
        marked = found.mutate(**{name: ibis.literal(value=True)})
        known = known.left_join(marked, ["account", "patient"]).drop("account_right", "patient_right")
    why = ibis.cases(
        (known.by_care.notnull(), "care"),
        (known.by_unit.notnull(), "unit"),
        (known.duty, "duty"),
        (known.by_team, "team"),
        else_="",
    )
    told = known.mutate(why=why)
    return told.mutate(explained=told.why != "").select(*COLUMNS)


def _with_mates(bare: Table, touches: Table, teams: Table) -> Table:
    """Return the firsts with ``by_team``: was a mate there this week, or anybody of the team the week before?"""
    seen = touches.mutate(week=week(touches.day)).join(teams, "account")
    shared = seen.group_by("team", "patient", "week").agg(mixed=seen.account.min() != seen.account.max())
    now = shared.select(team_="team", patient_="patient", week_="week", mixed="mixed")
    before = shared.select(team_="team", patient_="patient", week_=shared.week + 1, earlier=ibis.literal(value=True))
    placed = bare.mutate(week=week(bare.day)).left_join(teams, "account").drop("account_right")
    for found in (now, before):
        same = [placed.team == found.team_, placed.patient == found.patient_, placed.week == found.week_]
        placed = placed.left_join(found, same).drop("team_", "patient_", "week_")
    by_team = ibis.coalesce(placed.mixed, ibis.literal(value=False)) | placed.earlier.notnull()
    return placed.mutate(by_team=by_team).drop("team", "week", "mixed", "earlier")


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


def _holds(keys: Table, facts: Table) -> list[BooleanValue]:
    own = (facts.made_by == keys.account) & (facts.since_day == keys.day)
    number = keys.day.epoch_days()
    return [
        facts.since_day.epoch_days() - BEFORE_DAYS <= number,
        facts.until_day.epoch_days() + AFTER_DAYS >= number,
        ~own,
    ]
