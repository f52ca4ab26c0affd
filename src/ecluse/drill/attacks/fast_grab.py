"""The fast grab: a live session just stolen, and a script that asks for everything at once."""

import msgspec

from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.cast import FIXED
from ecluse.drill.live.heist import Heist
from ecluse.drill.moves import quiet, reading


class Knobs(msgspec.Struct, frozen=True):
    """``seconds`` and ``requests`` the thief has; ``in_order``: walks the numbers instead of drawing them."""

    seconds: float = 40.0
    requests: int = 300
    in_order: bool = False


STORY = Story(
    1,
    "fast-grab",
    "A live session, a script, as many records as it can get",
    "An infostealer takes cookies and workstation mark of somebody who has just signed in, second factor included. A "
    "script opens the patients of the owner, then anybody, over pages and FHIR, as fast as the server answers.",
    "49 patients an hour at most, whatever the account, whatever the size of the base.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Take what the owner is plainly shown, then strangers. White-box: each ground to its brim first."""
    [thief] = heist.thieves(knobs.seconds, knobs.requests)
    strangers = reading.in_order if knobs.in_order else reading.at_random
    first = (quiet.one_minute,) if heist.white_box else ()
    heist.use(thief, (*first, reading.own, strangers, reading.everything, reading.by_patient))


ATTACK = Attack(
    STORY,
    Knobs(),
    steal,
    tuple(trade.profession.value for trade in FIXED),
    Offline("fast-grab"),
    (("in-order", Knobs(in_order=True)),),
)
