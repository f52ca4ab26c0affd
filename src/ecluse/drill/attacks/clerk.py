"""Mimicry: the account of a desk that meets everybody, used as its owner uses it."""

import time

import msgspec

from ecluse.core.words import Ground, Profession
from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.live.heist import Heist
from ecluse.drill.moves import quiet
from ecluse.drill.thief import Thief

P = Profession


class Knobs(msgspec.Struct, frozen=True):
    """``patients`` of the wards swept, then as many strangers looked up; ``pause_s`` between two."""

    patients: int = 60
    pause_s: float = 0.1
    seconds: float = 60.0


STORY = Story(
    4,
    "clerk",
    "The account of a desk sweeps the wards a little further",
    "The thief has watched the owner: same workstation, same order, patients who lie in the wards or come to the desk, "
    "looked up by name and birth date, opened one after the other. Nothing looks hurried.",
    "A desk has the same 49 an hour as everybody, never anything clinical.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Sweep, then look people up."""
    [thief] = heist.thieves(knobs.seconds)
    heist.use(thief, (lambda thief: sweep(thief, knobs),))


def sweep(thief: Thief, knobs: Knobs) -> None:
    """Open one file after the other, as a clerk does."""
    for ground in (Ground.EXPLAINED, Ground.UNEXPLAINED):
        for tip, _ in zip(quiet.source(thief, ground), range(knobs.patients), strict=False):
            quiet.WAYS[ground](thief, tip)
            time.sleep(knobs.pause_s)


ATTACK = Attack(STORY, Knobs(), steal, (P.ADMISSIONS, P.SECRETARY, P.BILLING), Offline("clerk"))
