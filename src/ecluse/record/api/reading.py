"""Reading one resource: as it is, as it was, its history, and a document's bytes.

The id of a resource names its patient, so the patient is known before anything is looked up.
"""

import base64

from django.http import HttpRequest, HttpResponse

from ecluse.core.words import Action, Compartment
from ecluse.gate.access import Pass
from ecluse.record import directory, files, line, store
from ecluse.record.api import bundles, hot
from ecluse.record.api.caller import Caller, caller_of, token_of
from ecluse.record.api.door import check_format, not_offered
from ecluse.record.api.outcome import ALWAYS, ProblemError, absent, answer
from ecluse.record.api.reply import base, shown_answer
from ecluse.record.api.showing import show
from ecluse.record.api.splice import opened
from ecluse.record.api.table import INTERACTIONS
from ecluse.record.fhir_types import BINARY, DIRECTORY_TYPES, PATIENT_TYPES, compartments_of, parse_id
from ecluse.record.models import File, Part, Patient

FHIR_IN_ACCEPT = "fhir+json"


def read(request: HttpRequest, kind: str, id_: str) -> HttpResponse:
    """Read a resource (FHIR R4, 3.1.0.2).

    A service reading a patient's resource goes the hot way, which asks who it is by itself.
    """
    place = parse_id(id_)
    token = token_of(request) if place and kind in PATIENT_TYPES else None
    if token and place:
        check_format(request)
        return shown_answer(hot.read(request, token, kind, *place))
    caller = caller_of(request)
    offered(kind, "read")
    if kind in DIRECTORY_TYPES:
        return entry(caller, kind, id_)
    if kind == BINARY:
        return file(request, caller, id_)
    check_format(request)
    patient, ref, n = located(id_)
    held = held_now(patient.pk, kind, n) if patient else ()
    given = show(caller, Action.READ, patient, ref, held, compartments_of(kind))
    rows = [row for row in store.current_parts(given.wanted.pk, n=n) if row.type == kind] if given else []
    if given is None or not rows:
        raise absent()
    return shown_answer(opened(given, rows))


def offered(kind: str, interaction: str) -> None:
    """Check that a type is kept and the interaction listed for it.

    Raises:
        ProblemError: 404, no such type; 405, not this with it.
    """
    listed = INTERACTIONS.get(kind)
    if listed is None:
        raise ProblemError(
            404,
            "This type of resource is not kept here; /fhir/metadata lists those that are.",
            "no-type",
            issue="not-supported",
        )
    if interaction not in listed:
        raise not_offered("GET")


def located(id_: str) -> tuple[Patient | None, str, int]:
    """Return the patient that an id names (None when nobody is), the patient's reference and the resource's number.

    Raises:
        ProblemError: 404, an id that could not be one of ours.
    """
    place = parse_id(id_)
    if place is None:
        raise absent()
    ref, n = place
    return store.patient_by_ref(ref), ref, n


def held_now(patient_pk: int, kind: str, n: int) -> tuple[Compartment, ...]:
    """Return the compartments in which a resource exists now."""
    found = Part.objects.filter(patient_id=patient_pk, n=n, type=kind, current=True, deleted=False)
    return tuple(Compartment(word) for word in found.values_list("compartment", flat=True))


def held_ever(patient_pk: int, kind: str, n: int) -> tuple[Compartment, ...]:
    """Return the compartments in which a resource exists or existed."""
    found = Part.objects.filter(patient_id=patient_pk, n=n, type=kind)
    return tuple(Compartment(word) for word in sorted(set(found.values_list("compartment", flat=True))))


def past(caller: Caller, kind: str, id_: str) -> tuple[Pass, int]:
    """Ask for the past of a resource.

    Raises:
        ProblemError: 404 or 405.
        RefusedByGateError: the gate says no.
    """
    offered(kind, "vread")
    patient, ref, n = located(id_)
    held = held_ever(patient.pk, kind, n) if patient else ()
    given = show(caller, Action.HISTORY, patient, ref, held, compartments_of(kind))
    if given is None:
        raise absent()
    return given, n


def vread(request: HttpRequest, caller: Caller, kind: str, id_: str, version: str) -> HttpResponse:  # noqa: ARG001
    """Read one version of a resource (3.1.0.3)."""
    given, n = past(caller, kind, id_)
    resource = store.read(given, n, int(version)) if version.isascii() and version.isdigit() else None
    if resource is None:
        raise absent()
    return answer(resource, headers={"ETag": f'W/"{resource["meta"]["versionId"]}"'})


def history(request: HttpRequest, caller: Caller, kind: str, id_: str) -> HttpResponse:
    """Read all versions of a resource (3.1.0.11)."""
    given, n = past(caller, kind, id_)
    return answer(bundles.history(base(request), store.history(given, n)))


def entry(caller: Caller, kind: str, id_: str) -> HttpResponse:
    """Read a practitioner, an organisation, a location: nothing about a patient, sealed and traced all the same.

    The safe is asked each time, though this process has the key already: a locked caller reads nothing.
    """
    line.directory_key(caller.who, caller.request_id)
    resource = directory.get(id_, caller.who, caller.request_id) if parse_id(id_) else None
    if resource is None or resource["resourceType"] != kind:
        raise absent()
    return answer(resource, headers={"ETag": f'W/"{resource["meta"]["versionId"]}"'})


def file(request: HttpRequest, caller: Caller, id_: str) -> HttpResponse:
    """Read the bytes of a document (Binary, 2.40): as they are, never shown in place by a browser."""
    patient, ref, n = located(id_)
    found = File.objects.filter(patient_id=patient.pk, n=n).values_list("compartment", flat=True) if patient else ()
    held = tuple(Compartment(word) for word in found)
    given = show(caller, Action.READ, patient, ref, held, (Compartment.CLINICAL,))
    if given is None:
        raise absent()
    media, data = files.read(given, n)
    if FHIR_IN_ACCEPT in request.META.get("HTTP_ACCEPT", ""):
        text = base64.b64encode(data).decode("ascii")
        return answer({"resourceType": BINARY, "id": id_, "contentType": media, "data": text})
    headers = {**ALWAYS, "Content-Disposition": "attachment", "Content-Security-Policy": "sandbox"}
    return HttpResponse(data, content_type=media, headers=headers)
