"""Log tampering: the trace is deleted from, edited, reordered, back-dated, stopped, flooded, rolled back, forked."""

import msgspec

from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.live.heist import Heist
from ecluse.drill.moves import reading, tampering


class Knobs(msgspec.Struct, frozen=True):
    """``flood``: entries written to bury the theft. The second account reads on while the safe is stopped."""

    flood: int = 3000
    seconds: float = 90.0
    accounts: int = 2


STORY = Story(
    10,
    "tampering",
    "The trace is changed, stopped, flooded, rolled back or forked after a grab",
    "The thief has the rights of the safe's own user on the disk. After a grab it makes the trace forget: eight ways, "
    "each on a copy of the safe's folder.",
    "Any change is proven by the signed heads alone, a roll-back or a fork by a head kept elsewhere; a trace that "
    "cannot be written releases nothing.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Grab, then make the trace forget it."""
    before = tampering.Kept.of(heist.home, "before")
    try:
        thief, other = heist.thieves(knobs.seconds, requests=60)
        heist.use(thief, (reading.own, reading.at_random))
        found = tampering.every_way(heist, before, other, knobs.flood)
    finally:
        before.forget()
    heist.proofs |= {"edits": len(found), "proven": sum(found.values())}
    heist.missed += [f"not proven: {name}" for name, proven in found.items() if not proven]


ATTACK = Attack(STORY, Knobs(), steal, ("nurse",), Offline("tampering"), alone=True)
