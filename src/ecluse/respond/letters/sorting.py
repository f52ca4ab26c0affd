"""Who gets a letter, and who is handled by a person (R40, R42)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from ecluse.core.errors import BadInputError
from ecluse.core.words import Compartment
from ecluse.respond.letters.people import Person

MAJORITY = 18


class Apart(StrEnum):
    """Why somebody gets no letter by machine."""

    DEAD = "deceased: the officer decides whether the heirs are told"
    GUARDIAN = "protected adult: told through, or with, their representative"
    NO_ADDRESS = "no postal address, or no name"
    NOT_EXPORTED = "not in the exports given: export them too"


class Letter(msgspec.Struct, frozen=True):
    """One letter. ``parents``: it goes to those who have parental authority."""

    person: Person
    data: tuple[Compartment, ...]
    parents: bool
    language: str


class Post(msgspec.Struct, frozen=True):
    """The letters in order of reference, and everybody else by reason."""

    letters: tuple[Letter, ...]
    apart: dict[str, Apart]


def sort(
    exposed: Mapping[str, tuple[Compartment, ...]],
    found: Iterable[Person],
    today: dt.date,
    language: str,
    only: str = "",
) -> Post:
    """Sort the patients of ``exposed``: each is in exactly one of the two. ``only``: the one language there is.

    Raises:
        BadInputError: an export holds somebody who is not on the list.
    """
    known: dict[str, Person] = {}
    for person in found:
        if person.ref not in exposed:
            raise BadInputError("An export holds a patient who is not on the list.", "Export those of the list alone.")
        known.setdefault(person.ref, person)
    letters: list[Letter] = []
    apart: dict[str, Apart] = {}
    for ref, data in sorted(exposed.items()):
        why = reason(known.get(ref), today)
        if why is not None:
            apart[ref] = why
        else:
            person = known[ref]
            letters.append(Letter(person, data, minor(person, today), only or person.language or language))
    return Post(tuple(letters), apart)


def reason(person: Person | None, today: dt.date) -> Apart | None:
    """Return why somebody is handled by a person, or nothing."""
    if person is None:
        return Apart.NOT_EXPORTED
    if person.dead:
        return Apart.DEAD
    if person.guardian and not minor(person, today):
        return Apart.GUARDIAN
    return None if person.name and person.address else Apart.NO_ADDRESS


def minor(person: Person, today: dt.date) -> bool:
    """Tell whether somebody is under 18; who has no known birth date is taken as of age."""
    born = person.born
    if born is None:
        return False
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day)) < MAJORITY
