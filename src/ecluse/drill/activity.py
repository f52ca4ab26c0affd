"""What goes on in the hospital during the last days: stays bed by bed, appointments, orders, teams.

Its size follows the beds, not the number of patients on record: a base of 758,912 is mostly people who left long ago.
"""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from ecluse.core.words import Profession
from ecluse.drill.cast import Member, Unit
from ecluse.drill.markers import Born, Markers
from ecluse.drill.professions.catalogue import TRADES

BEDS = 12
LONGEST_DAYS = 9
TREATED_BY_EACH = 5
CARERS = frozenset(trade.profession for trade in TRADES if trade.fills_in == "prescri")


class Stay(NamedTuple):
    """One patient in one ward. ``end`` is None while the patient is there."""

    patient: int
    ward: Unit
    start: dt.datetime
    end: dt.datetime | None
    attending: Member


class Visit(NamedTuple):
    """An appointment of a patient with somebody."""

    patient: int
    at: dt.datetime
    member: Member


class Activity:
    """A month of work, drawn from ``chance``. ``stays``, ``visits`` and ``treated`` are by patient."""

    def __init__(
        self,
        markers: Markers,
        wards: Sequence[Unit],
        members: Sequence[Member],
        days: int,
        now: dt.datetime,
        beds: int = BEDS,
    ) -> None:
        self._chance = random.Random(f"activity {markers.seed}")
        self._markers, self._now, self._members = markers, now, members
        self._free_from: dict[int, dt.datetime] = {}
        self.stays: dict[int, list[Stay]] = defaultdict(list)
        self.visits: dict[int, list[Visit]] = defaultdict(list)
        self.treated: dict[int, Member] = {}
        beds = max(2, min(beds, markers.population // (8 * len(wards))))
        for ward in wards:
            doctors = [member for member in members if member.profession in CARERS and member.unit == ward.code]
            for _ in range(beds):
                self._bed(ward, doctors or [members[0]], days)
        for member in members:
            if member.profession is Profession.PHYSICIAN:
                self._practice(member, days)

    @property
    def present(self) -> list[Stay]:
        """Return the stays of the patients who are in a bed now."""
        return [stay for stays in self.stays.values() for stay in stays if stay.end is None]

    def _bed(self, ward: Unit, doctors: Sequence[Member], days: int) -> None:
        """Fill one bed, stay after stay, until now."""
        at = self._now - dt.timedelta(days=days, hours=self._chance.randrange(48))
        while at < self._now:
            leaves = at + dt.timedelta(hours=self._chance.randint(14, LONGEST_DAYS * 24))
            patient = self._somebody(ward, at)
            end = leaves if leaves < self._now else None
            self.stays[patient].append(Stay(patient, ward, at, end, self._chance.choice(doctors)))
            self._free_from[patient] = leaves
            at = leaves + dt.timedelta(hours=self._chance.randint(1, 10))

    def _somebody(self, ward: Unit, at: dt.datetime) -> int:
        """Choose a patient who is not in another bed and fits the ward, if one is soon found."""
        free = 0
        for _ in range(400):
            patient = self._chance.randrange(self._markers.population)
            if self._free_from.get(patient, at) <= at:
                free = patient
                if fits(ward, self._markers.born(patient), at.year):
                    break
        return free

    def _practice(self, member: Member, days: int) -> None:
        for _ in range(days // 3):
            at = self._now + dt.timedelta(hours=self._chance.randint(-24 * days, 24 * 10))
            patient = self._chance.randrange(self._markers.population)
            self.visits[patient].append(Visit(patient, at, member))
        for _ in range(TREATED_BY_EACH):
            self.treated[self._chance.randrange(self._markers.population)] = member


def fits(ward: Unit, born: Born, year: int) -> bool:
    """Tell whether somebody of this sex and age would lie in this ward."""
    age = year - born.year
    if ward.code == "MAT":
        return born.sex == 2 and 18 <= age <= 45  # noqa: PLR2004
    if ward.code == "PED":
        return age < 16  # noqa: PLR2004
    return age >= 70 if ward.code == "GER" else age >= 16  # noqa: PLR2004
