"""Forged duties: write oneself into the care of strangers, then read them."""

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.live.heist import Heist
from ecluse.drill.moves import lying, reading, rising

P = Profession


class Knobs(msgspec.Struct, frozen=True):
    """``seconds`` the thief has."""

    seconds: float = 60.0


STORY = Story(
    11,
    "forged-duties",
    "A stay, an appointment, a team, an order are written; then the record is opened",
    "The thief knows that a stranger needs a reason, and makes one beforehand: it writes itself into stays, "
    "appointments, teams and orders, gives away the patients it has, and asks for other people's professions.",
    "A duty made by the account that uses it explains nothing.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Forge, give away, act as something else, read."""
    [thief] = heist.thieves(knobs.seconds)
    heist.use(thief, (lying.duties, lying.giving, rising.professions, lying.headers, reading.at_random))


ATTACK = Attack(STORY, Knobs(), steal, (P.PHYSICIAN, P.SECRETARY, P.NURSE), Offline("forged-duties"))
