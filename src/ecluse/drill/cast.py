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

P = Profession
ALWAYS_SEES_NOTHING = "i.garnier"
PASSWORD = "une-peniche-par-bief"  # noqa: S105 - everybody's, in every demonstration


class Unit(NamedTuple):
    """A ward or department. ``kind``: care (has beds), support (takes orders), admissions, coding, billing, office."""

    code: str
    name: str
    kind: str


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
OFFICE = {
    P.PHARMACIST: "PHAR",
    P.LABORATORY: "LABO",
    P.RADIOLOGY: "RADIO",
    P.ADMISSIONS: "ADM",
    P.BILLING: "FACT",
    P.DIM_PHYSICIAN: "DIM",
    P.DIM_CODER: "DIM",
    P.SOCIAL_WORKER: "SOC",
    P.IT_ADMINISTRATOR: "DSI",
    P.SECURITY_OFFICER: "DIR",
    P.DPO: "DIR",
    P.INTERFACE_SERVICE: "LABO",
}
SERVICES = (("flux-labo", "Échanges du laboratoire", "LABO"), ("flux-imagerie", "Échanges de l’imagerie", "RADIO"))
FIXED = {
    P.PHYSICIAN: ("a.moreau", "Anne Moreau"),
    P.RESIDENT: ("b.lefevre", "Basile Lefèvre"),
    P.NURSE: ("n.martin", "Nadia Martin"),
    P.AIDE: ("g.rousseau", "Gaston Rousseau"),
    P.MIDWIFE: ("m.fontaine", "Manon Fontaine"),
    P.PHARMACIST: ("h.charpentier", "Hélène Charpentier"),
    P.LABORATORY: ("l.gauthier", "Louis Gauthier"),
    P.RADIOLOGY: ("r.perrin", "Rose Perrin"),
    P.SECRETARY: ("j.morel", "Julie Morel"),
    P.ADMISSIONS: ("c.petit", "Céline Petit"),
    P.BILLING: ("f.lambert", "Florence Lambert"),
    P.DIM_PHYSICIAN: ("d.laurent", "Denis Laurent"),
    P.DIM_CODER: ("v.girard", "Valérie Girard"),
    P.SOCIAL_WORKER: ("o.bonnet", "Odette Bonnet"),
    P.IT_ADMINISTRATOR: (ALWAYS_SEES_NOTHING, "Ives Garnier"),
    P.SECURITY_OFFICER: ("s.robert", "Sylvie Robert"),
    P.DPO: ("p.simon", "Pauline Simon"),
    P.INTERFACE_SERVICE: SERVICES[0][:2],
}
SHARES = {  # of 60; who is not named here exists once
    P.PHYSICIAN: 8,
    P.RESIDENT: 4,
    P.NURSE: 15,
    P.AIDE: 6,
    P.MIDWIFE: 3,
    P.PHARMACIST: 2,
    P.LABORATORY: 2,
    P.RADIOLOGY: 2,
    P.SECRETARY: 4,
    P.ADMISSIONS: 3,
    P.BILLING: 2,
    P.DIM_CODER: 2,
    P.DIM_PHYSICIAN: 2,
    P.IT_ADMINISTRATOR: 2,
    P.SECURITY_OFFICER: 2,
    P.INTERFACE_SERVICE: 2,
}
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
    """Return ``staff`` people (at least one of each of the 18 professions), spread over the first ``wards`` wards."""
    people: list[Member] = []
    for profession, number in _numbers(staff).items():
        for place in range(number):
            username, name, unit = _post(profession, place, len(people), wards)
            rpps = f"999{seed % 1000:03d}{len(people):05d}"
            people.append(Member(username, name, profession, unit, rpps, PASSWORD, _totp(username, seed)))
    return people


def _post(profession: Profession, place: int, number: int, wards: int) -> tuple[str, str, str]:
    """Return login, name and unit of the ``place``-th of a profession, the ``number``-th of all."""
    if profession is P.INTERFACE_SERVICE and place < len(SERVICES):
        return SERVICES[place]
    login, name = FIXED[profession] if place == 0 else _other(number)
    maternity = profession is P.MIDWIFE and wards > 2  # noqa: PLR2004
    return login, name, OFFICE.get(profession) or ("MAT" if maternity else WARDS[place % wards].code)


def _numbers(staff: int) -> dict[Profession, int]:
    """Share out ``staff`` posts (18 at least): everybody once, the rest in proportion, what is left to the nurses."""
    hired: list[Profession] = [one for one in Profession if one in FIXED]
    if staff < len(hired):
        raise BadInputError(f"{staff} people cannot have 18 professions.", "Ask for 18 or more.")
    numbers = {profession: max(1, SHARES.get(profession, 1) * staff // 60) for profession in hired}
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
