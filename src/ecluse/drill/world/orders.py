"""What departments are asked to do: analyses, images, prescriptions to check; and the work lists of the offices."""

from dataclasses import dataclass

import numpy as np

from ecluse.drill.professions.base import Answers
from ecluse.drill.professions.catalogue import TRADES
from ecluse.drill.world.settings import MINUTES, Floats, Ints, Settings, ints
from ecluse.drill.world.stays import Stays, Visits
from ecluse.drill.world.units import Units

ANSWERING = sorted(  # the largest departments first
    ((trade, trade.does) for trade in TRADES if isinstance(trade.does, Answers)), key=lambda one: -one[0].of_1000
)


@dataclass(frozen=True)
class Orders:
    """Work a unit was asked for: ``at`` is the minute it was asked, ``due`` the minute it is expected."""

    patient: Ints
    unit: Ints
    at: Ints
    due: Ints

    def on(self, unit: int, day: int) -> Ints:
        """Return the orders to ``unit`` that are due on ``day``."""
        return np.flatnonzero((self.unit == unit) & (self.due // MINUTES == day))


def orders(settings: Settings, units: Units, stays: Stays) -> Orders:
    """Invent the orders that stays give rise to."""
    parts = [_asked(settings, units, stays, trade.place, does) for trade, does in ANSWERING]
    return _joined(parts)


def work_lists(settings: Settings, units: Units, stays: Stays, visits: Visits) -> Orders:
    """Return the lists of the offices: whom to admit, which stays to bill and to code."""
    chance = settings.chance("work lists")
    number, seen = len(stays), len(visits.patient)
    billed = np.flatnonzero(chance.random(seen) < 0.4)  # noqa: PLR2004 - the rest goes by itself
    lag = ints(chance.integers(1, 10, number) * MINUTES)
    slow = ints((3 + chance.exponential(6, number)) * MINUTES)
    kept = np.flatnonzero((stays.unit != units.emergency) | (chance.random(number) < 0.3))  # noqa: PLR2004
    return _joined(
        [
            _list(units.place("ADM"), stays.patient, stays.start, stays.start),
            _list(units.place("ADM"), visits.patient, visits.at - 30, visits.at - 10),
            _list(units.place("FACT"), stays.patient, stays.end, stays.end + lag),
            _list(units.place("FACT"), visits.patient[billed], visits.at[billed], visits.at[billed] + 2 * MINUTES),
            _list(units.place("DIM"), stays.patient[kept], stays.end[kept], (stays.end + slow)[kept]),
        ]
    )


def _list(unit: int, patient: Ints, at: Ints, due: Ints) -> Orders:
    return Orders(patient, np.full(len(patient), unit, dtype=np.int64), at, due)


def _asked(settings: Settings, units: Units, stays: Stays, name: str, does: Answers) -> Orders:
    chance = settings.chance(f"orders {name}")
    lasts: Floats = (stays.end - stays.start) / MINUTES
    urgent = stays.unit == units.emergency
    mean = np.where(urgent, does.emergency, does.daily * np.minimum(lasts, 60))
    which = np.repeat(np.arange(len(stays)), chance.poisson(mean))
    at = stays.start[which] + ints(chance.random(len(which)) * (stays.end - stays.start)[which])
    late = ints(np.where(urgent[which], 40, 240) * chance.random(len(which)))
    return _list(units.place(name), stays.patient[which], at, at + late)


def _joined(parts: list[Orders]) -> Orders:
    columns = [np.concatenate(part) for part in zip(*((p.patient, p.unit, p.at, p.due) for p in parts), strict=True)]
    order = np.lexsort((columns[0], columns[3]))
    return Orders(*(column[order] for column in columns))
