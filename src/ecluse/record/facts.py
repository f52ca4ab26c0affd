"""Duties that a resource gives: who must see this patient because of it.

One function a type; the gate turns facts into rows.

A fact keeps references, not accounts: it is found where the resource is read (also in a worker process of an import)
and resolved where the directory is known.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal

import msgspec

from ecluse.gate import feeds
from ecluse.gate.feeds import Maker, Places
from ecluse.record.fhir_types import Resource
from ecluse.record.people import Meant, of_reference

CANCELLED = frozenset({"cancelled", "noshow", "entered-in-error", "inactive", "revoked", "stopped"})
LONGEST_GRACE = feeds.BILLING_WITHIN
Kind = Literal["encounter", "appointment", "order", "team", "doctor"]


class Fact(msgspec.Struct, frozen=True, array_like=True):
    """What a resource says of who has to do with its patient.

    Times in Unix seconds; ``references`` as FHIR References.
    """

    kind: Kind
    source: str
    references: tuple[Resource, ...]
    start: int
    end: int | None = None


def of_resource(resource: Resource, n: int, now: int) -> list[Fact]:
    """Return the facts of a resource: at most one. What ended long ago, was cancelled or has no time gives none."""
    kind = resource["resourceType"]
    reader = READERS.get(kind)
    if reader is None or resource.get("status") in CANCELLED:
        return []
    fact = reader(resource, f"{kind}/{n}", now)
    over = fact is not None and fact.end is not None and fact.end + LONGEST_GRACE < now
    return [fact] if fact is not None and not over else []


def rows(fact: Fact, patient: int, maker: Maker, places: Places, known: Mapping[str, Meant]) -> list[feeds.Row]:
    """Turn a fact into rows of the gate, once it is known whom its references mean."""
    meant = [of_reference(places, reference, known) for reference in fact.references]
    people = list(dict.fromkeys(one.account for one in meant if one.account is not None))
    units = list(dict.fromkeys(one.unit for one in meant if one.unit is not None))
    start, end, source = fact.start, fact.end, fact.source
    if fact.kind == "encounter":
        first: list[int | None] = [*units[:1]] or [None]
        stays = [feeds.of_encounter(maker, patient, unit, start, end, source) for unit in first]
        stays += [feeds.of_encounter(_ward_only(maker), patient, unit, start, end, source) for unit in units[1:]]
        stays.append(feeds.of_care_team(maker, patient, people, (), start, end, source))
        return [row for made in stays for row in made]
    if fact.kind == "appointment":
        pairs = [(person, None) for person in people] + [(None, unit) for unit in units]
        made = [feeds.of_appointment(maker, patient, start, end, source, account=a, unit=u) for a, u in pairs]
        return [row for some in made for row in some]
    if fact.kind == "order":
        return [row for unit in units for row in feeds.of_order(maker, patient, unit, start, end, source)]
    if fact.kind == "team":
        return feeds.of_care_team(maker, patient, people, units, start, end, source)
    return [row for person in people for row in feeds.of_treating_doctor(maker, patient, person, start, source)]


def _ward_only(maker: Maker) -> Maker:
    return msgspec.structs.replace(maker, desks={})


def of_encounter(resource: Resource, source: str, now: int) -> Fact | None:
    """Read a stay or a visit: its places, its provider, those who take part."""
    start, end = period(resource.get("period"))
    if end is not None and end + LONGEST_GRACE < now:
        return None
    places = [place.get("location") for place in resource.get("location", ())]
    people = [one.get("individual") for one in resource.get("participant", ())]
    named = [*places, *([] if places else [resource.get("serviceProvider")]), *people]
    return _fact("encounter", source, named, start, end)


def of_appointment(resource: Resource, source: str, now: int) -> Fact | None:  # noqa: ARG001 - readers are alike
    """Read an appointment: its actors, people and places."""
    actors = [one.get("actor") for one in resource.get("participant", ())]
    return _fact("appointment", source, actors, seconds(resource.get("start")), seconds(resource.get("end")))


def of_service_request(resource: Resource, source: str, now: int) -> Fact | None:
    """Read an order to a department."""
    named = [*resource.get("performer", ()), *resource.get("locationReference", ())]
    done = now if resource.get("status") == "completed" else None
    return _fact("order", source, named, seconds(resource.get("authoredOn")) or now, done)


def of_medication_request(resource: Resource, source: str, now: int) -> Fact | None:
    """Read a prescription: the pharmacy that is to dispense it."""
    named = [resource.get("dispenseRequest", {}).get("performer"), resource.get("performer")]
    done = now if resource.get("status") == "completed" else None
    return _fact("order", source, named, seconds(resource.get("authoredOn")) or now, done)


def of_care_team(resource: Resource, source: str, now: int) -> Fact | None:
    """Read a care team: its members and the organisations that run it."""
    start, end = period(resource.get("period"))
    named = [one.get("member") for one in resource.get("participant", ())]
    named += resource.get("managingOrganization", ())
    return _fact("team", source, named, start or now, end)


def of_patient(resource: Resource, source: str, now: int) -> Fact | None:
    """Read a Patient: the treating doctors."""
    return _fact("doctor", source, resource.get("generalPractitioner", ()), now, None)


def _fact(kind: Kind, source: str, named: Iterable[object], start: int | None, end: int | None) -> Fact | None:
    kept = tuple(
        {name: one[name] for name in ("reference", "identifier") if name in one}
        for one in named
        if isinstance(one, dict) and ("reference" in one or "identifier" in one)
    )
    desks = kind == "encounter"
    return Fact(kind, source, kept, start, end) if start is not None and (kept or desks) else None


def period(given: object) -> tuple[int | None, int | None]:
    """Return the start and end of a Period in Unix seconds."""
    return (seconds(given.get("start")), seconds(given.get("end"))) if isinstance(given, dict) else (None, None)


def seconds(given: object) -> int | None:
    """Return a FHIR date, dateTime or instant in Unix seconds (partial: its first day; no zone: UTC).

    None when it cannot be read.
    """
    if not isinstance(given, str):
        return None
    whole = given + {4: "-01-01", 7: "-01"}.get(len(given), "")
    try:
        at = datetime.fromisoformat(whole)
    except ValueError:
        return None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())


READERS: dict[str, Callable[[Resource, str, int], Fact | None]] = {
    "Encounter": of_encounter,
    "Appointment": of_appointment,
    "ServiceRequest": of_service_request,
    "MedicationRequest": of_medication_request,
    "CareTeam": of_care_team,
    "Patient": of_patient,
}
