"""What happens to patients: emergencies, planned admissions, transfers, readmissions, deaths, consultations, orders."""

from dataclasses import dataclass

import numpy as np

from ecluse.core.words import Profession
from ecluse.drill.world.people import Patients, Staff
from ecluse.drill.world.settings import MINUTES, NEVER, Ints, Settings, ints, pick
from ecluse.drill.world.shifts import Rota
from ecluse.drill.world.units import EMERGENCY_A_DAY, Units

BEFORE = 40  # days of history, so that the wards are full on day 0
FULL = 0.85
ADMITTED, TRANSFERRED, BACK_AGAIN, DIES = 0.2, 0.07, 0.12, 0.012
EMERGENCY_HOURS = np.array([3, 2, 2, 1, 1, 1, 2, 3, 5, 7, 8, 8, 7, 7, 7, 7, 7, 8, 8, 8, 7, 6, 5, 4], dtype=np.float64)
PANEL, FROM_PANEL, SLOTS, CONSULTING_DAYS = 300, 0.6, 11, 2


@dataclass(frozen=True)
class Stays:
    """One row for each stay in one unit. Times are minutes; ``doctor`` is who attends."""

    patient: Ints
    unit: Ints
    start: Ints
    end: Ints
    doctor: Ints
    dies: Ints  # 1 when the stay ends in death

    def __len__(self) -> int:
        return len(self.patient)

    def during(self, first: int, last: int) -> Ints:
        """Return the stays that overlap the minutes ``first`` to ``last``."""
        return np.flatnonzero((self.start < last) & (self.end > first))


@dataclass(frozen=True)
class Visits:
    """Consultations: ``at`` is the minute, ``doctor`` the one who receives, ``unit`` whose diary it stands in."""

    patient: Ints
    at: Ints
    doctor: Ints
    unit: Ints


def stays(settings: Settings, staff: Staff, units: Units, ill: Patients) -> Stays:
    """Invent the stays, emergency visits among them."""
    chance = settings.chance("stays")
    patient, unit, start, end = _emergencies(settings, units, ill, staff)
    into = np.flatnonzero(chance.random(len(patient)) < ADMITTED)
    wards = chance.integers(0, units.wards, len(into))
    planned = _planned(settings, units, ill, len(into))
    patient = np.concatenate([patient, patient[into], planned[0]])
    unit = np.concatenate([unit, wards, planned[1]])
    start = np.concatenate([start, end[into], planned[2]])
    lasts = np.exp(chance.normal(0, 0.7, len(start))) * units.days[np.minimum(unit, units.wards - 1)] * MINUTES / 100
    end = np.concatenate([end, start[len(end) :] + ints(lasts)[len(end) :]])
    moved = _transfers(settings, units, ints(patient), ints(unit), ints(start), ints(end))
    return _attended(settings, staff, units, _tidy(*moved))


def _emergencies(settings: Settings, units: Units, ill: Patients, staff: Staff) -> tuple[Ints, Ints, Ints, Ints]:
    chance = settings.chance("emergencies")
    number = int(len(staff.account) * EMERGENCY_A_DAY * (settings.days + BEFORE))
    day = chance.integers(-BEFORE, settings.days, number)
    start = day * MINUTES + pick(chance, EMERGENCY_HOURS, number) * 60 + chance.integers(0, 60, number)
    end = start + ints(np.exp(chance.normal(5.3, 0.5, number)))
    patient = pick(chance, ill.weight, number)
    return patient, np.full(number, units.emergency, dtype=np.int64), start, end


