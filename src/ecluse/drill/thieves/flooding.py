"""Flooding: loud decoys on other accounts, so that nobody gets to the quiet one in the pile."""

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.thieves.base import Loot, Scene, Story, Theft, loot


class Knobs(msgspec.Struct, frozen=True):
    """``decoys`` accounts each make noise; the real one takes ``per_day``."""

    decoys: int = 8
    noise: int = 120
    per_day: float = 40
    days: int = 4


STORY = Story(
    16,
    "flooding",
    "Eight loud accounts hide a quiet one",
    "The thief holds more passwords than it needs. The spare ones are burnt on purpose, so that the team reads about "
    "them all week, or locks doctors out.",
    "The queue is finite, and the thief chooses what fills it.",
    "T1499",
    (Profession.NURSE, Profession.PHYSICIAN),
)


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Make noise on the first day and steal from the first day on; the truth is the quiet account alone."""
    group = scene.accounts(knobs.decoys + 1)
    for who in group[1:]:
        begin = scene.day * 1440 + 480 + 300 * scene.chance.random()
        times = scene.minutes(begin, begin + 60, knobs.noise)
        scene.hand(who, times[0]).read(times, scene.anybody(knobs.noise))
    for first, last in scene.shifts(group[0], knobs.days + 3)[: knobs.days]:
        number = max(1, int(scene.chance.poisson(knobs.per_day)))
        times = scene.minutes(first, last, number)
        scene.hand(group[0], times[0]).read(times, scene.anybody(number))
    return loot(scene.events, (scene.world.plan.staff.account[group[0]],))


THEFT = Theft(STORY, steal, Knobs())
