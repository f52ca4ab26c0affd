"""The world's log as FHIR R4 AuditEvents (NDJSON), as a FHIR server would have written it: one event for each access.

Codes: DICOM PS3.16 CID 400, FHIR restful-interaction.

Left out: how many patients a list or a search displayed, and which of the two it was; workstations and sessions; and
what happened to accounts other than signing in and out, rights given and logs stopped.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed, Event
from ecluse.drill.logs.timeline import instant, timeline
from ecluse.drill.world.world import SOURCE, World

FILE = "accesses.ndjson"
DICOM, REST = "http://dicom.nema.org/resources/ontology/DCM", "http://hl7.org/fhir/restful-interaction"
TYPES = "http://terminology.hl7.org/CodeSystem/audit-event-type"
DEEDS = {
    Deed.READ: (REST, "read", "R"),
    Deed.HISTORY: (REST, "history-instance", "R"),
    Deed.SEARCH: (REST, "search-type", "E"),
    Deed.LIST: (REST, "search-type", "E"),
    Deed.PRINT: ("urn:ecluse:drill", "print", "R"),
    Deed.EVERYTHING: (REST, "$everything", "E"),
    Deed.WRITE: (REST, "update", "U"),
    Deed.CREATE: (REST, "create", "C"),
    Deed.DELETE: (REST, "delete", "D"),
    Deed.EXPORT: (REST, "$export", "E"),
    Deed.REPORT: ("urn:ecluse:drill", "report", "R"),
    Deed.BREAK_GLASS: (DICOM, "110127", "E"),
}
ACTS = {
    AccountAct.LOGIN: ("110122", "0"),
    AccountAct.LOGIN_FAILURE: ("110122", "8"),
    AccountAct.LOGOUT: ("110123", "0"),
    AccountAct.GRANT: ("110136", "0"),
    AccountAct.LOG_OFF: ("110133", "0"),
}


def write(world: World, folder: Path, more: Iterable[Event] = ()) -> list[Path]:
    """Write the log of ``world``, with ``more`` events laid over it, into ``folder``; return the file."""
    path = folder / FILE
    with path.open("wb") as file:
        for one in timeline(world, more):
            told = event(one)
            if told:
                file.write(msgspec.json.encode(told) + b"\n")
    return [path]


def event(one: Access | AccountEvent) -> dict[str, Any]:
    """Return the AuditEvent of ``one``, empty where such a log has none."""
    if isinstance(one, Access):
        system, code, action = DEEDS[one.deed]
        told = _told({"system": TYPES, "code": "rest"}, {"system": system, "code": code}, one)
        patient = {"what": {"identifier": {"value": one.patient}}, "type": {"code": "1"}, "role": {"code": "1"}}
        return {**told, "action": action, "outcome": "0", "entity": [patient] if one.patient else []}
    if one.act not in ACTS:
        return {}
    code, outcome = ACTS[one.act]
    told = _told({"system": DICOM, "code": "110114"}, {"system": DICOM, "code": code}, one)
    return {**told, "action": "E", "outcome": outcome}


def _told(kind: dict[str, str], special: dict[str, str], one: Access | AccountEvent) -> dict[str, Any]:
    agent: dict[str, Any] = {"who": {"identifier": {"value": one.account}}, "requestor": True}
    if one.address:
        agent["network"] = {"address": one.address, "type": "2"}
    return {
        "resourceType": "AuditEvent",
        "type": kind,
        "subtype": [special],
        "recorded": instant(one.at).isoformat(timespec="milliseconds"),
        "agent": [agent],
        "source": {"observer": {"display": SOURCE}},
    }