def _planned(settings: Settings, units: Units, ill: Patients, unplanned: int) -> tuple[Ints, Ints, Ints]:
    """Return patient, unit and start of planned admissions: what fills the beds beside the emergencies."""
    chance = settings.chance("planned")
    days = settings.days + BEFORE
    wanted = units.beds * FULL * days * 100 / units.days / 1.28  # a heavy tail lasts longer than its median
    number = max(days // 2, int(wanted.sum()) - unplanned)
    unit = pick(chance, wanted, number)
    day = chance.integers(-BEFORE, settings.days, number)
    quiet = np.array([settings.weekday(int(one)) > 4 for one in range(-BEFORE, settings.days)])  # noqa: PLR2004
    day = np.where(quiet[day + BEFORE] & (chance.random(number) < 0.8), day + 2, day)  # noqa: PLR2004
    start = day * MINUTES + ints(chance.triangular(420, 600, 1080, number))
    patient = pick(chance, ill.weight, number)
    again = np.flatnonzero(chance.random(number) < BACK_AGAIN)
    patient[again] = patient[chance.integers(0, number, len(again))]
    return patient, unit, start


def _transfers(
    settings: Settings, units: Units, patient: Ints, unit: Ints, start: Ints, end: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """Cut some stays in two, the second part in another ward."""
    chance = settings.chance("transfers")
    moved = np.flatnonzero((chance.random(len(patient)) < TRANSFERRED) & (unit < units.wards) & (end - start > MINUTES))
    cut = start[moved] + ints((end - start)[moved] * chance.uniform(0.2, 0.8, len(moved)))
    second = (patient[moved], chance.integers(0, units.wards, len(moved)), cut, end[moved].copy())
    end[moved] = cut
    both = [np.concatenate(pair) for pair in zip((patient, unit, start, end), second, strict=True)]
    return both[0], both[1], both[2], both[3]


def _tidy(patient: Ints, unit: Ints, start: Ints, end: Ints) -> tuple[Ints, Ints, Ints, Ints]:
    """Sort by time and drop stays of a patient who lies somewhere else already."""
    order = np.lexsort((end, start, patient))
    patient, unit, start, end = patient[order], unit[order], start[order], end[order]
    keep = np.zeros(1, dtype=bool)
    while not keep.all():
        keep = np.ones(len(patient), dtype=bool)
        keep[1:] = (patient[1:] != patient[:-1]) | (start[1:] >= end[:-1])
        patient, unit, start, end = patient[keep], unit[keep], start[keep], end[keep]
    order = np.lexsort((patient, start))
    return patient[order], unit[order], start[order], end[order]


def _attended(settings: Settings, staff: Staff, units: Units, found: tuple[Ints, Ints, Ints, Ints]) -> Stays:
    """Give every stay its doctor, let some end in death, and drop what would come after."""
    chance = settings.chance("attended")
    patient, unit, start, end = found
    doctor = np.full(len(patient), -1, dtype=np.int64)
    doctors = staff.of(Profession.PHYSICIAN)
    for ward in range(units.wards + 1):
        own, here = doctors[staff.unit[doctors] == ward], np.flatnonzero(unit == ward)
        doctor[here] = own[chance.integers(0, len(own), len(here))] if len(own) else doctors[0]
    dies = ints((chance.random(len(patient)) < DIES) & (end < settings.days * MINUTES))
    last = np.full(int(patient.max(initial=0)) + 1, NEVER * MINUTES, dtype=np.int64)
    np.minimum.at(last, patient[dies == 1], end[dies == 1])
    keep = start < last[patient]
    return Stays(patient[keep], unit[keep], start[keep], end[keep], doctor[keep], dies[keep])


def visits(settings: Settings, staff: Staff, rota: Rota, ill: Patients) -> Visits:
    """Invent the consultations: two days a week for each physician, mostly patients they know."""
    chance = settings.chance("visits")
    doctors = staff.of(Profession.PHYSICIAN)
    panel = pick(chance, ill.weight, len(doctors) * PANEL).reshape(len(doctors), PANEL)
    found: list[tuple[Ints, Ints, Ints]] = []
    for day in range(settings.days):
        turn = (np.arange(len(doctors)) + settings.weekday(day)) % 5 < CONSULTING_DAYS
        here = np.flatnonzero(turn & (rota.start[doctors, day] >= 0) & (settings.weekday(day) < 5))  # noqa: PLR2004
        each = chance.poisson(SLOTS, len(here))
        who = np.repeat(here, each)
        known = panel[who, chance.integers(0, PANEL, len(who))]
        patient = np.where(chance.random(len(who)) < FROM_PANEL, known, pick(chance, ill.weight, len(who)))
        slot = np.concatenate([np.arange(one) for one in each]) if len(each) else ints([])
        found.append((ints(patient), ints(day * MINUTES + 540 + slot * 20), doctors[who]))
    patient, at, doctor = (np.concatenate(part) for part in zip(*found, strict=True))
    return Visits(ints(patient), ints(at), ints(doctor), staff.unit[doctor])
