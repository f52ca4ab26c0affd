"""FHIR AuditEvent: R4 (BALP, HAPI, Medplum and others), R5, its early draft, STU3; NDJSON, Bundle, array or single.

1. Every event is an access for each patient it names, or something that happened to an account, or is counted as
   skipped (machines starting, …) or rejected with its reason.
2. An event that failed or was refused is an attempt: it names its patient, and shows nothing (``shown`` is 0).
3. Search words, names and clear texts of the event are never decoded into what is kept; a session is known by a digest
   of its token.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from ecluse.core.events import Event
from ecluse.sources import fhir_json
from ecluse.sources.audit_codes import Skip
from ecluse.sources.audit_event_parts import WrongError, events
from ecluse.sources.audit_event_shape import AuditEvent
from ecluse.sources.base import Context, Story, Tally
from ecluse.sources.fhir_json import UNREADABLE
from ecluse.sources.opening import stream

STORY = Story(
    name="audit_event",
    title="FHIR AuditEvent",
    reads="AuditEvent (R4: IHE BALP, HAPI, Medplum and others; R5; STU3) as NDJSON, Bundle, array or file.",
    shows=(
        "who read, searched, changed or exported which patient's data, and when",
        "refused and failed attempts",
        "sign-ins and failed sign-ins, where the server logs them",
        "the client's address and device, where an agent names them",
    ),
    blind=(
        "how many patients a search displayed: BALP writes one event for each patient found, others none at all",
        "exports and $everything on servers that log only reads, searches and writes (HAPI's interceptor)",
        "patients behind resources that the event does not tie to a patient (Medplum)",
        "events that were never written: nothing in an AuditEvent shows a gap",
    ),
)
SURE = 95
_decode = msgspec.json.Decoder(AuditEvent).decode


def sniff(path: Path, head: bytes) -> int:  # noqa: ARG001 - the interface of readers
    """Say how surely ``head`` is FHIR AuditEvents."""
    found = fhir_json.types(head)
    if "AuditEvent" in found:
        return SURE
    return 0


def read(path: Path, tally: Tally, context: Context) -> Iterator[Event]:  # noqa: ARG001 - the interface of readers
    """Yield the events of ``path``."""
    with stream(path) as file:
        lines = fhir_json.by_line(file.read(fhir_json.SAMPLE))
    yield from _by_line(path, tally) if lines else _walked(path, tally)


def _by_line(path: Path, tally: Tally) -> Iterator[Event]:
    for number, line in fhir_json.lines(path, tally):
        try:
            event = _decode(line)
        except UNREADABLE:
            found = _second_try(line)
            if isinstance(found, str):
                if found in NOT_MINE:
                    tally.skip(found)
                else:
                    tally.reject(path, number, found)
                continue
            event = found
        if event.resource == "AuditEvent":
            yield from _events(event, tally, path, number)
        else:
            tally.skip(NOT_AN_EVENT)


NOT_AN_EVENT = "not an AuditEvent"
OTHER_LOG = "a line of another log"
NOT_MINE = frozenset({NOT_AN_EVENT, OTHER_LOG})


def _second_try(line: bytes) -> AuditEvent | str:
    """Read a line that did not fit at once: a prefix before the JSON, nulls, numbers where text belongs.

    Returns why it cannot be read when it cannot.
    """
    begin = line.find(b"{")
    if b'"AuditEvent"' not in line and not line.lstrip().startswith(b"{"):
        return OTHER_LOG
    try:
        found = msgspec.json.decode(line[max(begin, 0) :])
        if not isinstance(found, dict) or found.get("resourceType") != "AuditEvent":
            return NOT_AN_EVENT
        return fhir_json.convert(found, AuditEvent)
    except UNREADABLE as error:
        return fhir_json.reason(error)


def _walked(path: Path, tally: Tally) -> Iterator[Event]:
    for number, found in fhir_json.walked(path, tally):
        if found.get("resourceType") != "AuditEvent":
            tally.skip(NOT_AN_EVENT)
            continue
        try:
            event = fhir_json.convert(found, AuditEvent)
        except UNREADABLE as error:
            tally.reject(path, number, fhir_json.reason(error))
            continue
        yield from _events(event, tally, path, number)


def _events(event: AuditEvent, tally: Tally, path: Path, number: int) -> Iterator[Event]:
    try:
        told = events(event, path.name, -number)
        if isinstance(told, Skip):
            tally.skip(told)
        else:
            yield from told
    except WrongError as error:
        tally.reject(path, number, str(error))
