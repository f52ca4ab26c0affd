"""Who a patient is, as a page says it: the traits that French identity rules want on every screen, in their order.

Source: Référentiel national d'identitovigilance (RNIV 1): birth name, given names, birth date, sex, birth place, INS.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from ecluse.record.fhir_types import INS_SYSTEMS, IPP_TYPE
from ecluse.record.pages.words import address_lines, code_of, concept, day, human, named, span, years

Resource = Mapping[str, Any]
BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
INS_GROUPS = (1, 3, 5, 7, 10, 13)


class Identity(NamedTuple):
    """The traits of a patient, each ready to show."""

    ref: str
    birth_name: str
    used_name: str
    given: str
    other_given: str
    born: str
    age: int | None
    sex: str
    birth_place: str
    ins: str
    ipp: str
    died: str
    dead: bool

    @property
    def name(self) -> str:
        """Return the name as lists show it: ``FAMILY Given``."""
        return f"{self.used_name or self.birth_name} {self.given}".strip()


def identity(patient: Resource) -> Identity:
    """Return the identity part of a Patient."""
    names = patient.get("name") or [{}]
    birth = next((name for name in names if name.get("use") in {"official", None}), names[0])
    used = next((name for name in names if name.get("use") == "usual"), None)
    given = birth.get("given") or (used or {}).get("given") or [""]
    used_name = str((used or {}).get("family", "")).upper()
    birth_name = str(birth.get("family") or birth.get("text", "")).upper()
    died = patient.get("deceasedDateTime")
    return Identity(
        ref=str(patient.get("id", "")),
        birth_name=birth_name,
        used_name=used_name if used_name != birth_name else "",
        given=str(given[0]),
        other_given=", ".join(given[1:]),
        born=day(patient.get("birthDate")),
        age=years(patient.get("birthDate") or "", died),
        sex=sex(str(patient.get("gender", ""))),
        birth_place=birth_place(patient),
        ins=in_groups(identifier(patient, "ins")),
        ipp=identifier(patient, "ipp"),
        died=day(died),
        dead=bool(died or patient.get("deceasedBoolean")),
    )


def sex(code: str) -> str:
    """Return FHIR's administrative gender in a word."""
    return {"female": _("Female"), "male": _("Male"), "other": _("Other"), "unknown": _("Unknown")}.get(code, "")


def identifier(patient: Resource, which: str) -> str:
    """Return the INS or the IPP."""
    for one in patient.get("identifier") or []:
        is_ins = one.get("system") in INS_SYSTEMS
        is_ipp = code_of(one.get("type")) == IPP_TYPE
        if (which == "ins" and is_ins) or (which == "ipp" and is_ipp and not is_ins):
            return str(one.get("value", ""))
    return ""


def in_groups(number: str) -> str:
    """Write an INS the way cards print it: ``1 85 05 78 006 048 22``."""
    cuts = (0, *(cut for cut in INS_GROUPS if cut < len(number)), len(number))
    return " ".join(number[start:end] for start, end in pairwise(cuts)) if number else ""


def birth_place(patient: Resource) -> str:
    """Return where the patient was born."""
    for extension in patient.get("extension") or []:
        if extension.get("url") == BIRTH_PLACE:
            place = extension.get("valueAddress") or {}
            return str(place.get("city") or place.get("text") or "")
    return ""


class Contacts(NamedTuple):
    """How to reach a patient and the people close to them."""

    telecoms: list[tuple[str, str]]
    addresses: list[list[str]]
    people: list[tuple[str, str, str]]


def contacts(patient: Resource, relatives: Sequence[Resource]) -> Contacts:
    """Return the contact part of a Patient and its RelatedPersons."""
    people = [person(one) for one in [*(patient.get("contact") or []), *relatives]]
    return Contacts(
        telecoms=[(telecom_kind(one), str(one.get("value", ""))) for one in patient.get("telecom") or []],
        addresses=[address_lines(one) for one in patient.get("address") or []],
        people=[one for one in people if any(one)],
    )


def telecom_kind(telecom: Mapping[str, Any]) -> str:
    """Return what kind of line this is."""
    if telecom.get("use") == "mobile":
        return _("Mobile")
    kinds = {"phone": _("Telephone"), "email": _("E-mail"), "fax": _("Fax"), "sms": _("Text messages")}
    return kinds.get(str(telecom.get("system", "")), _("Contact"))


def person(node: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return name, relationship and numbers of somebody close (Patient.contact or RelatedPerson)."""
    name = node.get("name") or {}
    name = name[0] if isinstance(name, list) and name else name
    relation = node.get("relationship") or []
    kinds = [concept(one) for one in relation] if isinstance(relation, list) else [concept(relation)]
    numbers = ", ".join(str(one.get("value", "")) for one in node.get("telecom") or [])
    return (human(name) if name else "", ", ".join(filter(None, kinds)), numbers)


class Cover(NamedTuple):
    """One coverage, with its dates."""

    payor: str
    kind: str
    number: str
    dates: str
    active: bool


def covers(coverages: Sequence[Resource], names: Mapping[str, str]) -> list[Cover]:
    """Return the coverage history, newest first."""
    ordered = sorted(coverages, key=lambda one: str((one.get("period") or {}).get("start", "")), reverse=True)
    return [
        Cover(
            payor=", ".join(filter(None, (named(payor, names) for payor in one.get("payor") or []))),
            kind=concept(one.get("type")),
            number=str(one.get("subscriberId", "")),
            dates=span(one.get("period")),
            active=one.get("status") == "active" and not (one.get("period") or {}).get("end"),
        )
        for one in ordered
    ]


def treating_doctors(patient: Resource, names: Mapping[str, str]) -> list[str]:
    """Return the treating doctors."""
    return [name for one in patient.get("generalPractitioner") or [] if (name := named(one, names))]
