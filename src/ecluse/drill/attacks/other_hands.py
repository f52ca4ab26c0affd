"""The same session, the same workstation, other hands: an hour after the owner last proved who they are."""

import re
import time

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.live.heist import Heist
from ecluse.drill.moves import quiet, reading

P = Profession
FRESH = re.compile(r"^fresh_seconds = \d+", re.MULTILINE)
BREAK_S = 4.0


class Knobs(msgspec.Struct, frozen=True):
    """``away_s``: how long the owner has been away; time is compressed a hundredfold."""

    away_s: float = BREAK_S
    seconds: float = 40.0


STORY = Story(
    14,
    "other-hands",
    "A session left open, the same device, other hands",
    "Somebody sits down at the workstation during the owner's break and opens whoever comes next. Nothing differs from "
    "the owner's work but that the last proof of identity is old. (Time is compressed a hundredfold: three seconds "
    "stand for the five minutes that a proof stays fresh.)",
    "Half of each cap; then a fresh proof is asked, which these hands do not have.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Wait until the proof is old, then take all that is shown."""
    [thief] = heist.thieves(knobs.seconds + knobs.away_s)
    time.sleep(knobs.away_s)
    heist.use(thief, (quiet.one_minute, reading.own, reading.at_random))


def compressed(policy: str) -> str:
    """Let a proof of identity stay fresh for three seconds."""
    return FRESH.sub("fresh_seconds = 3", policy)


ATTACK = Attack(
    STORY, Knobs(), steal, (P.NURSE, P.PHYSICIAN, P.SECRETARY), Offline("other-hands"), policy=compressed
)  # fmt: skip
