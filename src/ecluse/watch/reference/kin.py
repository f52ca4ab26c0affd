"""What relates patients to staff, from the names themselves."""

import unicodedata

from ecluse.core.events import PatientFacts, Person
from ecluse.watch.reference.rows import Mark

COMMON = 12


def marks(persons: list[Person], patients: list[PatientFacts]) -> list[Mark]:
    """Return the relations of patients to accounts; an empty account means every account."""
    own = {
        (person.account, patient.patient)
        for person in persons
        for patient in patients
        if whole(person) == whole(patient) != ()
    }
    found = {Mark(account, patient, "self") for account, patient in own}
    found |= {Mark("", patient, "colleague") for _, patient in own}
    found |= {Mark("", patient.patient, "well-known") for patient in patients if patient.vip}
    for person in persons:
        for patient in patients:
            if (person.account, patient.patient) not in own:
                found |= {Mark(person.account, patient.patient, word) for word in _alike(person, patient, patients)}
    return sorted(found)


def fold(text: str) -> str:
    """Return ``text`` in small letters and digits only, without accents."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if letter.isalnum())


def whole(one: Person | PatientFacts) -> tuple[str, ...]:
    """Return what names one person and no other, empty when a part is unknown."""
    if not (one.family and one.given and one.birth):
        return ()
    return fold(one.family), fold(one.given), str(one.birth)


def _alike(person: Person, patient: PatientFacts, patients: list[PatientFacts]) -> set[str]:
    words = set()
    if _same(person.family, patient.family) and _bearers("family", patient, patients) <= COMMON:
        words.add("same-name")
    if _same(person.postal, patient.postal) and _bearers("postal", patient, patients) <= COMMON:
        words.add("same-address")
    if _same(person.phone, patient.phone):
        words.add("same-phone")
    return words


def _same(one: str, other: str) -> bool:
    return fold(one) == fold(other) != ""


def _bearers(field: str, patient: PatientFacts, patients: list[PatientFacts]) -> int:
    word = fold(getattr(patient, field))
    return len({other.patient for other in patients if fold(getattr(other, field)) == word})
