"""Snooping: one to three looks at family, a colleague, a neighbour, somebody well known."""

import msgspec
import numpy as np

from ecluse.core.events import Deed
from ecluse.core.words import Profession
from ecluse.drill.thieves.base import Loot, Scene, Story, Theft
from ecluse.drill.world.settings import Ints, ints


class Knobs(msgspec.Struct, frozen=True):
    """``whom``: family, colleague, neighbour, well-known."""

    whom: str = "family"
    looks: int = 3


STORY = Story(
    13,
    "snooping",
    "A look at somebody one knows, without a reason of care",
    "No thief at all: the owner of the account, once or a few times, in a quiet hour. Three quarters of what privacy "
    "officers find is this, on family first.",
    "One to three views among hundreds; other names, small towns.",
    "T1213",
    (Profession.NURSE, Profession.SECRETARY, Profession.PHYSICIAN),
)


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Look at one person of the circle, then at others until the looks are used up."""
    candidates = scene.accounts(40)
    who = next((one for one in candidates if len(_circle(scene, one, knobs.whom))), candidates[0])
    circle = _circle(scene, who, knobs.whom)
    circle = circle if len(circle) else scene.anybody(1)
    shifts = scene.shifts(who, 20) or [(scene.day * 1440 + 600, scene.day * 1440 + 900)]
    for look in range(knobs.looks):
        first, last = shifts[look % len(shifts)]
        at = scene.minutes(first, last, 1)[0]
        hand = scene.hand(who, at)
        hand.access(at, Deed.SEARCH, shown=2, route="search")
        hand.access(at + 0.3, Deed.READ, int(circle[look % len(circle)]))
    return scene.loot([who])


def _circle(scene: Scene, who: int, whom: str) -> Ints:
    ill, staff = scene.world.plan.ill, scene.world.plan.staff
    if whom == "family":
        found = np.flatnonzero((ill.family == staff.family[who]) & (ill.home == staff.home[who]))
    elif whom == "colleague":
        found = staff.record[(staff.unit == staff.unit[who]) & (staff.record >= 0)]
    elif whom == "neighbour":
        found = np.flatnonzero((np.abs(ill.home - staff.home[who]) <= 1) & (ill.family != staff.family[who]))
    else:
        found = np.flatnonzero(ill.vip)
    return scene.chance.permutation(ints(found[found != staff.record[who]]))


THEFT = Theft(
    STORY,
    steal,
    Knobs(),
    tuple((whom, Knobs(whom=whom)) for whom in ("colleague", "neighbour", "well-known")),
)
