"""The CapabilityStatement (FHIR R4 4.0.1): what this interface can do, built from the same tables that decide it."""

from functools import cache
from typing import Any

from ecluse import __version__
from ecluse.record.api.outcome import FHIR_JSON
from ecluse.record.api.params import FILTERS, PATIENT_WORDS
from ecluse.record.api.table import INTERACTIONS

FHIR_VERSION = "4.0.1"
PUBLISHED = "2026-11-22"
SECURITY = (
    "SMART Backend Services with DPoP for interface services, the site's own session for people. "
    "Every read, search result and $everything is decided and "
    "traced patient by patient before it is answered. "
    "A 401 with insufficient_user_authentication asks for a fresh proof (RFC 9470). "
    "Break-glass and export are not offered here: they need a person in front of a page."
)
NAME_SEARCH = (
    "Only by POST to Patient/_search, so that no name stands in an address. At most 20 results, never a next page."
)

AUDIT = {
    "type": "AuditEvent",
    "documentation": (
        "The access trace (IHE ITI-81, BALP), for the security officer, the data protection officer and the services "
        "that a setting names. At least one of the parameters; so many entries an hour, then 429."
    ),
    "interaction": [{"code": "search-type"}],
    "searchParam": [
        {"name": "patient", "type": "reference"},
        {"name": "agent", "type": "token", "documentation": "The login name of an account."},
        {"name": "date", "type": "date"},
    ],
}
"""What ``respond.audit_out`` answers beside the record."""


def search_parameters(kind: str) -> list[dict[str, str]]:
    """Return the search parameters of one type as the statement lists them."""
    if kind == "Patient":
        kinds = {"identifier": "token", "birthdate": "date"}
        return [
            {"name": word, "type": kinds.get(word, "string"), "documentation": NAME_SEARCH} for word in PATIENT_WORDS
        ]
    if "search-type" not in INTERACTIONS[kind]:
        return []
    patient = {"name": "patient", "type": "reference", "documentation": "Required: one patient at a time."}
    return [patient] + [{"name": name, "type": rule.kind} for name, rule in FILTERS.get(kind, {}).items()]


def resource(kind: str) -> dict[str, Any]:
    """Return what the statement says about one type."""
    said: dict[str, Any] = {
        "type": kind,
        "interaction": [{"code": code} for code in sorted(INTERACTIONS[kind])],
        "versioning": "versioned-update" if "update" in INTERACTIONS[kind] else "no-version",
        "readHistory": "history-instance" in INTERACTIONS[kind],
        "updateCreate": False,
        "conditionalCreate": False,
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
    }
    if parameters := search_parameters(kind):
        said["searchParam"] = parameters
    if kind == "Patient":
        definition = "http://hl7.org/fhir/OperationDefinition/Patient-everything"
        said["operation"] = [{"name": "everything", "definition": definition}]
    return said


@cache
def statement() -> dict[str, Any]:
    """Return the CapabilityStatement."""
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": PUBLISHED,
        "kind": "instance",
        "software": {"name": "Écluse", "version": __version__},
        "implementation": {"description": "Patient records that a stolen account cannot empty"},
        "fhirVersion": FHIR_VERSION,
        "format": [FHIR_JSON, "json"],
        "rest": [
            {
                "mode": "server",
                "security": {"cors": False, "description": SECURITY},
                "resource": [*(resource(kind) for kind in INTERACTIONS), AUDIT],
            }
        ],
    }
