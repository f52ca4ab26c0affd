"""Low and slow: a few patients more each day, in the owner's own hours, for weeks."""

import msgspec
import numpy as np

from ecluse.core.words import Profession
from ecluse.drill.thieves.base import PEOPLE, Loot, Scene, Story, Theft
from ecluse.drill.world.settings import MINUTES


class Knobs(msgspec.Struct, frozen=True):
    """``ramp``: begins with one a day and grows to ``per_day``, so that the account's habit grows with it."""

    per_day: float = 5
    days: int = 28
    ramp: bool = False
    known: bool = False  # patients of the own unit in the past, instead of anybody


STORY = Story(
    2,
    "low-and-slow",
    "A few patients more each working day, for weeks",
    "The thief has time and malware on the workstation: it adds a handful of records to the owner's real work, at the "
    "owner's own pace, and nothing on days off.",
    "No single day is unusual; a ramp teaches the baseline.",
    "T1213",
    (*PEOPLE, Profession.DIM_CODER),
)


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Add a few records to each shift."""
    [who] = scene.accounts()
    shifts = scene.shifts(who, knobs.days)
    mean = np.full(len(shifts), knobs.per_day)
    if knobs.ramp:
        mean = np.linspace(1, knobs.per_day, len(shifts))
    for (first, last), often in zip(shifts, mean.tolist(), strict=True):
        number = max(int(scene.chance.poisson(often)), int(first == shifts[0][0]))
        patients = scene.gone(number, first // MINUTES, who) if knobs.known else scene.anybody(number)
        if len(patients):
            times = scene.minutes(first, last, len(patients))
            scene.hand(who, times[0]).read(times, patients)
    return scene.loot([who])


THEFT = Theft(
    STORY,
    steal,
    Knobs(),
    (("ramp", Knobs(per_day=10, ramp=True)), ("20-a-day", Knobs(per_day=20)), ("own-unit", Knobs(known=True))),
    (("patients a day for four weeks", lambda rate: Knobs(per_day=rate)),),
)
