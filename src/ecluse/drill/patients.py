"""One patient as plain facts, before any FHIR: the same for the same seed and number, whatever was asked before."""

import datetime as dt
import random
from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from ecluse.drill.markers import Markers
from ecluse.drill.names import FEMALE, MALE

T = TypeVar("T")
MARRIED_FROM = 25
STREETS = (
    "rue des Lilas",
    "avenue de la Gare",
    "place du Marché",
    "chemin des Écoliers",
    "rue du Moulin",
    "allée des Tilleuls",
    "quai de l’Écluse",
    "impasse du Four",
)
TOWNS = (
    ("99999", "Valbreuse-sur-Onde"),
    ("99998", "Montlaize"),
    ("99997", "Port-Sivry"),
    ("99996", "Aubrelle-les-Bois"),
)
MUTUELLES = (
    "Mutuelle du Halage",
    "Prévoyance des Biefs",
    "Solidaire Val d’Onde",
    "Entraide Batelière",
    "Mutuelle des Deux Ponts",
)
TOWN_DOCTORS = (
    "Dr Arnaud",
    "Dr Blanchard",
    "Dr Colin",
    "Dr Dumas",
    "Dr Fabre",
    "Dr Guérin",
    "Dr Jacquet",
    "Dr Lemoine",
    "Dr Noël",
)


class Cover(NamedTuple):
    """One period of top-up insurance."""

    insurer: str
    start: dt.date
    end: dt.date | None


class Facts(NamedTuple):
    """What is known of a patient apart from care. ``died`` is None for the living."""

    number: int
    female: bool
    given: tuple[str, ...]
    birth_name: str
    used_name: str
    birth: dt.date
    died: dt.datetime | None
    ipp: str
    ins: str
    phone: str
    mobile: str
    email: str
    address: str
    postcode: str
    town: str
    relative: tuple[str, str]
    covers: tuple[Cover, ...]
    town_doctor: str


def facts(markers: Markers, number: int, chance: random.Random, now: dt.datetime, *, may_be_dead: bool) -> Facts:
    """Draw patient ``number``."""
    born = markers.born(number)
    female = born.sex == 2  # noqa: PLR2004
    birth = dt.date(born.year, born.month, int(chance.random() * 28) + 1)
    married = female and now.year - born.year >= MARRIED_FROM and chance.random() < 0.5  # noqa: PLR2004
    code = markers.code("ct", number)
    postcode, town = one(chance, TOWNS)
    digits = int(chance.random() * 10_000)
    return Facts(
        number=number,
        female=female,
        given=_given(chance, FEMALE if female else MALE),
        birth_name=markers.birth_name(number),
        used_name=markers.used_name(number) if married else "",
        birth=birth,
        died=_death(chance, birth, now) if may_be_dead and chance.random() < 0.04 else None,  # noqa: PLR2004
        ipp=markers.ipp(number),
        ins=markers.ins(number),
        phone=f"01 99 00 {digits // 100:02d} {digits % 100:02d}",
        mobile=f"06 39 98 {digits % 100:02d} {digits // 100:02d}",
        email=f"{code.lower()}@courriel.example",
        address=f"{int(chance.random() * 180) + 1} {one(chance, STREETS)}, boîte {code}",
        postcode=postcode,
        town=town,
        relative=(one(chance, MALE if female else FEMALE), markers.relative_name(number)),
        covers=_covers(chance, birth, now.date()),
        town_doctor=f"{one(chance, TOWN_DOCTORS)} (choix {markers.code('mt', number)})",
    )


def one(chance: random.Random, choices: Sequence[T]) -> T:
    """Choose, several times faster than ``random.choice``: this runs a hundred times a patient."""
    return choices[int(chance.random() * len(choices))]


def _given(chance: random.Random, names: tuple[str, ...]) -> tuple[str, ...]:
    first = one(chance, names)
    return (first,) if chance.random() < 0.5 else (first, one(chance, names))  # noqa: PLR2004


def _death(chance: random.Random, birth: dt.date, now: dt.datetime) -> dt.datetime:
    lived = max(1, (now.date() - birth).days - 60)
    return now - dt.timedelta(days=60 + int(chance.random() ** 3 * min(lived, 1500)))


def _covers(chance: random.Random, birth: dt.date, today: dt.date) -> tuple[Cover, ...]:
    """Return one to three periods that follow each other; the last one is open."""
    start = max(birth, today - dt.timedelta(days=400 + int(chance.random() * 3000)))
    covers: list[Cover] = []
    for left in range(int(chance.random() * 3), -1, -1):
        end = None if left == 0 else start + (today - start) / (left + 1)
        covers.append(Cover(one(chance, MUTUELLES), start, end))
        start = end + dt.timedelta(days=1) if end else start
    return tuple(covers)
