"""Detectors that count: harvest, burst, unexplained, sleeping, slow, scraping, export, emergency, kin, forged."""

from collections import Counter

from ecluse.watch.reference.days import DISPLAYED, hours, words
from ecluse.watch.reference.firsts import number, week
from ecluse.watch.reference.rows import First, Visit
from ecluse.watch.reference.tables import Derived, Values
from ecluse.watch.reference.visits import OUT


def harvest(d: Derived) -> Values:
    """Count the volume."""
    return {(day.account, day.day): day.shown for day in d.days}


def unexplained(d: Derived) -> Values:
    """Count the firsts nothing explains."""
    return {(day.account, day.day): day.unexplained for day in d.days}


def export(d: Derived) -> Values:
    """Count the patients sent out."""
    return {(day.account, day.day): day.exported for day in d.days}


def bulk(d: Derived) -> Values:
    """Count the exports that name no patient and do not tell their size."""
    blind = [one for one in d.log.accesses if not one.patient and one.deed in OUT and one.at_least]
    return dict(Counter((one.account, one.day) for one in blind))


def emergency(d: Derived) -> Values:
    """Count the patients opened by break-glass."""
    return {(day.account, day.day): day.break_glass for day in d.days}


def burst(d: Derived) -> Values:
    """Take the fullest hour, of touches or of patients displayed without a name."""
    found = {}
    for day in d.days:
        touches = [hours(touch) for touch in d.touches if (touch.account, touch.day) == (day.account, day.day)]
        nameless: Counter[int] = Counter()
        for access in d.log.accesses:
            if (access.account, access.day, access.patient) == (day.account, day.day, ""):
                nameless[access.hour] += max(access.shown, 0)
        named = max(sum(hour in seen for seen in touches) for hour in range(24))
        found[day.account, day.day] = max(named, *nameless.values(), 0)
    return found


def scraping(d: Derived) -> Values:
    """Count what was displayed and not opened."""
    found = Counter({(day.account, day.day): day.displayed_only for day in d.days})
    for visit in d.visits:
        if words(visit) & DISPLAYED:
            found[visit.account, visit.day] += _beside(visit)
    return dict(found)


def _beside(visit: Visit) -> int:
    named = 1 if visit.patient else 0
    sent = 1 if named and words(visit) & OUT else 0
    return (visit.shown - named) - (visit.out - sent)


def slow(d: Derived) -> Values:
    """Sum the unexplained firsts of 28 days."""
    return {
        (day.account, day.day): sum(
            past.unexplained
            for past in d.days
            if past.account == day.account and number(day.day) - 27 <= number(past.day) <= number(day.day)
        )
        for day in d.days
        if day.unexplained > 0
    }


def sleeping(d: Derived) -> Values:
    """Count the unexplained firsts of patients whom nobody else touches."""
    return dict(Counter((first.touch.account, first.touch.day) for first in asleep(d)))


def asleep(d: Derived) -> list[First]:
    """Return the unexplained firsts of patients whom nobody else touches."""
    return [first for first in d.firsts if first.touch.account and not first.explained and not awake(first, d)]


def awake(first: First, d: Derived) -> bool:
    """Tell whether another account touches the patient in that week or in the one before."""
    bucket = week(first.touch.day)
    return any(
        touch.patient == first.touch.patient
        and touch.account not in {"", first.touch.account}
        and week(touch.day) in {bucket, bucket - 1}
        for touch in d.touches
    )


def kin(d: Derived) -> Values:
    """Count the relations to patients met for the first time."""
    return dict(
        Counter(
            (first.touch.account, first.touch.day)
            for first in d.firsts
            for mark in d.relations
            if (mark.account, mark.patient) == (first.touch.account, first.touch.patient)
            and (not first.explained or mark.relation == "self")
        )
    )


def forged(d: Derived) -> Values:
    """Count the touches with a fact that the account made for itself."""
    return dict(Counter((touch.account, touch.day) for touch in d.touches if _own_fact(touch, d)))


def _own_fact(touch: Visit, d: Derived) -> bool:
    unit = {member.account: member.unit for member in d.log.staff}.get(touch.account, "")
    return any(
        fact.patient == touch.patient
        and fact.made_by == touch.account != ""
        and (fact.account == touch.account or fact.unit == unit != "")
        and abs(number(fact.since_day) - number(touch.day)) <= 1
        for fact in d.log.care
    )
