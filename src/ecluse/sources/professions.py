"""What people call columns and professions in staff lists, in French and English (``staff.toml``), in our words."""

import re
import tomllib
from importlib import resources

from ecluse.core.words import Profession
from ecluse.sources.words import fold

_DATA = tomllib.loads(resources.files("ecluse.sources").joinpath("staff.toml").read_text(encoding="utf-8"))
HEADERS: dict[str, list[re.Pattern[str]]] = {
    ours: [re.compile(word) for word in words] for ours, words in _DATA["headers"].items()
}
TITLES = {Profession(ours): re.compile(rf"\b(?:{'|'.join(words)})") for ours, words in _DATA["titles"].items()}
LONGEST = 80


def profession(title: str) -> str:
    """Return the profession that ``title`` names.

    An unknown title stays as it is, in small letters: accounts of one title are still each other's peers.
    """
    if title in set(Profession):
        return title
    folded = fold(title)
    return next((str(ours) for ours, pattern in TITLES.items() if pattern.search(folded)), folded[:LONGEST])


def columns(cells: list[str]) -> dict[str, int]:
    """Return the place of each column known by its name; where several may be one, the surest name wins."""
    folded = [fold(cell) for cell in cells]
    found: dict[str, int] = {}
    for ours, words in HEADERS.items():
        free = [(place, name) for place, name in enumerate(folded) if place not in found.values()]
        places = (place for word in words for place, name in free if word.fullmatch(name))
        if (place := next(places, None)) is not None:
            found[ours] = place
    return found
