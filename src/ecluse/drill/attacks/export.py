"""Report, export, print: one click for as many as possible."""

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.live.heist import Heist
from ecluse.drill.moves import reading, rising
from ecluse.drill.thief import Thief

P = Profession


class Knobs(msgspec.Struct, frozen=True):
    """``prints``: how many patients are printed, half of them strangers."""

    prints: int = 60
    seconds: float = 60.0


STORY = Story(
    7,
    "export",
    "One click on export, on print, on a report",
    "The account may export, or would like to. The thief asks for a file with everybody in it, approves it itself, and "
    "fetches it; then it prints record after record.",
    "An export of any size waits for a second person; a print counts like a reading.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Export, then print."""
    [thief] = heist.thieves(knobs.seconds)
    heist.use(thief, (rising.exports, lambda thief: prints(thief, knobs.prints)))


def prints(thief: Thief, number: int) -> None:
    """Print one's own, then strangers'."""
    tips = [*thief.known.own[: number // 2], *reading.first(thief, number // 2)]
    for tip in tips:
        thief.get(f"/patient/{tip.ref}/print/", "print")


ATTACK = Attack(
    STORY, Knobs(), steal, (P.PHYSICIAN, P.DIM_PHYSICIAN, P.SECRETARY, P.BILLING, P.IT_ADMINISTRATOR), Offline("export")
)
