"""Break-glass in bulk: every record opened as an emergency, by one account or spread over a team's."""

import msgspec

from ecluse.core.events import Deed
from ecluse.core.words import Profession
from ecluse.drill.thieves.base import Loot, Scene, Story, Theft


class Knobs(msgspec.Struct, frozen=True):
    """``per_day`` is for all ``accounts`` together."""

    per_day: float = 20
    days: int = 2
    accounts: int = 1


STORY = Story(
    12,
    "break-glass",
    "The emergency door, over and over",
    "Where the door is closed, an emergency opens it, with a reason from a list. The thief uses the same reason each "
    "time, or several accounts of one team.",
    "Emergencies are real.",
    "T1548",
    (Profession.PHYSICIAN, Profession.NURSE, Profession.RESIDENT),
)


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Open records as emergencies, shift by shift."""
    group = scene.accounts(knobs.accounts)
    each, used = knobs.per_day / knobs.accounts, []
    for who in group:
        for first, last in scene.shifts(who, knobs.days + 2)[: knobs.days]:
            number = max(1, int(scene.chance.poisson(each)))
            times, patients = scene.minutes(first, last, number), scene.anybody(number)
            hand = scene.hand(who, times[0])
            hand.read(times, patients, Deed.BREAK_GLASS)
            hand.read([at + 0.1 for at in times], patients)
            used.append(who)
    return scene.loot(sorted(set(used)))


THEFT = Theft(
    STORY,
    steal,
    Knobs(),
    (("spread", Knobs(per_day=40, accounts=8)),),
    (("patients in one day", lambda rate: Knobs(per_day=rate, days=1)),),
)
