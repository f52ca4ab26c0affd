"""The list as a FHIR R4 Bundle: a List of the patients certainly exposed, then the AuditEvent of each access (BALP)."""

from typing import Any

from ecluse.respond.audit_out.balp import Site, audit_event, instant
from ecluse.respond.exposure.finding import Exposed, Exposure

CERTAINTY = "urn:ecluse:exposure"


def as_bundle(found: Exposure, site: Site) -> dict[str, Any]:
    """Return a Bundle of type collection. What is only possible is tagged so, and stands in no list."""
    moments = [entry.at for entry in found.certain]
    events = [(entry, "certain") for entry in found.certain] + [(one.entry, "possible") for one in found.possible]
    entries: list[dict[str, Any]] = [{"resource": listed(found, moments[-1].isoformat() if moments else "")}]
    for entry, kind in events:
        event = audit_event(entry, site)
        meta = event.setdefault("meta", {})
        meta["tag"] = [{"system": CERTAINTY, "code": kind}]
        entries.append({"fullUrl": f"urn:ecluse:entry:{entry.seq}", "resource": event})
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def listed(found: Exposure, date: str) -> dict[str, Any]:
    """Return the List of patients; its note is the signed head."""
    made: dict[str, Any] = {
        "resourceType": "List",
        "id": "exposure",
        "status": "current",
        "mode": "snapshot",
        "title": "Patients exposed",
        "note": [{"text": found.signed.note}],
        "entry": [member(one) for one in found.patients],
    }
    if date:
        made["date"] = date
    if not made["entry"]:
        del made["entry"]
        made["emptyReason"] = {
            "coding": [{"system": "http://terminology.hl7.org/CodeSystem/list-empty-reason", "code": "nilknown"}]
        }
    return made


def member(one: Exposed) -> dict[str, Any]:
    """Return one patient of the List: its compartments are the flag."""
    flags = [{"system": "urn:ecluse:compartment", "code": word.value} for word in one.compartments]
    flag = {"coding": flags, "text": " ".join(one.compartments)}
    return {"flag": flag, "date": instant(one.last), "item": {"reference": f"Patient/{one.patient}"}}
