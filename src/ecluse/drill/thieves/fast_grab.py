"""The fast grab: a stolen, valid session, and a script that opens one record after the other."""

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.thieves.base import PEOPLE, Loot, Scene, Story, Theft


class Knobs(msgspec.Struct, frozen=True):
    """``order``: random or sequential. ``hour``: hours after midnight."""

    patients: int = 1000
    per_second: float = 2.0
    order: str = "random"
    hour: float = 11.0
    elsewhere: bool = False


STORY = Story(
    1,
    "fast-grab",
    "A valid account, a script, as many records as it can get",
    "An infostealer took a live session. The thief does not know the hospital: it walks the numbers, or draws them.",
    "Everything is served before anybody has looked.",
    "T1213",
    (*PEOPLE, Profession.PHARMACIST),
)


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Open records at a fixed rate, slightly uneven."""
    [who] = scene.accounts()
    begin = scene.day * 1440 + knobs.hour * 60
    hand = scene.hand(who, begin, elsewhere=knobs.elsewhere)
    patients = scene.anybody(knobs.patients, knobs.order)
    pauses = (0.8 + 0.4 * scene.chance.random(len(patients))) / knobs.per_second / 60
    hand.read((begin + pauses.cumsum()).tolist(), patients)
    return scene.loot([who])


THEFT = Theft(
    STORY,
    steal,
    Knobs(),
    (("by-number", Knobs(order="sequential")), ("small", Knobs(patients=100, per_second=0.2, elsewhere=True))),
    (("patients in one go", lambda rate: Knobs(patients=round(rate), per_second=0.1)),),
)
