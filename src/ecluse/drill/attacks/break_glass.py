"""The emergency door, over and over: in bulk with one account, or spread over several."""

from concurrent.futures import ThreadPoolExecutor

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.live.heist import Heist
from ecluse.drill.moves import lying, quiet
from ecluse.drill.thief import Thief

P = Profession


class Knobs(msgspec.Struct, frozen=True):
    """``tries`` of each of the ``accounts``."""

    accounts: int = 1
    tries: int = 25
    seconds: float = 60.0


STORY = Story(
    12,
    "break-glass",
    "The emergency door, over and over",
    "Where the door is closed, an emergency opens it, with a reason from the list and a line of text. Afterwards a "
    "second person is asked for, and the thief invents one. Spread over four accounts it is less visible.",
    "Three an hour and account, then a second person who proves it; a decoy among them locks the account.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Break the glass of stranger after stranger."""
    thieves = heist.thieves(knobs.seconds)
    with ThreadPoolExecutor(len(thieves)) as pool:
        tasks = [
            pool.submit(heist.use, thief, (lambda one: glasses(one, knobs.tries), lying.reasons)) for thief in thieves
        ]
        for task in tasks:
            task.result()


def glasses(thief: Thief, tries: int) -> None:
    """Break the glass of so many."""
    own = {tip.number for tip in thief.known.own}
    for tip, _ in zip((one for one in thief.targets() if one.number not in own), range(tries), strict=False):
        quiet.broken(thief, tip)


ATTACK = Attack(
    STORY, Knobs(), steal, (P.PHYSICIAN, P.NURSE, P.RESIDENT), Offline("break-glass"), (("spread", Knobs(accounts=4)),)
)
