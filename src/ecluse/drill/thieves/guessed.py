"""Guessed: common passwords tried on everybody, one opens, and the account is used by hand."""

import msgspec

from ecluse.core.events import AccountAct, AccountEvent
from ecluse.core.words import Profession
from ecluse.drill.thieves.base import ELSEWHERE, Loot, Scene, Story, Theft


class Knobs(msgspec.Struct, frozen=True):
    """``tried`` accounts, ``each`` so many times; ``patients`` afterwards."""

    tried: int = 30
    each: int = 2
    patients: int = 25


STORY = Story(
    17,
    "guessed",
    "Passwords sprayed over many accounts, then one is used",
    "The name of the town and the year, tried on every account from one address; what opens is used quietly.",
    "People mistype passwords every day.",
    "T1110",
    (Profession.NURSE, Profession.SECRETARY),
)


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Try, sign in, look."""
    group = scene.accounts(knobs.tried)
    begin = scene.day * 1440 + 780.0
    names = scene.world.plan.staff.account
    address, device = ELSEWHERE
    for turn in range(knobs.each):
        for place, who in enumerate(group):
            at = scene.moment(begin + turn * 20 + place * 0.1)
            failed = AccountEvent(at, names[who], AccountAct.LOGIN_FAILURE, device=device, address=address)
            scene.events.append(failed)
    begin += knobs.each * 20
    hand = scene.hand(group[0], begin, elsewhere=True)
    hand.read(scene.minutes(begin, begin + 60, knobs.patients), scene.anybody(knobs.patients))
    return scene.loot(group[:1])


THEFT = Theft(STORY, steal, Knobs(), (), (("patients in one hour", lambda rate: Knobs(patients=round(rate))),))
