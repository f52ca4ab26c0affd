"""The plain settings a world is made from: change one by assignment, and only what hangs on it changes."""

from datetime import date, datetime, time
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Chance = np.random.Generator

MINUTES = 1440
NEVER = 10**6  # a day, or a minute, that does not come


class Mess(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How untidy real life is. Shares are of visits unless said otherwise."""

    wrong_patient: float = 0.004  # the namesake or the next line was clicked first
    phone: float = 0.6  # calls that make a secretary open a record, each working day
    curious: float = 0.03  # share of people who look where they have no reason
    curious_looks: float = 1.5  # how often such a person does, in 30 days
    own_record: float = 0.0015  # share of shifts in which somebody looks at their own record
    borrowed: float = 0.0015  # done in the session a colleague left open
    second_station: float = 0.03  # sessions that go on at another workstation
    clock_skew_s: float = 40.0  # the second application server's clock is ahead by this much
    outage_minutes: int = 150  # one morning without the software, made up for afterwards


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A hospital. ``work_lists`` says that its work lists (admission, coding, billing) are handed on as care facts."""

    patients: int = 20_000
    staff: int = 200
    days: int = 60
    seed: int = 1
    start: date = date(2026, 1, 5)  # a Monday
    work_lists: bool = True
    mess: Mess = Mess()

    @property
    def midnight(self) -> datetime:
        """The establishment's own clock at the beginning of day 0."""
        return datetime.combine(self.start, time())

    def chance(self, part: str, day: int = 0) -> Chance:
        """Return the chance of one part of the world on one day: parts do not disturb each other."""
        return np.random.default_rng([self.seed, day + 1000, *part.encode()])

    def weekday(self, day: int) -> int:
        """Return 0 for Monday to 6 for Sunday."""
        return (self.start.weekday() + day) % 7


def pick(chance: Chance, weights: Floats, number: int) -> Ints:
    """Draw ``number`` places with these weights, each as often as it comes."""
    total = np.cumsum(weights)
    found: Ints = np.searchsorted(total, chance.random(number) * total[-1])
    return found


def ints(values: Any) -> Ints:  # noqa: ANN401 - whatever NumPy takes
    """Return whole numbers."""
    return np.asarray(values, dtype=np.int64)
