"""What a world looks like in numbers, for comparison with what was published of real logs."""

from collections import Counter

import msgspec
import numpy as np
import pyarrow.compute as pc

from ecluse.core.words import Profession
from ecluse.drill.ground import Ground
from ecluse.drill.world.reasons import Why
from ecluse.drill.world.settings import MINUTES, Floats, Ints, ints
from ecluse.drill.world.world import World
from ecluse.watch.testing import Duck

OFTEN = 100  # distinct patients in a day
BUCKETS = (1, 2, 3, 5, 8, 12, 20, 30, 50, 80, 120, 200, 400, 800)


class Spread(msgspec.Struct, frozen=True):
    """Median, 90 % and 99 % quantile, greatest."""

    median: float
    p90: float
    p99: float
    most: float


class Figures(msgspec.Struct, frozen=True):
    """Of a whole world, services included unless said otherwise.

    ``patients_a_day``: distinct patients of an account on a day, and how often each of ``BUCKETS`` is not reached;
    ``again``: share of account-patient-days of the second half whose account had met the patient before; ``hours``:
    share of people's lines by hour; ``staff_a_stay``: accounts that opened an inpatient while there;
    ``units_a_patient``: home units of those who opened a patient, ever; ``why``: tasks by reason; ``beings``: how many
    there are of each kind.
    """

    accounts: int
    patients: int
    days: int
    lines: int
    patients_a_day: Spread
    below: list[float]
    often: int
    again: float
    hours: list[float]
    staff_a_stay: Spread
    units_a_patient: Spread
    explained: float
    why: dict[str, int]
    beings: dict[str, int]


class _Log(msgspec.Struct, frozen=True):
    who: Ints
    patient: Ints
    at: Floats
    why: Ints


def figures(world: World) -> Figures:
    """Count a world."""
    days = [world.rows(day) for day in world.days]
    log = _Log(*(np.concatenate([getattr(one, name) for one in days]) for name in ("who", "patient", "at", "why")))
    touched = _touches(log)
    seen = np.unique(touched[:, :2], axis=0, return_counts=True)[1]
    reasons = Counter(log.why.tolist())
    return Figures(
        accounts=len(world.plan.staff.account),
        patients=world.settings.patients,
        days=world.settings.days,
        lines=len(log.at),
        patients_a_day=_spread(seen),
        below=[round(float(np.mean(seen <= bucket)), 4) for bucket in BUCKETS],
        often=len(np.unique(touched[:, 0][_of_day(touched) > OFTEN])),
        again=_again(touched, world.settings.days),
        hours=_hours(world, log),
        staff_a_stay=_spread(_staff_a_stay(world, log)),
        units_a_patient=_spread(_units_a_patient(world, touched)),
        explained=_explained(world),
        why={why.name.lower(): reasons[why] for why in Why},
        beings=_beings(world),
    )


def _touches(log: _Log) -> Ints:
    """Return account, day and patient of everything opened by name, each once."""
    named = log.patient >= 0
    day = ints(log.at[named] // MINUTES)
    return np.unique(np.stack([log.who[named], day, log.patient[named]], axis=1), axis=0)


def _of_day(touched: Ints) -> Ints:
    """Return for each touch how many patients its account touched that day."""
    _, place, count = np.unique(touched[:, :2], axis=0, return_inverse=True, return_counts=True)
    return ints(count[place.reshape(-1)])


def _again(touched: Ints, days: int) -> float:
    order = np.lexsort((touched[:, 1], touched[:, 2], touched[:, 0]))
    who, day, patient = touched[order].T
    known = np.zeros(len(who), bool)
    known[1:] = (who[1:] == who[:-1]) & (patient[1:] == patient[:-1])
    return round(float(known[day >= days // 2].mean()), 4)


def _hours(world: World, log: _Log) -> list[float]:
    people = ~world.plan.staff.service[log.who]
    hour = ints(log.at[people] % MINUTES // 60)
    return [round(float(one), 4) for one in np.bincount(hour, minlength=24) / max(1, len(hour))]


def _staff_a_stay(world: World, log: _Log) -> Ints:
    stays = world.plan.stays
    chosen = np.flatnonzero((stays.unit < world.plan.units.wards) & (stays.start > 0))
    order = np.argsort(log.patient, kind="stable")
    patients = log.patient[order]
    low = np.searchsorted(patients, stays.patient[chosen], side="left")
    high = np.searchsorted(patients, stays.patient[chosen], side="right")
    found = []
    for stay, first, last in zip(chosen.tolist(), low.tolist(), high.tolist(), strict=True):
        mine = order[first:last]
        there = mine[(log.at[mine] >= stays.start[stay]) & (log.at[mine] <= stays.end[stay])]
        found.append(len(np.unique(log.who[there])))
    return ints(found)


def _units_a_patient(world: World, touched: Ints) -> Ints:
    human = touched[~world.plan.staff.service[touched[:, 0]]]
    pairs = np.unique(np.stack([human[:, 2], world.plan.staff.unit[human[:, 0]]], axis=1), axis=0)
    return ints(np.unique(pairs[:, 0], return_counts=True)[1])


def _explained(world: World) -> float:
    machines = {one for one, service in zip(world.plan.staff.account, world.plan.staff.service, strict=True) if service}
    firsts = Ground(world.settings, Duck()).quiet.firsts
    people = firsts.filter([name not in machines for name in firsts["account"].to_pylist()])
    return round(float(pc.mean(people["explained"].cast("float64")).as_py()), 4)


def _beings(world: World) -> dict[str, int]:
    plan, last = world.plan, world.settings.days
    staff, stays = plan.staff, plan.stays
    here = stays.start >= 0
    again = len(stays) - len(np.unique(stays.patient))
    return {
        "float nurses": int(staff.floats.sum()),
        "night staff": int(staff.nights.sum()),
        "residents, a new ward every six weeks": len(staff.of(Profession.RESIDENT)),
        "admission clerks": len(staff.of(Profession.ADMISSIONS)),
        "pharmacists": len(staff.of(Profession.PHARMACIST)),
        "medical coders": len(staff.of(Profession.DIM_CODER)),
        "services: a nightly batch, two feeds": int(staff.service.sum()),
        "staff who are patients too": int((staff.record >= 0).sum()),
        "staff who look where they should not": int(staff.curious.sum()),
        "hired during the weeks": int(((staff.since > 0) & (staff.since < last)).sum()),
        "left during the weeks": int((staff.until < last).sum()),
        "well-known patients": int(plan.ill.vip.sum()),
        "stays begun": int(here.sum()),
        "stays of somebody who had been there": int(again),
        "deaths": int(stays.dies.sum()),
        "consultations": len(plan.visits.at),
    }


def _spread(values: Ints) -> Spread:
    median, high, top = np.quantile(values, (0.5, 0.9, 0.99))
    return Spread(float(median), float(high), float(top), float(values.max()))
