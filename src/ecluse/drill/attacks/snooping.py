"""Snooping: no thief at all, but somebody who looks at people they know."""

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.live.heist import Heist
from ecluse.drill.moves import quiet
from ecluse.drill.thief import Thief, Tip

P = Profession


class Knobs(msgspec.Struct, frozen=True):
    """``each``: how many of the family, the colleagues, the neighbours, the well-known."""

    each: int = 1
    seconds: float = 40.0


STORY = Story(
    13,
    "snooping",
    "A look at family, a colleague, a neighbour, somebody well known",
    "The owner of the account, in a quiet hour, once. The gate asks why, and a plausible lie opens the record: this is "
    "the price of never standing between a patient and care.",
    "Six strangers an hour; each reason stands in the trace, for the DPO to read and for the patient to see.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Open people one knows, with a made-up reason."""
    [thief] = heist.thieves(knobs.seconds)
    heist.use(thief, (lambda thief: look(heist, thief, knobs.each),))


def look(heist: Heist, thief: Thief, each: int) -> None:
    """Open each of them."""
    for tip in acquaintances(heist, thief, each):
        quiet.stranger(thief, tip)


def acquaintances(heist: Heist, thief: Thief, each: int) -> list[Tip]:
    """Return people the owner may know: of one town (neighbours), and others whose names are in every head."""
    own = {tip.number for tip in thief.known.own}
    strangers = [tip for tip in thief.targets() if tip.number not in own]
    town = heist.hospital.facts(0).town
    near = [tip for tip in strangers[:200] if heist.hospital.facts(tip.number).town == town]
    return [*near[: 2 * each], *[tip for tip in strangers if tip not in near][: 2 * each]]


ATTACK = Attack(STORY, Knobs(), steal, (P.NURSE, P.SECRETARY, P.PHYSICIAN), Offline("snooping"))
