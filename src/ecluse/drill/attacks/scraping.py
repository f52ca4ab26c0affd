"""Search results and lists, scraped without opening a record."""

import msgspec

from ecluse.core.words import Profession
from ecluse.drill.attacks.base import Attack, Offline, Story
from ecluse.drill.live.heist import Heist
from ecluse.drill.moves import searching

P = Profession


class Knobs(msgspec.Struct, frozen=True):
    """``seconds`` and ``requests`` the thief has."""

    seconds: float = 60.0
    requests: int = 500


STORY = Story(
    8,
    "scraping",
    "Prefix after prefix typed into the search box, nothing opened",
    "The list of results is worth selling by itself. The thief types three letters, then three more, in the page and "
    "over FHIR, follows every list, and keeps what is displayed.",
    "Who is displayed is counted like who is opened; words are too few to search by, and searches have a rate.",
)


def steal(heist: Heist, knobs: Knobs) -> None:
    """Search, and search again."""
    [thief] = heist.thieves(knobs.seconds, knobs.requests)
    heist.use(thief, (searching.lists, searching.names, searching.prefixes, searching.whole_base))


ATTACK = Attack(
    STORY, Knobs(), steal, (P.NURSE, P.SECRETARY, P.ADMISSIONS, P.IT_ADMINISTRATOR), Offline("scraping")
)  # fmt: skip
