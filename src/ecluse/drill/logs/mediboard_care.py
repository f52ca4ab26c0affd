"""Mediboard's stays, consultations and their half-days; and which stay a view is of.

The world's own facts of care say which: a stay in a unit, with the practitioner who attends it; an appointment.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime, time

from ecluse.core.events import Care, CareKind
from ecluse.drill.logs.directory import Directory
from ecluse.drill.logs.dump import Dump
from ecluse.drill.logs.mediboard_tables import GROUP
from ecluse.drill.logs.timeline import clock

EMERGENCY = "URG"


class Stay:
    """A row of ``sejour``; ``number`` is its key."""

    __slots__ = ("doctor", "fact", "number")

    def __init__(self, number: int, fact: Care) -> None:
        self.number = number
        self.fact = fact
        self.doctor = fact.account


class Stays:
    """All stays, by patient."""

    def __init__(self, facts: Iterable[Care]) -> None:
        """Take the stays of ``facts``; who attends one is told by the fact of a care team that begins with it."""
        self._of: dict[str, list[Stay]] = {}
        self._number = 0
        for fact in facts:
            self._take(fact)
        for own in self._of.values():
            own.sort(key=_begins)

    def _take(self, fact: Care) -> None:
        if fact.kind is CareKind.ENCOUNTER_IN_UNIT:
            self._number += 1
            self._of.setdefault(fact.patient, []).append(Stay(self._number, fact))
        elif fact.kind is CareKind.CARE_TEAM and (own := self._of.get(fact.patient)) and _begins(own[-1]) == fact.since:
            own[-1].doctor = fact.account

    def at(self, patient: str, moment: datetime) -> Stay | None:
        """Return the stay that the patient is in, or was in last; None before the first."""
        own = self._of.get(patient, [])
        place = bisect_right(own, moment, key=_begins)
        return own[place - 1] if place else None

    def write(self, dump: Dump, who: Directory) -> None:
        """Put the stays down."""
        for stay in sorted((stay for own in self._of.values() for stay in own), key=lambda one: one.number):
            fact = stay.fact
            doctor = who.number(stay.doctor) if stay.doctor else 0
            kind = "urg" if fact.unit == EMERGENCY else "comp"
            times = (clock(fact.since), clock(fact.until) if fact.until else None)
            unit = who.units.get(fact.unit)
            dump["sejour"].add(stay.number, int(fact.patient), doctor, GROUP, unit, kind, *times, "0")


def _begins(stay: Stay) -> datetime:
    return stay.fact.since


class Visits:
    """Consultations: ``made`` gives the number of one by account, patient and the minute it begins."""

    def __init__(self, dump: Dump, who: Directory) -> None:
        self.made: dict[tuple[str, str, datetime], int] = {}
        self._dump = dump
        self._who = who
        self._half_days: dict[tuple[str, date], tuple[int, time, time]] = {}

    def take(self, facts: Iterable[Care], *, keep: bool = False) -> None:
        """Put down the appointments of ``facts``; ``keep`` those that an account of the log may have made."""
        for fact in facts:
            if fact.kind is CareKind.APPOINTMENT:
                sheet = self._dump["consultation"]
                if keep:
                    self.made[fact.account, fact.patient, fact.since] = sheet.rows + 1
                at = clock(fact.since)
                sheet.add(sheet.rows + 1, int(fact.patient), self._half_day(fact.account, at), f"{at:%H:%M:%S}", "0")

    def _half_day(self, account: str, at: datetime) -> int:
        key = (account, at.date())
        number, first, last = self._half_days.get(key, (len(self._half_days) + 1, at.time(), at.time()))
        self._half_days[key] = (number, min(first, at.time()), max(last, at.time()))
        return number

    def close(self) -> None:
        """Put down the half-days."""
        for (account, day), (number, first, last) in self._half_days.items():
            hours = (f"{first:%H:%M:%S}", f"{last:%H:%M:%S}")
            self._dump["plageconsult"].add(number, self._who.number(account), day, *hours)
