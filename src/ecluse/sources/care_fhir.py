"""Facts of care from FHIR: Encounter, Appointment, CareTeam, ServiceRequest, Patient; NDJSON, Bundle, array or single.

They say why an account, or everybody of a unit, may need a patient's record. Patients and practitioners also give what
relates patients to staff, kept as keyed hashes only.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from ecluse.core.events import Event
from ecluse.sources import fhir_json
from ecluse.sources.base import Context, Story, Tally
from ecluse.sources.care_facts import NOT_DONE, NotCareError, facts
from ecluse.sources.care_shape import READ, CareResource
from ecluse.sources.fhir_json import UNREADABLE
from ecluse.sources.opening import stream

STORY = Story(
    name="care_fhir",
    title="Care facts in FHIR",
    reads="Encounter, Appointment, CareTeam, ServiceRequest, Patient (R4, R5) as NDJSON, Bundle, array or file.",
    shows=(
        "stays, appointments, teams and orders: why somebody may open a record",
        "treating doctors",
        "what relates patients to staff (names, address, telephone: kept only as keyed hashes)",
    ),
    blind=(
        "who wrote an encounter or an appointment: a relation forged by its own user looks like any other",
        "work without a resource: telephone advice, help between wards, coding and billing",
    ),
)
SURE, MIXED = 85, 50
_decode = msgspec.json.Decoder(CareResource).decode


def sniff(path: Path, head: bytes) -> int:  # noqa: ARG001 - the interface of readers
    """Say how surely ``head`` is facts of care."""
    found = fhir_json.types(head)
    if "AuditEvent" in found or not READ & found:
        return 0
    return SURE if READ - {"Patient", "Practitioner"} & found else MIXED


def read(path: Path, tally: Tally, context: Context) -> Iterator[Event]:  # noqa: ARG001 - the interface of readers
    """Yield the facts of ``path``."""
    with stream(path) as file:
        lines = fhir_json.by_line(file.read(fhir_json.SAMPLE))
    found = fhir_json.lines(path, tally) if lines else fhir_json.walked(path, tally)
    for number, one in found:
        try:
            resource = _decode(one) if isinstance(one, bytes) else fhir_json.convert(one, CareResource)
        except UNREADABLE as error:
            _not_read(one, error, tally, path, number)
            continue
        yield from _facts(resource, tally, path, number)


def _not_read(one: object, error: BaseException, tally: Tally, path: Path, number: int) -> None:
    """Reject what does not fit, unless it is of a type that is not read anyway."""
    if isinstance(one, bytes):
        kind = next(iter(fhir_json.types(one[:4096])), "")
    else:
        kind = str(one.get("resourceType", "")) if isinstance(one, dict) else ""
    if kind and kind not in READ:
        tally.skip("a resource that tells nothing of care")
    else:
        tally.reject(path, number, fhir_json.reason(error))


def _facts(resource: CareResource, tally: Tally, path: Path, number: int) -> Iterator[Event]:
    if resource.resource not in READ:
        tally.skip("a resource that tells nothing of care")
    elif resource.status in NOT_DONE:
        tally.skip("did not take place")
    else:
        try:
            yield from facts(resource)
        except NotCareError as error:
            tally.reject(path, number, f"{resource.resource}: {error}")
