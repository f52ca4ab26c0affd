"""One entry of the trace as a FHIR R4 AuditEvent of its BALP profile (IHE ITI Basic Audit Log Patterns 1.1).

BALP's profiles are of successes; what was refused follows its pattern without claiming the profile, with its outcome.
The words of a search are not in the trace, so the query entity says which interaction it was and nothing of its terms.
"""

import base64
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ecluse.core.words import Action, Purpose
from ecluse.respond.audit_out.kinds import BALP, DCM, SUCCESS, Code, Kind, kind_of, outcome_of
from ecluse.safe.entry import Entry

Json = dict[str, Any]

ENTITY = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
REQUEST_ID = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
ACCOUNTS, PROFESSIONS, SESSIONS = "urn:ecluse:account", "urn:ecluse:profession", "urn:ecluse:session"
SOURCE_ROLE = Code(DCM, "110153", "Source Role ID")
DESTINATION_ROLE = Code(DCM, "110152", "Destination Role ID")
READER = Code(PARTICIPATION, "IRCP", "information recipient")
AUTHOR = Code(PARTICIPATION, "AUT", "Author")
CUSTODIAN = Code(PARTICIPATION, "CST", "Custodian")
USERS = {"C": AUTHOR, "U": AUTHOR, "D": CUSTODIAN}
QUERIES = {Action.SEARCH: "POST Patient/_search", Action.LIST: "GET Patient"}
ANSWERING = frozenset({"R"})  # BALP: the server is the source of a read, the destination of all else


class Site(NamedTuple):
    """Who records: name of the establishment, origin of its trace, where it answers; ``test`` marks test data."""

    name: str
    origin: str
    address: str
    test: bool = False


def audit_event(entry: Entry, site: Site) -> Json:
    """Return ``entry`` as an AuditEvent; its id is that of the entry, ``entry-SEQUENCE``."""
    kind, outcome = kind_of(entry), outcome_of(entry)
    meta: Json = {}
    if kind.profile and outcome == SUCCESS:
        meta["profile"] = [BALP + kind.profile]
    if site.test:
        meta["security"] = [{"system": REASON, "code": "HTEST"}]
    event: Json = {
        "resourceType": "AuditEvent",
        "id": f"entry-{entry.seq}",
        **({"meta": meta} if meta else {}),
        "type": coding(kind.type),
        "subtype": [coding(one) for one in kind.subtypes],
        "action": kind.letter,
        "recorded": instant(entry.at),
        "outcome": outcome,
        "agent": agents(entry, kind, site),
        "source": {
            "site": site.name,
            "observer": observer(site),
            "type": [
                {"system": "http://terminology.hl7.org/CodeSystem/security-source-type", "code": "4"},
            ],
        },
    }
    if entry.rule and outcome != SUCCESS:
        event["outcomeDesc"] = f"{entry.decision.value}: {entry.rule}"
    if entry.purpose is not None:
        event["purposeOfEvent"] = [purpose(entry.purpose)]
    if found := entities(entry, kind):
        event["entity"] = found
    return event


def instant(at: datetime) -> str:
    """Return a FHIR instant, UTC, to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def coding(code: Code) -> Json:
    """Return a Coding."""
    return {"system": code.system, "code": code.code, "display": code.display}


def concept(code: Code) -> Json:
    """Return a CodeableConcept."""
    return {"coding": [coding(code)]}


def purpose(word: Purpose) -> Json:
    """Return a purpose of use (HL7 v3 ActReason)."""
    return {"coding": [{"system": REASON, "code": word.value}]}


def observer(site: Site) -> Json:
    """Return what recorded the event."""
    return {"identifier": {"system": "urn:ecluse:origin", "value": site.origin}}


def agents(entry: Entry, kind: Kind, site: Site) -> list[Json]:
    """Return client, server and user, in the roles that the profile gives them."""
    answers = kind.letter in ANSWERING and kind.profile != "PrivacyDisclosure.Source"
    server = SOURCE_ROLE if answers or kind.profile == "PrivacyDisclosure.Source" else DESTINATION_ROLE
    client = DESTINATION_ROLE if server is SOURCE_ROLE else SOURCE_ROLE
    return [
        {
            "type": concept(client),
            "who": {"display": entry.workstation or entry.address or "unknown"},
            "requestor": False,
            "network": {"address": entry.address, "type": "2"}
            if entry.address
            else {"address": entry.workstation or "unknown", "type": "1"},
        },
        {
            "type": concept(server),
            "who": observer(site),
            "requestor": False,
            "network": {"address": site.address, "type": "5"},
        },
        user(entry, kind),
    ]


def user(entry: Entry, kind: Kind) -> Json:
    """Return who did it: account, profession, purpose; the session as the keyed hash that the trace keeps."""
    agent: Json = {
        "type": concept(USERS.get(kind.letter, READER)),
        "who": {"identifier": {"system": ACCOUNTS, "value": entry.account or "unknown"}},
        "requestor": True,
    }
    if entry.profession:
        agent["role"] = [{"coding": [{"system": PROFESSIONS, "code": entry.profession}]}]
    if entry.session:
        agent["policy"] = [f"{SESSIONS}:{entry.session}"]
    if entry.purpose is not None:
        agent["purposeOfUse"] = [purpose(entry.purpose)]
    return agent


def entities(entry: Entry, kind: Kind) -> list[Json]:
    """Return what it was about: data or query, the patient, the request it belongs to."""
    found: list[Json] = []
    if entry.patient and kind.profile:
        found.append(queried(entry) if kind.profile == "PatientQuery" else held(entry))
    if entry.patient:
        who = {"reference": f"Patient/{entry.patient}"}
        found.append({"type": entity("1", "Person"), "role": role("1", "Patient"), "what": who, "detail": data(entry)})
        if not entry.compartments:
            del found[-1]["detail"]
    if entry.target:
        about = {"identifier": {"value": entry.target}}
        found.append({"type": entity("4", "Other"), "role": role("13", "Security Resource"), "what": about})
    if entry.request:
        found.append(
            {
                "type": {"system": REQUEST_ID, "code": "XrequestId"},
                "what": {"identifier": {"value": entry.request}},
            }
        )
    return found


def held(entry: Entry) -> Json:
    """Return the data entity: which compartments of the patient's record."""
    report = entry.action in {Action.EXPORT, Action.PRINT}
    return {
        "type": entity("2", "System Object"),
        "role": role("3", "Report") if report else role("4", "Domain Resource"),
        "what": {"reference": f"Patient/{entry.patient}"},
    }


def queried(entry: Entry) -> Json:
    """Return the query entity: the interaction, without its words."""
    asked = QUERIES[entry.action]
    return {
        "type": entity("2", "System Object"),
        "role": role("24", "Query"),
        "description": asked,
        "query": base64.b64encode(asked.encode()).decode(),
    }


def data(entry: Entry) -> list[Json]:
    """Return the categories of data shown, one detail each."""
    return [{"type": "compartment", "valueString": word.value} for word in entry.compartments]


def entity(code: str, words: str) -> Json:
    """Return a type of entity."""
    return {"system": ENTITY, "code": code, "display": words}


def role(code: str, words: str) -> Json:
    """Return a role of an entity."""
    return {"system": ROLE, "code": code, "display": words}
