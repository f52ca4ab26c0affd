"""Writing: create and update, one resource at a time, each update naming the version it replaces.

- **R6** (``record/writing.py``) A stale update changes nothing: 412. One without a version is not tried: 428.
"""

import re
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from ecluse.core.words import Action, Compartment
from ecluse.record import store, vault
from ecluse.record.api.caller import Caller
from ecluse.record.api.outcome import FHIR_JSON, ProblemError, absent, bad
from ecluse.record.api.reading import held_now, located, offered
from ecluse.record.api.reply import stored_answer
from ecluse.record.api.showing import show
from ecluse.record.fhir_types import Resource, compartments_of, patient_compartment, subject_of

BODY_TYPES = frozenset({FHIR_JSON, "application/json", "application/json+fhir"})
IF_MATCH = re.compile(r'(?:W/)?"?([1-9][0-9]{0,8})"?\Z')
NOT_A_MEMBER = frozenset({"resourceType", "id", "meta", "text"})


def create(request: HttpRequest, caller: Caller, kind: str) -> HttpResponse:
    """Create a resource (3.1.0.8). Its id is ours; one that is sent is ignored.

    Raises:
        ProblemError: 400, 415; 422, it names no patient.
        RefusedByGateError: the gate says no.
    """
    offered(kind, "create")
    if "HTTP_IF_NONE_EXIST" in request.META:
        raise ProblemError(412, "Conditional create is not offered: it would tell who is known here.", "conditional")
    resource = body(request, kind)
    if kind == "Patient":
        stored = store.create_patient(resource, caller.who, caller.purpose, caller.request_id)
        return stored_answer(request, stored, 201)
    subject = subject_of(resource)
    if not subject.startswith("Patient/"):
        raise ProblemError(422, "The resource names its patient: Patient/… .", "no-patient")
    patient, ref, n = located(subject.removeprefix("Patient/"))
    where = compartments_of(kind) if patient and not n else ()
    given = show(caller, Action.WRITE, patient, ref, where, compartments_of(kind))
    if given is None:
        raise absent()
    return stored_answer(request, store.create(given, resource, caller.who, caller.request_id), 201)


def update(request: HttpRequest, caller: Caller, kind: str, id_: str) -> HttpResponse:
    """Update a resource (3.1.0.4). Of a Patient, the compartments that the body holds are replaced; the others stay.

    Raises:
        ProblemError: 400, 404, 415; 428 without ``If-Match``.
        RefusedByGateError: the gate says no.
        StaleError: it has changed since (412).
    """
    offered(kind, "update")
    version = if_match(request)
    resource = body(request, kind)
    if resource.get("id") != id_:
        raise bad("The id in the body is the one in the address.", "id")
    patient, ref, n = located(id_)
    held = compartments_in(kind, resource) if patient and held_now(patient.pk, kind, n) else ()
    given = show(caller, Action.WRITE, patient, ref, held, compartments_of(kind))
    if given is None:
        raise absent()
    stored = store.update(given, n, resource, version, caller.who, caller.request_id)
    return stored_answer(request, stored, 200)


def compartments_in(kind: str, resource: Resource) -> tuple[Compartment, ...]:
    """Return the compartments that a body speaks of."""
    if kind != "Patient":
        return compartments_of(kind)
    named = {patient_compartment(member) for member in resource if member not in NOT_A_MEMBER}
    return tuple(where for where in compartments_of(kind) if where in named) or (Compartment.IDENTITY,)


def if_match(request: HttpRequest) -> int:
    """Return the version that an update replaces.

    Raises:
        ProblemError: 428, it is not named; 400, it is not a version.
    """
    named = request.META.get("HTTP_IF_MATCH")
    if named is None:
        raise ProblemError(428, 'Say which version you change: If-Match: W/"…".', "if-match")
    found = IF_MATCH.match(named.strip())
    if found is None:
        raise bad('If-Match is the ETag that was read, such as W/"3".', "if-match")
    return int(found[1])


def body(request: HttpRequest, kind: str) -> Resource:
    """Return the resource in the body.

    Raises:
        ProblemError: 415, not JSON by its header; 400, not a resource of the type in the address.
    """
    if request.content_type not in BODY_TYPES:
        raise ProblemError(415, f"Send {FHIR_JSON}.", "content-type")
    try:
        resource: dict[str, Any] = vault.decode(request.body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise bad("The body is not a JSON object.", "not-json") from None
    if resource.get("resourceType") != kind:
        raise bad("The type in the body is the one in the address.", "type")
    return resource
