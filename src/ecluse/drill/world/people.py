"""Who works there and who is ill: names, addresses, families; staff who are patients too, neighbours, namesakes."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from ecluse.core.words import Profession
from ecluse.drill.names import FamilyNames, fold
from ecluse.drill.professions.base import Hours
from ecluse.drill.professions.catalogue import BY_PROFESSION
from ecluse.drill.world import cast
from ecluse.drill.world.settings import NEVER, Flags, Floats, Ints, Settings, ints, pick
from ecluse.drill.world.units import Units

ALSO_A_PATIENT = 0.3
RELATIVES = 0.5  # mean number, among the patients, for each member of staff
WELL_KNOWN = 0.0005
FLOATS, NIGHTS, HIRED, LEFT, REMOTE = 0.07, 0.2, 0.05, 0.04, 0.15


@dataclass(frozen=True)
class Patients:
    """Everybody who has a record. ``weight``: how often they come (a heavy tail); ``home`` numbers the addresses."""

    family: Ints
    home: Ints
    birth: Ints  # days before the start
    weight: Floats
    vip: Flags


@dataclass(frozen=True)
class Staff:
    """Every account. ``record`` is the person's own record among the patients (-1: none); days count from the start."""

    account: list[str]
    profession: list[Profession]
    unit: Ints
    floats: Flags
    nights: Flags
    service: Flags
    remote: Flags
    curious: Flags
    since: Ints
    until: Ints
    pace: Floats
    family: Ints
    home: Ints
    record: Ints

    def of(self, *professions: Profession) -> Ints:
        """Return the accounts of some professions."""
        wanted = set(professions)
        return ints([place for place, one in enumerate(self.profession) if one in wanted])

    def number(self, account: str) -> int:
        """Return the number of an account."""
        return self.account.index(account)


def patients(settings: Settings) -> Patients:
    """Invent everybody who has a record."""
    chance = settings.chance("patients")
    number = settings.patients
    homes = max(10, number // 2)
    names = max(10, min(number // 5, 60_000))
    weight = np.exp(chance.normal(0, 1.3, number))
    family = pick(chance, 1 / np.arange(10, names + 10), number)
    home = chance.integers(0, homes, number)
    birth = ints(chance.triangular(30, 24_000, 35_000, number))
    return Patients(family, home, birth, weight, chance.random(number) < WELL_KNOWN)


def staff(settings: Settings, units: Units, ill: Patients) -> Staff:
    """Hire everybody, and give some of them a record, a family and neighbours among the patients."""
    chance = settings.chance("staff")
    posts = cast.professions(settings.staff)
    number = len(posts)
    fixed = cast.logins(settings.staff)
    family, home, record = _roots(settings, ill, number)
    made = Staff(
        account=_accounts(posts, fixed, FamilyNames(settings.seed), family),
        profession=posts,
        unit=_homes(posts, units),
        floats=chance.random(number) < FLOATS,
        nights=chance.random(number) < NIGHTS,
        service=np.zeros(number, dtype=bool),
        remote=chance.random(number) < REMOTE,
        curious=chance.random(number) < settings.mess.curious,
        since=np.where(chance.random(number) < HIRED, chance.integers(1, settings.days + 1, number), -NEVER),
        until=np.where(chance.random(number) < LEFT, chance.integers(1, settings.days + 1, number), NEVER),
        pace=np.exp(chance.normal(0, 0.35, number)),
        family=family,
        home=home,
        record=record,
    )
    _direct(made, settings, units)
    return made


def _direct(made: Staff, settings: Settings, units: Units) -> None:
    """Give the cast its parts."""
    trades = [BY_PROFESSION[profession] for profession in made.profession]
    first = len(cast.logins(settings.staff))
    made.since[:first], made.until[:first] = -NEVER, NEVER
    made.until[made.since > made.until] = NEVER
    made.floats[:first], made.nights[:first], made.curious[:first] = False, False, False
    made.floats[[not trade.floats for trade in trades]] = False
    made.nights[[not trade.nights for trade in trades]] = False
    made.remote[[not trade.remote for trade in trades]] = False
    made.nights[made.number(cast.NIGHT_NURSE)] = True
    made.floats[made.number(cast.FLOAT_NURSE)] = True
    made.nights[made.floats] = False
    made.unit[made.floats] = units.place("POOL")
    made.until[made.number(cast.LEAVER)] = max(1, settings.days * 2 // 3)
    made.since[made.number(cast.NEWCOMER)] = max(1, settings.days // 2)
    machines = [trade.hours is Hours.NEVER for trade in trades]
    made.curious[machines], made.service[machines] = False, True


def _roots(settings: Settings, ill: Patients, number: int) -> tuple[Ints, Ints, Ints]:
    """Return family, home and own record of everybody; relatives are moved into the home of who works here."""
    chance = settings.chance("roots")
    record = chance.permutation(settings.patients)[:number] if settings.patients >= number else np.full(number, -1)
    record = ints(np.where(chance.random(number) < ALSO_A_PATIENT, record, -1))
    sure = cast.logins(settings.staff).index(cast.PATIENT_TOO)
    record[sure] = 7 % settings.patients
    born = ints(chance.integers(0, int(ill.family.max()) + 1, number))
    family = ints(np.where(record >= 0, ill.family[record], born))
    home = ints(np.where(record >= 0, ill.home[record], chance.integers(0, int(ill.home.max()) + 1, number)))
    for who in np.flatnonzero(chance.random(number) < RELATIVES):
        relatives = chance.integers(0, settings.patients, chance.integers(1, 4))
        kept = relatives[~np.isin(relatives, record)]
        ill.family[kept], ill.home[kept] = family[who], home[who]
    return family, home, record


def _homes(posts: list[Profession], units: Units) -> Ints:
    """Return everybody's unit: a department, or wards and the emergency department (which counts twice) in turn."""
    turns: dict[Profession, int] = {}
    found = []
    for profession in posts:
        place = BY_PROFESSION[profession].place
        turn = turns[profession] = turns.get(profession, -1) + 1
        found.append(units.place(place) if place else min(turn % (units.wards + 2), units.emergency))
    return ints(found)


def _accounts(posts: list[Profession], fixed: list[str], names: FamilyNames, family: Ints) -> list[str]:
    """Return login names: the cast's, then a letter of the profession, a name and a number."""
    rest = [f"{posts[n][0]}.{fold(names.name(int(family[n])))}{n}" for n in range(len(fixed), len(posts))]
    return fixed + rest


def born(settings: Settings, days: int) -> date:
    """Return a date of birth."""
    return settings.start - timedelta(days=days)
