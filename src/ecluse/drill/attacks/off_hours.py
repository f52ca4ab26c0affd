"""Off hours, during leave, from elsewhere: a phished password and a code used while it was fresh."""

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.live.heist import Heist
from ecluse.drill.moves import quiet, reading

P = Profession


class Knobs(msgspec.Struct, frozen=True):
    """``address``: where the thief claims to be, as a proxy would say it (a documentation net, RFC 5737)."""

    seconds: float = 40.0
    address: str = "192.0.2.77"


STORY = Story(
    3,
    "off-hours",
    "At night, on leave, from another place",
    "A false sign-in page has given the thief password and code, used at once from an unknown machine. The proof of "
    "identity is a fresh one: nothing asks for another for five minutes, and the thief uses them.",
    "The caps hold whatever the hour and the machine; the trace keeps address and workstation.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Sign in, fill each ground, then read on."""
    [owner] = heist.members
    headers = {"X-Forwarded-For": knobs.address, "User-Agent": "unknown"}
    thief = heist.phished(owner, knobs.seconds, headers)
    heist.proofs["signed in"] = int(thief is not None)
    if thief is not None:
        heist.use(thief, (quiet.one_minute, reading.at_random))


ATTACK = Attack(
    STORY, Knobs(), steal, (P.NURSE, P.PHYSICIAN, P.SECRETARY, P.ADMISSIONS), Offline("off-hours")
)  # fmt: skip
