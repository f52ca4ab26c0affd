"""Scraping: search results, completions and lists show names, numbers and birth dates; no record is ever opened."""

import msgspec

from ecluse.core.events import Deed
from ecluse.core.words import Profession
from ecluse.drill.thieves.base import Loot, Scene, Story, Theft


class Knobs(msgspec.Struct, frozen=True):
    """``searches`` a sitting, each displaying up to ``shown``; ``named``: the log names who was displayed."""

    searches: int = 600
    shown: int = 20
    per_minute: float = 6.0
    named: bool = False
    sittings: int = 1


STORY = Story(
    8,
    "scraping",
    "Prefix after prefix typed into the search box, nothing opened",
    "The list of results is worth selling by itself. The thief types aa, ab, ac, … and keeps what is displayed.",
    "Most logs do not say whom a search displayed.",
    "T1213",
    (Profession.NURSE, Profession.SECRETARY, Profession.ADMISSIONS, Profession.IT_ADMINISTRATOR),
)


def steal(scene: Scene, knobs: Knobs) -> Loot:
    """Search, and search again."""
    [who] = scene.accounts()
    total = scene.anybody(scene.world.settings.patients, "sequential").tolist()
    for first, _ in (scene.shifts(who, 30) or [(scene.day * 1440 + 600, 0)])[: knobs.sittings]:
        begin = first + 60.0
        hand = scene.hand(who, begin)
        for number in range(knobs.searches):
            at = begin + (number + 0.6 * scene.chance.random()) / knobs.per_minute
            shown = int(scene.chance.integers(1, knobs.shown + 1))
            if knobs.named:
                for patient in total[number * knobs.shown : number * knobs.shown + shown]:
                    hand.access(at, Deed.SEARCH, patient, route="search")
            else:
                hand.access(at, Deed.SEARCH, shown=shown, route="search")
    return scene.loot([who])


THEFT = Theft(
    STORY,
    steal,
    Knobs(),
    (("named", Knobs(searches=100, named=True)), ("slow", Knobs(searches=40, sittings=10, per_minute=1))),
    (("searches in one sitting", lambda rate: Knobs(searches=round(rate), per_minute=1)),),
)
