"""Several accounts share the work: each has its own part of the base, no patient is taken twice."""

from concurrent.futures import ThreadPoolExecutor

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.live.heist import Heist
from ecluse.drill.moves import quiet
from ecluse.drill.thief import Thief

P = Profession


class Knobs(msgspec.Struct, frozen=True):
    """``accounts`` that share the work."""

    accounts: int = 6
    seconds: float = 60.0


STORY = Story(
    5,
    "collusion",
    "Several accounts share the work, no patient twice",
    "A list of stolen sessions was bought. The thief cuts the base into blocks, gives each account its own, and keeps "
    "every one of them below its caps.",
    "Each account has its caps, and all together the establishment's: 300 patients a minute, 2,000 an hour.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Let every account fill its caps with patients of its own block."""
    thieves = heist.thieves(knobs.seconds)
    blocks = [share(thief, place, len(thieves)) for place, thief in enumerate(thieves)]
    with ThreadPoolExecutor(len(blocks)) as pool:
        for done in [pool.submit(heist.use, thief, (quiet.one_minute,)) for thief in blocks]:
            done.result()


def share(thief: Thief, place: int, of: int) -> Thief:
    """Leave the thief only the patients of block ``place``."""
    known = thief.known
    tips, own = known.tips[place::of], [tip for tip in known.own if tip.number % of == place]
    thief.known = msgspec.structs.replace(known, tips=tips, own=own)
    return thief


ATTACK = Attack(
    STORY,
    Knobs(),
    steal,
    (P.NURSE, P.PHYSICIAN),
    Offline("collusion"),
    (("two", Knobs(accounts=2)), ("twelve", Knobs(accounts=12))),
    alone=True,
)
