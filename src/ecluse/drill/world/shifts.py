"""Who works when: early, late and night shifts, office hours, weekends, leave, sick days, call, rotations.

A rota is two tables, accounts by days: the minute a shift begins and the minute it ends, counted from the beginning of
the world; both -1 where somebody is off. A night shift belongs to the day it begins on.
"""

from dataclasses import dataclass

import numpy as np

from ecluse.core.words import Profession
from ecluse.drill.professions.base import Hours
from ecluse.drill.professions.catalogue import BY_PROFESSION, TRADES
from ecluse.drill.world import cast
from ecluse.drill.world.people import Staff
from ecluse.drill.world.settings import MINUTES, NEVER, Flags, Ints, Settings, ints
from ecluse.drill.world.units import Units

EARLY, LATE, NIGHT, OFFICE, LONG = (405, 870), (825, 1290), (1245, 1845), (510, 1050), (480, 1110)
PATTERN = ints([1, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 1, 0, 0])  # fourteen days of a ward, every other weekend off
SICK = 0.03
LEAVE_EVERY = 45  # days
CALL_UNTIL = 1920  # eight in the morning
ROTATION = 42  # days a resident stays in one ward


@dataclass(frozen=True)
class Rota:
    """``start``, ``end``: minutes; ``unit``: where one works that day; ``call``: doctor on call by unit and day."""

    start: Ints
    end: Ints
    unit: Ints
    call: Ints

    def on(self, day: int, who: Ints) -> Ints:
        """Return those of ``who`` that work on ``day``."""
        return ints(who[self.start[who, day] >= 0])

    def there(self, day: int, who: Ints, unit: int) -> Ints:
        """Return those of ``who`` that work in ``unit`` on ``day``."""
        here = self.on(day, who)
        return ints(here[self.unit[here, day] == unit])


def rota(settings: Settings, staff: Staff, units: Units) -> Rota:
    """Draw up everybody's shifts."""
    shape = (len(staff.account), settings.days)
    begin, end = np.full(shape, -1, dtype=np.int64), np.full(shape, -1, dtype=np.int64)
    chance = settings.chance("rota")
    offset = chance.integers(0, 14, shape[0])
    for day in range(settings.days):
        kinds = _kinds(settings, staff, day, offset)
        for place, (first, last) in enumerate((EARLY, LATE, NIGHT, OFFICE, LONG)):
            here = kinds == place
            late = ints(chance.normal(0, 8, int(here.sum())))
            begin[here, day] = day * MINUTES + first + late
            end[here, day] = day * MINUTES + last + late
    off = _away(settings, staff)
    begin[off], end[off] = -1, -1
    where = _where(settings, staff, units)
    return Rota(begin, end, where, _call(settings, staff, units, off))


def _kinds(settings: Settings, staff: Staff, day: int, offset: Ints) -> Ints:
    """Return each account's kind of shift on ``day``: 0 early, 1 late, 2 night, 3 office, 4 a doctor's day, -1 off."""
    weekend = settings.weekday(day) > 4  # noqa: PLR2004 - Saturday is 5
    hours = np.array([BY_PROFESSION[profession].hours.value for profession in staff.profession])
    turns = hours == Hours.SHIFTS.value
    kinds = np.full(len(offset), -1 if weekend else 3, dtype=np.int64)
    kinds[hours == Hours.DOCTOR.value] = -1 if weekend else 4
    working = PATTERN[(day + offset) % 14] == 1
    week = (day + offset) // 7 % 2
    kinds[turns] = np.where(working, np.where(staff.nights, 2, week), -1)[turns]
    clerks = staff.of(Profession.ADMISSIONS)
    kinds[clerks[1::3]] = np.where(working, week, -1)[clerks[1::3]]  # the desk of the emergency department
    kinds[hours == Hours.NEVER.value] = -1
    return kinds


def _away(settings: Settings, staff: Staff) -> Flags:
    """Return who is on leave, ill, not hired yet or gone, by day."""
    chance = settings.chance("leave")
    number = len(staff.account)
    days = np.arange(settings.days)[None, :]
    away: Flags = chance.random((number, settings.days)) < SICK
    away |= (days < staff.since[:, None]) | (days > staff.until[:, None])
    for _ in range(max(1, settings.days // LEAVE_EVERY)):
        first = chance.integers(-10, max(1, settings.days), number)[:, None]
        first[: len(cast.logins(settings.staff))] = NEVER  # the cast is there when a test or a page wants it
        length = chance.integers(5, 16, number)[:, None]
        away |= (days >= first) & (days < first + length) & (chance.random((number, 1)) < 0.8)  # noqa: PLR2004
    away[staff.number(cast.VENDOR)] = True
    return away


def _where(settings: Settings, staff: Staff, units: Units) -> Ints:
    """Return where everybody works each day: float nurses anywhere, residents a new ward every six weeks."""
    chance = settings.chance("where")
    where = np.repeat(staff.unit[:, None], settings.days, axis=1)
    floats = np.flatnonzero(staff.floats)
    where[floats] = chance.integers(0, units.wards + 1, (len(floats), settings.days))
    for resident in staff.of(Profession.RESIDENT):
        turn = (np.arange(settings.days) + int(chance.integers(0, ROTATION))) // ROTATION
        where[resident] = (where[resident] + turn) % (units.wards + 1)
    lent = chance.random(where.shape) < 0.02  # noqa: PLR2004 - a colleague is missing next door
    teams = np.array([BY_PROFESSION[one].shares_beds for one in staff.profession])
    other = chance.integers(0, units.wards + 1, where.shape)
    return ints(np.where(lent & teams[:, None], other, where))


def _call(settings: Settings, staff: Staff, units: Units, off: Flags) -> Ints:
    """Return the doctor on call for each unit and night (-1: nobody of the unit is there)."""
    call = np.full((units.wards + 1, settings.days), -1, dtype=np.int64)
    doctors = staff.of(*(trade.profession for trade in TRADES if trade.hours is Hours.DOCTOR))
    for unit in range(units.wards + 1):
        own = doctors[staff.unit[doctors] == unit]
        for day in range(settings.days):
            free = own[~off[own, day]]
            if len(free):
                call[unit, day] = free[day % len(free)]
    return call
