"""Names and addresses, from the export made for the letters: FHIR resources, one a line."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from ecluse.core.errors import BadInputError
from ecluse.core.words import Purpose
from ecluse.respond.words import LANGUAGES

GUARDIANS = frozenset({"GUARD", "HPOWATT", "DPOWATT", "SPOWATT", "POWATT", "guardian"})  # HL7 v3-RoleCode


class Person(msgspec.Struct, frozen=True):
    """Whom to write to. ``guardian``: somebody else answers for them, so a person decides how they are told."""

    ref: str
    name: str
    address: tuple[str, ...]
    born: dt.date | None
    dead: bool
    guardian: bool
    language: str


def people(lines: Iterable[bytes]) -> Iterator[Person]:
    """Yield the patients of one export.

    Raises:
        BadInputError: this is no export, or one made for another purpose.
    """
    resources = (msgspec.json.decode(line, type=dict[str, Any]) for line in lines if line.strip())
    heading = next(resources, {})
    said = {one.get("name"): one.get("valueString") for one in heading.get("parameter", ())}
    if heading.get("resourceType") != "Parameters" or "export" not in said:
        raise BadInputError("This is no export of Écluse.", "Open it with `ecluse export open`, then name the result.")
    if said.get("purpose") != Purpose.LEGAL:
        raise BadInputError(
            f"This export was made for {said.get('purpose')}, not for a legal duty ({Purpose.LEGAL.value}).",
            "Letters use an export that two people made for them.",
        )
    return (person(resource) for resource in resources if resource.get("resourceType") == "Patient")


def person(patient: dict[str, Any]) -> Person:
    """Return what a letter needs of a Patient."""
    contacts = patient.get("contact", ())
    return Person(
        ref=str(patient.get("id", "")),
        name=name_of(patient.get("name", ())),
        address=address_of(patient.get("address", ())),
        born=date_of(str(patient.get("birthDate", ""))),
        dead=bool(patient.get("deceasedBoolean") or patient.get("deceasedDateTime")),
        guardian=any(guards(contact) for contact in contacts),
        language=language_of(patient.get("communication", ())),
    )


def name_of(names: Iterable[dict[str, Any]]) -> str:
    """Return the name in use: usual first, then official, then any."""
    order = {"usual": 0, "official": 1}
    for name in sorted(names, key=lambda one: order.get(str(one.get("use", "")), 2)):
        whole = " ".join([*map(str, name.get("given", ())[:1]), str(name.get("family", ""))]).strip()
        if whole or name.get("text"):
            return whole or str(name["text"])
    return ""


def address_of(addresses: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """Return the lines of a postal address that can be written to: with a town. Old ones and e-mail are left out."""
    for address in addresses:
        town = " ".join(str(address.get(part, "")) for part in ("postalCode", "city")).strip()
        if address.get("use") != "old" and address.get("city"):
            country = str(address.get("country", ""))
            lines = [*map(str, address.get("line", ())), town, *([country] if country not in {"", "FR", "FRA"} else [])]
            return tuple(line for line in lines if line)
    return ()


def date_of(text: str) -> dt.date | None:
    """Return a date; the first day of a month or year where no more is known."""
    parts = [int(part) for part in text.split("-") if part.isdigit()]
    try:
        return dt.date(*(*parts, 1, 1)[:3]) if parts else None
    except ValueError:
        return None


def guards(contact: dict[str, Any]) -> bool:
    """Tell whether a contact answers for the patient in law."""
    codes = {coding.get("code") for one in contact.get("relationship", ()) for coding in one.get("coding", ())}
    return not GUARDIANS.isdisjoint(codes)


def language_of(communications: Iterable[dict[str, Any]]) -> str:
    """Return the language preferred, if it is one of ours, else nothing."""
    for one in sorted(communications, key=lambda each: not each.get("preferred")):
        for coding in one.get("language", {}).get("coding", ()):
            if (word := str(coding.get("code", ""))[:2]) in LANGUAGES:
                return word
    return ""
