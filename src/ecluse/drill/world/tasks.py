"""Tasks: who opens whose record, when and why, one row each, before they become lines of a log."""

from dataclasses import dataclass

import numpy as np

from ecluse.drill.world.reasons import Why
from ecluse.drill.world.settings import Chance, Floats, Ints, ints

NOBODY = -1


@dataclass(frozen=True)
class Tasks:
    """``at`` counts minutes from the beginning of the world. ``shown`` is 1, or what a list displayed."""

    who: Ints
    patient: Ints
    at: Floats
    why: Ints
    shown: Ints

    def __len__(self) -> int:
        return len(self.who)

    def take(self, places: Ints) -> "Tasks":
        """Return some of the tasks."""
        return Tasks(self.who[places], self.patient[places], self.at[places], self.why[places], self.shown[places])

    def but(self, *, who: Ints | None = None, patient: Ints | None = None, at: Floats | None = None) -> "Tasks":
        """Return the same tasks with some columns replaced."""
        return Tasks(
            self.who if who is None else who,
            self.patient if patient is None else patient,
            self.at if at is None else at,
            self.why,
            self.shown,
        )


def tasks(why: Why, who: Ints, patient: Ints, at: Floats) -> Tasks:
    """Return tasks of one kind."""
    number = len(who)
    return Tasks(ints(who), ints(patient), np.asarray(at, dtype=np.float64), _all(int(why), number), _all(1, number))


def listed(why: Why, who: Ints, shown: Ints, at: Floats) -> Tasks:
    """Return views of lists: no patient by name, ``shown`` of them displayed."""
    number = len(who)
    return Tasks(ints(who), _all(NOBODY, number), np.asarray(at, dtype=np.float64), _all(int(why), number), ints(shown))


def joined(parts: list[Tasks]) -> Tasks:
    """Put tasks together, in order of time."""
    if not parts:
        return tasks(Why.ROUND, ints([]), ints([]), np.zeros(0))
    whole = Tasks(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("who", "patient", "at", "why", "shown"))
    )
    return whole.take(np.lexsort((whole.patient, whole.who, whole.at)))


def dealt(chance: Chance, who: Ints, pace: Floats, number: int) -> Ints:
    """Deal ``number`` pieces of work to those present, the quick ones getting more."""
    if not len(who):
        return ints([])
    total = np.cumsum(pace[who])
    found: Ints = who[np.searchsorted(total, chance.random(number) * total[-1])]
    return found


def _all(value: int, number: int) -> Ints:
    return np.full(number, value, dtype=np.int64)
