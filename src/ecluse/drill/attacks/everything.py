"""The theft of 19 November 2024 again, with everything one can click or call: quiet first, then loud."""

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.attacks import stolen_account
from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.live.heist import Heist

P = Profession


class Knobs(msgspec.Struct, frozen=True):
    """``seconds`` and ``requests`` the thief has."""

    seconds: float = 60.0
    requests: int = 1200


STORY = Story(
    19,
    stolen_account.NAME,
    "The theft of November 2024: everything its owner can click or call",
    "All the moves of the others, one after the other, with one account: reading, searching, lying, rising, several "
    "threads at once, every address of the site.",
    "49 patients an hour at most, and the account locked.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Do everything."""
    [thief] = heist.thieves(knobs.seconds, knobs.requests)
    stolen_account.steal(thief, patient=heist.white_box)
    heist.leave(thief)


ATTACK = Attack(
    STORY,
    Knobs(),
    steal,
    (P.IT_ADMINISTRATOR, P.DIM_PHYSICIAN, P.NURSE, P.INTERFACE_SERVICE),
    Offline("fast-grab"),
)
