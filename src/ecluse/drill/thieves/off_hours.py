"""Off hours: at night, while the owner is off or on leave, from somewhere else."""

import msgspec
import numpy as np

from ecluse.core.words import Profession
from ecluse.drill.thieves.base import Loot, Scene, Story, Theft
from ecluse.drill.world.settings import MINUTES


class Knobs(msgspec.Struct, frozen=True):
    """``nights`` on which it comes, ``patients`` each night."""

    patients: int = 40
    nights: int = 3
    elsewhere: bool = True


STORY = Story(
    3,
    "off-hours",
    "At night, on days off, from another place",
    "The thief has name, password and a factor that can be replayed. It works by hand, at night, when the owner is not "
    "there to notice.",
    "Real night staff, real work from home.",
    "T1078",
    (Profession.NURSE, Profession.PHYSICIAN, Profession.SECRETARY, Profession.ADMISSIONS),
)


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Come back on the first nights of which the owner works neither side."""
    [who] = scene.accounts()
    start = scene.world.plan.rota.start[who]
    days = range(scene.day, scene.world.settings.days)
    free = [day for day in days if start[day] < 0] or [scene.day]
    for day in free[: knobs.nights]:
        begin = day * MINUTES + 60 + 120 * scene.chance.random()
        hand = scene.hand(who, begin, elsewhere=knobs.elsewhere)
        pauses = scene.chance.exponential(1.2, knobs.patients) + 0.2
        hand.read((begin + np.cumsum(pauses)).tolist(), scene.anybody(knobs.patients))
    return scene.loot([who])


THEFT = Theft(
    STORY,
    steal,
    Knobs(),
    (("from-inside", Knobs(elsewhere=False)),),
    (("patients in one night", lambda rate: Knobs(round(rate), 1)),),
)
