"""What each action of the trace is called in the field: FHIR interactions, DICOM event codes, C R U D E.

Sources: HL7 FHIR R4 AuditEvent; IHE BALP 1.1 (profiles); DICOM PS3.16 CID 400 and 401; ISO 21089 lifecycle.
"""

from typing import NamedTuple

from ecluse.core.words import Action, Decision
from ecluse.safe.entry import Entry

REST = "http://terminology.hl7.org/CodeSystem/audit-event-type"
INTERACTION = "http://hl7.org/fhir/restful-interaction"
DCM = "http://dicom.nema.org/resources/ontology/DCM"
LIFECYCLE = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"
OURS = "urn:ecluse:action"
BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."


class Code(NamedTuple):
    """A code, its system and its words."""

    system: str
    code: str
    display: str


class Kind(NamedTuple):
    """What an entry is: event type, subtypes, one letter, BALP profile of a success, DICOM event and its type."""

    type: Code
    subtypes: tuple[Code, ...]
    letter: str
    profile: str
    dicom: Code
    dicom_type: Code | None = None


REST_TYPE = Code(REST, "rest", "Restful Operation")
RECORD = Code(DCM, "110110", "Patient Record")
QUERY = Code(DCM, "110112", "Query")
EXPORT = Code(DCM, "110106", "Export")
ALERT = Code(DCM, "110113", "Security Alert")
SIGN_IN = Code(DCM, "110114", "User Authentication")
ACTIVITY = Code(DCM, "110100", "Application Activity")
READ = Code(INTERACTION, "read", "read")


def _rest(word: str, letter: str, profile: str, dicom: Code = RECORD, *more: Code) -> Kind:
    return Kind(REST_TYPE, (*more, Code(INTERACTION, word, word)), letter, profile, dicom)


def _dicom(event: Code, code: str, words: str) -> Kind:
    special = Code(DCM, code, words)
    return Kind(event, (special,), "E", "", event, special)


KINDS: dict[Action, Kind] = {
    Action.READ: _rest("read", "R", "PatientRead"),
    Action.HISTORY: _rest("history-instance", "R", "PatientRead"),
    Action.PRINT: _rest("read", "R", "PatientRead", RECORD, Code(OURS, "print", "Print")),
    Action.EVERYTHING: _rest("read", "R", "PatientRead", RECORD, Code(OURS, "everything", "Whole record")),
    Action.SEARCH: _rest("search", "E", "PatientQuery", QUERY),
    Action.LIST: _rest("search", "E", "PatientQuery", QUERY, Code(OURS, "list", "Shown in a list")),
    Action.WRITE: _rest("update", "U", "PatientUpdate"),
    Action.CREATE: _rest("create", "C", "PatientCreate"),
    Action.ERASE: _rest("delete", "D", "PatientDelete"),
    Action.EXPORT: Kind(
        EXPORT,
        (Code(LIFECYCLE, "disclose", "Disclose Record Lifecycle Event"),),
        "R",
        "PrivacyDisclosure.Source",
        EXPORT,
    ),
    Action.BREAK_GLASS: _dicom(ALERT, "110127", "Emergency Override Started"),
    Action.LOGIN: _dicom(SIGN_IN, "110122", "Login"),
    Action.LOGIN_FAILURE: _dicom(SIGN_IN, "110122", "Login"),
    Action.LOGOUT: _dicom(SIGN_IN, "110123", "Logout"),
    Action.SESSION_END: _dicom(SIGN_IN, "110123", "Logout"),
    Action.GRANT: _dicom(ALERT, "110137", "User security Attributes Changed"),
    Action.REVOKE: _dicom(ALERT, "110137", "User security Attributes Changed"),
    Action.RAISE_CAP: _dicom(ALERT, "110137", "User security Attributes Changed"),
    Action.FACTOR: _dicom(ALERT, "110137", "User security Attributes Changed"),
    Action.LOCK: _dicom(ALERT, "110137", "User security Attributes Changed"),
    Action.UNLOCK: _dicom(ALERT, "110137", "User security Attributes Changed"),
    Action.START: _dicom(ACTIVITY, "110120", "Application Start"),
    Action.STOP: _dicom(ACTIVITY, "110121", "Application Stop"),
}
SUCCESS, MINOR, SERIOUS = "0", "4", "8"


def kind_of(entry: Entry) -> Kind:
    """Return what ``entry`` is called; an act that has no word of its own is an activity of the application."""
    found = KINDS.get(entry.action)
    if found is not None and (entry.patient or not found.profile):
        return found
    special = Code(OURS, entry.action.value, entry.action.value)
    return Kind(ACTIVITY, (special,), "E", "", ACTIVITY, special)


def outcome_of(entry: Entry) -> str:
    """Return the outcome: success; minor failure where more was asked for; serious failure where it was refused."""
    if entry.action is Action.LOGIN_FAILURE:
        return SERIOUS
    if entry.decision is Decision.ALLOW:
        return SUCCESS
    return SERIOUS if entry.decision is Decision.REFUSE else MINOR
