"""First touches and what explains them, one reason after the other."""

from datetime import date

from ecluse.watch.reference.rows import CareFact, First, Log, Pair, Visit

EPOCH = date(1970, 1, 1)


def firsts(touched: list[Visit], pairs: list[Pair], log: Log) -> list[First]:
    """Return the firsts, each with its reason."""
    first_day = {(pair.account, pair.patient): pair.first_day for pair in pairs}
    return [
        First(touch, why(touch, touched, log))
        for touch in touched
        if touch.day == first_day[touch.account, touch.patient]
    ]


def why(first: Visit, touched: list[Visit], log: Log) -> str:
    """Return the first reason that applies, empty when none does."""
    unit = {member.account: member.unit for member in log.staff}.get(first.account, "")
    facts = [fact for fact in log.care if fact.patient == first.patient and holds(fact, first)]
    if any(fact.account == first.account != "" for fact in facts):
        return "care"
    if any(fact.unit == unit != "" for fact in facts):
        return "unit"
    if first.duty:
        return "duty"
    if any(_by_mate(first, other, log.teams) for other in touched):
        return "team"
    return ""


def holds(fact: CareFact, first: Visit) -> bool:
    """Tell whether ``fact`` speaks of that day, and was not made by whom it would explain, on the day itself."""
    if fact.made_by == first.account and fact.since_day == first.day:
        return False
    return (fact.since_day - first.day).days <= 3 and (first.day - fact.until_day).days <= 14


def week(day: date) -> int:
    """Return the 7-day bucket of ``day``."""
    return number(day) // 7


def number(day: date) -> int:
    """Return the days since 1970."""
    return (day - EPOCH).days


def _by_mate(first: Visit, other: Visit, teams: dict[str, str]) -> bool:
    return (
        other.patient == first.patient
        and other.account != first.account
        and first.account in teams
        and teams.get(other.account) == teams[first.account]
        and 0 <= (first.day - other.day).days <= 7
    )
