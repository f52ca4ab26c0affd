"""Who works in the synthetic hospital: units, and people with login names that never change.

The first of each profession is the fixed cast that tests, drills and docs name. ``i.garnier``, the IT administrator,
must always see nothing: the theft of 2024 used an account like his.
"""

import base64
import hashlib
from typing import NamedTuple

from ecluse.core.errors import BadInputError
from ecluse.core.words import Profession
from ecluse.drill.names import words
from ecluse.drill.professions.base import Trade
from ecluse.drill.professions.catalogue import TRADES

P = Profession
ALWAYS_SEES_NOTHING = "i.garnier"
PASSWORD = "une-peniche-par-bief"  # noqa: S105 - everybody's, in every demonstration


class Unit(NamedTuple):
    """A ward or department. ``kind``: care (has beds), support (takes orders), admissions, coding, billing, office."""

    code: str
    name: str
    kind: str


class Service(NamedTuple):
    """A machine that has an account, and the department it works for."""

    account: str
    name: str
    unit: str


WARDS = (
    Unit("MED", "Médecine", "care"),
    Unit("CHIR", "Chirurgie", "care"),
    Unit("MAT", "Maternité", "care"),
    Unit("URG", "Urgences", "care"),
    Unit("CARD", "Cardiologie", "care"),
    Unit("GER", "Gériatrie", "care"),
    Unit("PNEU", "Pneumologie", "care"),
    Unit("NEUR", "Neurologie", "care"),
    Unit("PED", "Pédiatrie", "care"),
    Unit("REA", "Réanimation", "care"),
    Unit("ORTH", "Orthopédie", "care"),
    Unit("ONCO", "Oncologie", "care"),
)
DEPARTMENTS = (
    Unit("PHAR", "Pharmacie", "support"),
    Unit("LABO", "Laboratoire", "support"),
    Unit("RADIO", "Imagerie", "support"),
    Unit("ADM", "Admissions", "admissions"),
    Unit("FACT", "Facturation", "billing"),
    Unit("DIM", "Information médicale", "coding"),
    Unit("SOC", "Service social", "office"),
    Unit("DSI", "Informatique", "office"),
    Unit("DIR", "Direction", "office"),
)
SERVICES = (
    Service("flux-labo", "Échanges du laboratoire", "LABO"),
    Service("flux-imagerie", "Échanges de l’imagerie", "RADIO"),
)
FIXED = sorted(TRADES, key=lambda trade: list(Profession).index(trade.profession))
DEPARTMENT_CODES = frozenset(unit.code for unit in DEPARTMENTS)
GIVEN = words(
    "Adèle Bruno Claire David Élise Fabien Inès Hugo Jeanne Karim Lucie Marc Nora Olivier Paul Rémi Sarah Théo Yves Zoé"
)
FAMILY = words(
    """
    Arnaud Barbier Blanchard Boyer Brun Carpentier Clément Colin Deschamps Dufour Dumas Fabre Gaillard Guérin Henry
    Hubert Jacquet Lacroix Leclerc Lemoine Lucas Marchand Masson Mercier Meunier Noël Olivier Picard Renard Rivière
    Roche Schmitt Vidal
    """
)


class Member(NamedTuple):
    """One person or service, with what they need to sign in."""

    username: str
    name: str
    profession: Profession
    unit: str
    rpps: str
    password: str
    totp: str


def hire(staff: int, wards: int, seed: int) -> list[Member]:
    """Return ``staff`` people (at least one of each profession), spread over the first ``wards`` wards."""
    people: list[Member] = []
    numbers = _numbers(staff)
    for trade in FIXED:
        for place in range(numbers[trade.profession]):
            username, name, unit = _post(trade, place, len(people), wards)
            rpps = f"999{seed % 1000:03d}{len(people):05d}"
            people.append(Member(username, name, trade.profession, unit, rpps, PASSWORD, _totp(username, seed)))
    return people


def _post(trade: Trade, place: int, number: int, wards: int) -> tuple[str, str, str]:
    """Return login, name and unit of the ``place``-th of a profession, the ``number``-th of all."""
    if trade.profession is P.INTERFACE_SERVICE and place < len(SERVICES):
        return SERVICES[place]
    login, name = (trade.login, trade.name) if place == 0 else _other(number)
    return login, name, _unit(trade, place, wards)


def _unit(trade: Trade, place: int, wards: int) -> str:
    """Return the department of a profession, or its ward when this hospital has it, else a ward in turn."""
    if trade.profession is P.INTERFACE_SERVICE:
        return SERVICES[0].unit
    opened = [ward.code for ward in WARDS[:wards]]
    return trade.place if trade.place in {*DEPARTMENT_CODES, *opened} else opened[place % wards]


def _numbers(staff: int) -> dict[Profession, int]:
    """Share out ``staff`` posts: everybody once, the rest in proportion, what is left to the nurses."""
    if staff < len(FIXED):
        raise BadInputError(f"{staff} people cannot have {len(FIXED)} professions.", f"Ask for {len(FIXED)} or more.")
    numbers = {trade.profession: max(1, trade.of_60 * staff // 60) for trade in FIXED}
    while (over := sum(numbers.values()) - staff) > 0:
        largest = max(numbers, key=lambda profession: numbers[profession])
        numbers[largest] = max(1, numbers[largest] - over)
    numbers[P.NURSE] += staff - sum(numbers.values())
    return numbers


def _other(place: int) -> tuple[str, str]:
    given, family = GIVEN[place * 7 % len(GIVEN)], FAMILY[place % len(FAMILY)]
    login = f"{_plain(given)}.{_plain(family)}"
    return f"{login}{place}", f"{given} {family}"


def _plain(name: str) -> str:
    return name.translate(str.maketrans("ÉÈÀéèëïôç", "EEAeeeioc")).lower()


def _totp(username: str, seed: int) -> str:
    """Return the demonstration secret of the second factor (RFC 6238: SHA-1, 6 digits, 30 s), in base32."""
    return base64.b32encode(hashlib.sha256(f"totp {username} {seed}".encode()).digest()[:20]).decode()
