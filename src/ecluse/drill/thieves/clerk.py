"""Mimicry of a clerk: an admission clerk's account does more of what it always does, where it always does it."""

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.thieves.base import Loot, Scene, Story, Theft
from ecluse.drill.world.settings import MINUTES


class Knobs(msgspec.Struct, frozen=True):
    """``per_day`` more patients of the wards, present or lately gone."""

    per_day: float = 25
    days: int = 14


STORY = Story(
    4,
    "clerk",
    "The account of a clerk who sweeps the wards sweeps a little more",
    "The thief has watched the owner: same workstation, same hours, a pause of a minute or two between files, patients "
    "who lie in the wards or went home in the last weeks.",
    "Clerks open everybody anyway.",
    "T1213",
    (Profession.ADMISSIONS, Profession.SECRETARY, Profession.BILLING),
)


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Add a second tour of the wards to each shift."""
    [who] = scene.accounts()
    for first, last in scene.shifts(who, knobs.days):
        number = max(1, int(scene.chance.poisson(knobs.per_day)))
        patients = scene.inpatients(number, first // MINUTES)
        times = scene.minutes(first + 30, last - 15, len(patients))
        if times:
            scene.hand(who, times[0]).read(times, patients)
    return scene.loot([who])


THEFT = Theft(STORY, steal, Knobs(), (), (("patients more a day for two weeks", lambda rate: Knobs(per_day=rate)),))
