"""A service's token: the interface account pages through the base, or asks for everything of each patient."""

import msgspec

from ecluse.core.events import Deed
from ecluse.core.words import Profession
from ecluse.drill.thieves.base import Loot, Scene, Story, Theft


class Knobs(msgspec.Struct, frozen=True):
    """``everything``: the whole record of each patient, else page after page of lists."""

    patients: int = 2000
    per_second: float = 1.0
    everything: bool = True
    page: int = 50
    hour: float = 14.0


STORY = Story(
    6,
    "service-token",
    "The token of an interface, found in a configuration file",
    "No session, no second factor, nobody at the screen: the thief calls the interface as the interface does.",
    "Interfaces see hundreds of patients a day as it is.",
    "T1528",
    (Profession.INTERFACE_SERVICE,),
)


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Call the interface until the number is reached."""
    [who] = scene.accounts()
    begin = scene.day * 1440 + knobs.hour * 60
    hand = scene.hand(who, begin, elsewhere=True)
    calls = knobs.patients if knobs.everything else -(-knobs.patients // knobs.page)
    times = (begin + (scene.chance.random(calls) * 0.2 + 0.9).cumsum() / knobs.per_second / 60).tolist()
    if knobs.everything:
        hand.read(times, scene.anybody(knobs.patients, "sequential"), Deed.EVERYTHING)
    else:
        for at in times:
            hand.access(at, Deed.LIST, shown=knobs.page, route="Patient?_getpages")
    return scene.loot([who])


THEFT = Theft(
    STORY,
    steal,
    Knobs(),
    (("pages", Knobs(everything=False)),),
    (("patients in one go", lambda rate: Knobs(patients=round(rate), per_second=0.05)),),
)
