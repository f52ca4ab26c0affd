"""Other hands: the session its owner left open on a shared workstation, used by somebody else."""

import msgspec
import numpy as np

from ecluse.core.words import Profession
from ecluse.drill.thieves.base import Loot, Scene, Story, Theft


class Knobs(msgspec.Struct, frozen=True):
    """``patients`` taken in one break of the owner."""

    patients: int = 40
    breaks: int = 1
    pause_s: float = 20


STORY = Story(
    14,
    "other-hands",
    "A session left open, the same device, other hands",
    "A visitor or a colleague sits down at the workstation during the break and opens whoever comes next in the list.",
    "Badges tapped for each other are everyday life.",
    "T1563",
    (Profession.NURSE, Profession.PHYSICIAN, Profession.SECRETARY),
)


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Use the middle of the shift."""
    [who] = scene.accounts()
    for first, last in (scene.shifts(who, 30) or [(scene.day * 1440 + 600, scene.day * 1440 + 900)])[: knobs.breaks]:
        begin = (first + last) / 2
        hand = scene.hand(who, begin)
        pauses = np.cumsum(scene.chance.exponential(knobs.pause_s / 60, knobs.patients) + 0.05)
        hand.read((begin + pauses).tolist(), scene.anybody(knobs.patients))
    return scene.loot([who])


THEFT = Theft(
    STORY,
    steal,
    Knobs(),
    (("every-shift", Knobs(10, 10)),),
    (("patients in one break", lambda rate: Knobs(patients=round(rate))),),
)
