"""The resources of a record as entries of a page: one small function a type, one shape for all.

A type that has no function here is not shown on pages (the FHIR API still gives it).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from ecluse.record.pages.words import clock, code_of, concept, concepts, day, named, quantity, span

Resource = Mapping[str, Any]
Names = Mapping[str, str]
OVER = frozenset(
    {"completed", "stopped", "cancelled", "entered-in-error", "finished", "fulfilled", "noshow", "inactive", "resolved"}
)
NOT_REAL = "entered-in-error"


class Entry(NamedTuple):
    """One line: what, when, and whatever else is worth saying. ``order`` sorts, newest first."""

    id: str
    what: str
    when: str = ""
    more: tuple[str, ...] = ()
    active: bool = True
    alert: bool = False
    order: str = ""
    files: tuple[tuple[str, str], ...] = ()


def entries(resources: Iterable[Resource], names: Names) -> dict[str, list[Entry]]:
    """Return the entries of each type, newest first, what is over after what is not."""
    found: dict[str, list[Entry]] = {kind: [] for kind in SHOWN}
    for resource in resources:
        kind = str(resource.get("resourceType", ""))
        if kind in SHOWN and resource.get("status") != NOT_REAL:
            found[kind].append(SHOWN[kind](resource, names))
    for listed in found.values():
        listed.sort(key=lambda entry: entry.order, reverse=True)
        listed.sort(key=lambda entry: not entry.active)
    return found


def active(resource: Resource) -> bool:
    """Tell whether something still holds: its status, or its clinical status."""
    return not {str(resource.get("status", "")), code_of(resource.get("clinicalStatus"))} & OVER


def prescription(one: Resource, names: Names) -> Entry:
    """Return a line of an ordonnance."""
    drug = concept(one.get("medicationCodeableConcept")) or named(one.get("medicationReference"), names)
    doses = tuple(str(dose.get("text", "")) for dose in one.get("dosageInstruction") or [] if dose.get("text"))
    notes = tuple(str(note.get("text", "")) for note in one.get("note") or [])
    by = named(one.get("requester"), names)
    return Entry(
        id=str(one["id"]),
        what=drug,
        when=day(one.get("authoredOn")),
        more=(*doses, *notes, *([_("Prescribed by %(name)s") % {"name": by}] if by else [])),
        active=active(one),
        order=str(one.get("authoredOn", "")),
    )


def allergy(one: Resource, _names: Names) -> Entry:
    """Return an allergy; one of high criticality stands out."""
    reactions = [concepts(reaction.get("manifestation")) for reaction in one.get("reaction") or []]
    return Entry(
        id=str(one["id"]),
        what=concept(one.get("code")),
        when=day(one.get("recordedDate") or one.get("onsetDateTime")),
        more=tuple(filter(None, reactions)),
        active=active(one),
        alert=one.get("criticality") == "high",
        order=str(one.get("recordedDate", "")),
    )


def condition(one: Resource, _names: Names) -> Entry:
    """Return a diagnosis or a problem."""
    start, end = one.get("onsetDateTime") or one.get("recordedDate"), one.get("abatementDateTime")
    return Entry(
        id=str(one["id"]),
        what=concept(one.get("code")),
        when=span({"start": start, "end": end}) if end else day(start),
        active=active(one) and not end,
        order=str(start or ""),
    )


def observation(one: Resource, _names: Names) -> Entry:
    """Return a measure with its value, or with the values of its components."""
    parts = tuple(f"{concept(part.get('code'))}: {value(part)}" for part in one.get("component") or [] if value(part))
    said = value(one)
    at = one.get("effectiveDateTime") or one.get("issued") or (one.get("effectivePeriod") or {}).get("start")
    return Entry(
        id=str(one["id"]),
        what=concept(one.get("code")),
        when=clock(at),
        more=(said, *parts) if said else parts,
        order=str(at or ""),
    )


def value(node: Resource) -> str:
    """Return the value of an observation or of one of its components."""
    if "valueQuantity" in node:
        return quantity(node["valueQuantity"])
    if "valueCodeableConcept" in node:
        return concept(node["valueCodeableConcept"])
    for name in ("valueString", "valueInteger", "valueDateTime", "valueTime"):
        if name in node:
            return str(node[name])
    return {True: _("Yes"), False: _("No")}.get(node.get("valueBoolean"), "")  # type: ignore[arg-type]


def immunization(one: Resource, _names: Names) -> Entry:
    """Return a vaccination."""
    at = one.get("occurrenceDateTime")
    return Entry(
        id=str(one["id"]),
        what=concept(one.get("vaccineCode")),
        when=day(at) or str(one.get("occurrenceString", "")),
        order=str(at or ""),
    )


def procedure(one: Resource, _names: Names) -> Entry:
    """Return an act."""
    at = one.get("performedDateTime") or (one.get("performedPeriod") or {}).get("start")
    return Entry(id=str(one["id"]), what=concept(one.get("code")), when=day(at), order=str(at or ""))


def report(one: Resource, _names: Names) -> Entry:
    """Return a report, with its files."""
    at = one.get("effectiveDateTime") or one.get("issued")
    said = str(one.get("conclusion", ""))
    return Entry(
        id=str(one["id"]),
        what=concept(one.get("code")),
        when=day(at),
        more=(said,) if said else (),
        order=str(at or ""),
        files=files(one.get("presentedForm") or []),
    )


def document(one: Resource, names: Names) -> Entry:
    """Return a document, with its files."""
    authors = ", ".join(filter(None, (named(author, names) for author in one.get("author") or [])))
    title = concept(one.get("type")) or str(one.get("description", ""))
    more = [text for text in (str(one.get("description", "")), authors) if text and text != title]
    return Entry(
        id=str(one["id"]),
        what=title or _("Document"),
        when=day(one.get("date")),
        more=tuple(more),
        order=str(one.get("date", "")),
        files=files([content.get("attachment") or {} for content in one.get("content") or []]),
    )


def files(attachments: list[Resource]) -> tuple[tuple[str, str], ...]:
    """Return number and title of each file that is kept here."""
    return tuple(
        (str(one["url"]).rpartition("-")[2], str(one.get("title") or one.get("contentType") or _("File")))
        for one in attachments
        if str(one.get("url", "")).startswith("Binary/")
    )


def encounter(one: Resource, names: Names) -> Entry:
    """Return a stay or a visit."""
    places = [named(place.get("location"), names) for place in one.get("location") or []]
    places = list(dict.fromkeys(filter(None, [*places, named(one.get("serviceProvider"), names)])))
    people = [named(person.get("individual"), names) for person in one.get("participant") or []]
    start = str((one.get("period") or {}).get("start", ""))
    return Entry(
        id=str(one["id"]),
        what=concepts(one.get("type")) or encounter_class(one),
        when=span(one.get("period")),
        more=tuple(filter(None, [", ".join(places), ", ".join(filter(None, people))])),
        active=active(one),
        order=start,
    )


def encounter_class(one: Resource) -> str:
    """Return the class of an encounter in words."""
    words = {"IMP": _("Hospital stay"), "EMER": _("Emergency"), "AMB": _("Consultation"), "HH": _("Home visit")}
    return words.get(str((one.get("class") or {}).get("code", "")), _("Encounter"))


def appointment(one: Resource, names: Names) -> Entry:
    """Return an appointment."""
    people = [named(who.get("actor"), names) for who in one.get("participant") or []]
    return Entry(
        id=str(one["id"]),
        what=str(one.get("description") or concepts(one.get("serviceType")) or _("Appointment")),
        when=clock(one.get("start")),
        more=tuple(filter(None, [", ".join(filter(None, people))])),
        active=active(one),
        order=str(one.get("start", "")),
    )


def care_team(one: Resource, names: Names) -> Entry:
    """Return a care team."""
    people = [named(who.get("member"), names) for who in one.get("participant") or []]
    return Entry(
        id=str(one["id"]),
        what=str(one.get("name") or _("Care team")),
        when=span(one.get("period")),
        more=tuple(filter(None, [", ".join(filter(None, people))])),
        active=active(one),
        order=str((one.get("period") or {}).get("start", "")),
    )


def order(one: Resource, names: Names) -> Entry:
    """Return an order to a department."""
    to = ", ".join(filter(None, (named(performer, names) for performer in one.get("performer") or [])))
    return Entry(
        id=str(one["id"]),
        what=concept(one.get("code")),
        when=day(one.get("authoredOn")),
        more=(to,) if to else (),
        active=active(one),
        order=str(one.get("authoredOn", "")),
    )


SHOWN: dict[str, Callable[[Resource, Names], Entry]] = {
    "AllergyIntolerance": allergy,
    "Condition": condition,
    "MedicationRequest": prescription,
    "Observation": observation,
    "Procedure": procedure,
    "Immunization": immunization,
    "DiagnosticReport": report,
    "DocumentReference": document,
    "ServiceRequest": order,
    "Encounter": encounter,
    "Appointment": appointment,
    "CareTeam": care_team,
}
