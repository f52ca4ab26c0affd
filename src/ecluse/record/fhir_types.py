"""The closed table of FHIR types.

Which compartment each belongs to, how a Patient is split, how references are written.

A type that is not listed is refused. Sources: HL7 FHIR R4 (4.0.1), the compartments of ``core/words.py``.
"""

import re
from collections.abc import Iterator
from typing import Any

from ecluse.core.words import Compartment

Resource = dict[str, Any]

IDENTITY, CONTACT, COVERAGE, CARE, CLINICAL = Compartment

# Type -> its compartment. A Patient is split (see PATIENT_CONTACT and PATIENT_CARE below).
PATIENT_TYPES: dict[str, Compartment] = {
    "Patient": IDENTITY,
    "RelatedPerson": CONTACT,
    "Coverage": COVERAGE,
    "Claim": COVERAGE,
    "ExplanationOfBenefit": COVERAGE,
    "Encounter": CARE,
    "Appointment": CARE,
    "CareTeam": CARE,
    "AllergyIntolerance": CLINICAL,
    "CarePlan": CLINICAL,
    "Condition": CLINICAL,
    "DiagnosticReport": CLINICAL,
    "DocumentReference": CLINICAL,
    "Goal": CLINICAL,
    "ImagingStudy": CLINICAL,
    "Immunization": CLINICAL,
    "MedicationRequest": CLINICAL,
    "Observation": CLINICAL,
    "Procedure": CLINICAL,
    "ServiceRequest": CLINICAL,
}
BINARY = "Binary"
DIRECTORY_TYPES = frozenset({"Practitioner", "PractitionerRole", "Organization", "Location", "Medication"})
TYPES = frozenset({*PATIENT_TYPES, *DIRECTORY_TYPES})

# Members of a Patient that live elsewhere than in identity.
PATIENT_CONTACT = frozenset({"telecom", "address", "contact"})
PATIENT_CARE = frozenset({"generalPractitioner", "managingOrganization"})
PATIENT_COMPARTMENTS = (IDENTITY, CONTACT, CARE)

# Where a type names its patient.
SUBJECT: dict[str, str] = dict.fromkeys(PATIENT_TYPES, "subject") | {
    "RelatedPerson": "patient",
    "Coverage": "beneficiary",
    "Claim": "patient",
    "ExplanationOfBenefit": "patient",
    "AllergyIntolerance": "patient",
    "Immunization": "patient",
    "Appointment": "participant",
}

ID = re.compile(r"^([0-9a-f]{32})(?:-([1-9][0-9]{0,8}))?$")
SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}

# Attachments whose inline data becomes a sealed file of its own.
ATTACHMENTS = {"DocumentReference": "content", "DiagnosticReport": "presentedForm"}

# Systems of French patient identifiers (law: matricule INS and its OIDs, ANS; .10 and .11 are test and demonstration).
INS_OIDS = tuple(f"1.2.250.1.213.1.4.{last}" for last in (8, 9, 10, 11))
INS_SYSTEMS = frozenset({f"urn:oid:{oid}" for oid in INS_OIDS})
MADE_UP_SYSTEMS = frozenset({f"urn:oid:{oid}" for oid in INS_OIDS[2:]})
IPP_TYPE = "PI"


def fhir_id(ref: str, n: int) -> str:
    """Return the FHIR id of resource ``n`` (0: the Patient itself) of patient ``ref``."""
    return f"{ref}-{n}" if n else ref


def parse_id(identifier: str) -> tuple[str, int] | None:
    """Return the patient's reference and the number that a FHIR id of ours names; None for any other id."""
    found = ID.match(identifier)
    return (found[1], int(found[2] or 0)) if found else None


def compartments_of(kind: str) -> tuple[Compartment, ...]:
    """Return the compartments a resource of type ``kind`` may hold.

    Raises:
        KeyError: the type is not about a patient, or not kept.
    """
    if kind == BINARY:
        return (IDENTITY, CLINICAL)
    return PATIENT_COMPARTMENTS if kind == "Patient" else (PATIENT_TYPES[kind],)


def types_in(compartment: Compartment) -> frozenset[str]:
    """Return the types that may hold data of ``compartment``."""
    kept = {kind for kind, where in PATIENT_TYPES.items() if where == compartment}
    return frozenset(kept | ({"Patient"} if compartment in PATIENT_COMPARTMENTS else set()))


def split(kind: str, resource: Resource) -> dict[Compartment, Resource]:
    """Cut a resource into one body a compartment; only compartments that hold something.

    ``resourceType``, ``id``, ``meta.versionId`` and ``meta.lastUpdated`` are left out: they are known from the row.
    """
    body = {name: value for name, value in resource.items() if name not in {"resourceType", "id", "meta"}}
    meta = {k: v for k, v in resource.get("meta", {}).items() if k not in {"versionId", "lastUpdated"}}
    if meta:
        body["meta"] = meta
    if kind != "Patient":
        return {PATIENT_TYPES[kind]: body}
    parts: dict[Compartment, Resource] = {IDENTITY: {}, CONTACT: {}, CARE: {}}
    for name, value in body.items():
        parts[patient_compartment(name)][name] = value
    return {where: part for where, part in parts.items() if part or where == IDENTITY}


def patient_compartment(member: str) -> Compartment:
    """Return the compartment of one member of a Patient (``_member`` goes with ``member``)."""
    name = member.lstrip("_")
    if name in PATIENT_CONTACT:
        return CONTACT
    return CARE if name in PATIENT_CARE else IDENTITY


def subject_of(resource: Resource) -> str:
    """Return the reference by which ``resource`` names its patient, or an empty string."""
    named = resource.get(SUBJECT.get(resource.get("resourceType", ""), ""))
    if isinstance(named, list):
        actors = (entry.get("actor", {}).get("reference", "") for entry in named if isinstance(entry, dict))
        return next((actor for actor in actors if is_patient(actor)), "")
    return str(named.get("reference", "")) if isinstance(named, dict) else ""


def key_of(reference: str) -> str:
    """Return ``Type/id`` of a literal reference (relative, absolute, or of one version).

    ``urn:uuid:`` ones as they are.
    """
    if reference.count("/") == 1 or reference.startswith(("urn:", "#")):
        return reference
    return "/".join(reference.partition("/_history/")[0].rsplit("/", 2)[-2:])


def is_patient(reference: str) -> bool:
    """Tell whether a literal reference can name a Patient."""
    return reference.startswith(("Patient/", "urn:uuid:")) or "/Patient/" in reference


def references(node: object) -> Iterator[str]:
    """Yield every literal reference inside ``node``."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "reference" and isinstance(value, str):
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)
