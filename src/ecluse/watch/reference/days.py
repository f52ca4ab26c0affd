"""Days, by looking at every visit of the day again for every number."""

from datetime import date

from ecluse.core.events import Deed
from ecluse.watch.reference.rows import Day, First, Member, Visit

DEEDS = list(Deed)
DISPLAYED = {"search", "list"}
OPENED = {"read", "history", "break-glass", "export", "print", "report", "everything"}
WRITTEN = {"write", "create", "delete"}


def days(visits: list[Visit], firsts: list[First], staff: list[Member]) -> list[Day]:
    """Return one row for each (day, account)."""
    keys = {(visit.day, visit.account) for visit in visits}
    return [_day(*key, visits, firsts, staff) for key in keys]


def _day(day: date, account: str, visits: list[Visit], firsts: list[First], staff: list[Member]) -> Day:
    mine = [visit for visit in visits if (visit.day, visit.account) == (day, account)]
    touches = [visit for visit in mine if visit.patient]
    new = [first for first in firsts if (first.touch.day, first.touch.account) == (day, account)]
    return Day(
        day=day,
        account=account,
        profession={member.account: member.profession for member in staff}.get(account, ""),
        accesses=sum(visit.n for visit in mine),
        patients=len(touches),
        firsts=len(new),
        unexplained=sum(not first.explained for first in new),
        shown=sum(visit.shown for visit in mine),
        displayed_only=sum(words(touch) <= DISPLAYED for touch in touches),
        exported=sum(visit.out for visit in mine),
        hour_max=max(sum(hour in hours(touch) for touch in touches) for hour in range(24)),
        night=sum(bool(hours(touch) & {0, 1, 2, 3, 4, 5}) for touch in touches),
        reads=sum(bool(words(touch) & OPENED) for touch in touches),
        writes=sum(bool(words(touch) & WRITTEN) for touch in touches),
        break_glass=sum("break-glass" in words(touch) for touch in touches),
    )


def hours(visit: Visit) -> set[int]:
    """Return the local hours of a visit."""
    return {hour for hour in range(24) if visit.hours >> hour & 1}


def words(visit: Visit) -> set[str]:
    """Return the deeds of a visit."""
    return {deed.value for place, deed in enumerate(DEEDS) if visit.deeds >> place & 1}
