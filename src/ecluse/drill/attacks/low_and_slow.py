"""Low and slow: never refused, never asked, below every threshold; an hour of it, compressed."""

import time

import msgspec

from ecluse.core.words import Ground, Profession
from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.live.heist import Heist
from ecluse.drill.moves import quiet
from ecluse.drill.thief import Thief

P = Profession


class Knobs(msgspec.Struct, frozen=True):
    """``patients`` of the owner and ``strangers`` an hour; ``pause_s`` between two, for a minute of real life."""

    patients: int = 10
    strangers: int = 2
    pause_s: float = 0.5
    seconds: float = 60.0


STORY = Story(
    2,
    "low-and-slow",
    "A few patients an hour, like anybody",
    "Malware on the workstation adds a handful of records to the owner's work. It stops before anything is refused or "
    "asked; a white-box thief knows each threshold and stops just below the one that asks for a fresh proof.",
    "Half a cap an hour, and the caps of the day and of thirty days; nothing refuses it; the watch must find it.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Take so many on each ground, with pauses, and stop."""
    [thief] = heist.thieves(knobs.seconds)
    heist.use(thief, (lambda thief: hour(heist, thief, knobs),))


def hour(heist: Heist, thief: Thief, knobs: Knobs) -> None:
    """Live through one hour."""
    policy = thief.known.policy
    for ground, number in ((Ground.EXPLAINED, knobs.patients), (Ground.UNEXPLAINED, knobs.strangers)):
        caps = policy.professions[thief.known.profession].caps.get(ground)
        if caps is None:
            continue
        below = int(policy.ladder.step_up_at * caps.hour) if heist.white_box else number
        for tip, _ in zip(quiet.source(thief, ground), range(below), strict=False):
            quiet.WAYS[ground](thief, tip)
            time.sleep(knobs.pause_s)


ATTACK = Attack(
    STORY, Knobs(), steal, (P.NURSE, P.PHYSICIAN, P.ADMISSIONS, P.DIM_CODER), Offline("low-and-slow")
)  # fmt: skip
