"""The token of an interface, found in a configuration file."""

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.live.heist import Heist
from ecluse.drill.moves import lying, quiet, reading, searching


class Knobs(msgspec.Struct, frozen=True):
    """``seconds`` and ``requests`` the thief has."""

    seconds: float = 60.0
    requests: int = 700


STORY = Story(
    6,
    "service-token",
    "The token of an interface, found in a configuration file",
    "No session, no second factor, nobody at the screen. The thief reads what the interface reads, then pages through "
    "everybody, asks for whole records, and for a bulk export.",
    "A token has caps like an account, counted in patients returned; a machine can be asked for no reason.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Read the patients brought to the interface, then all the others."""
    [thief] = heist.thieves(knobs.seconds, knobs.requests)
    heist.use(
        thief,
        (
            quiet.one_minute,
            searching.whole_base,
            reading.at_random,
            reading.everything,
            reading.pieces,
            searching.names,
            lying.reasons_for_services,
        ),
    )


ATTACK = Attack(STORY, Knobs(), steal, (Profession.INTERFACE_SERVICE,), Offline("service-token"))
