"""The hospital's own numbers of exposed patients (IPP), for who may know them: one question to the gate a patient.

The gate decides, the safe traces and counts: this is a list like any other, with its caps. A patient whom this person
may not be shown has no number here.
"""

from collections.abc import Sequence

from ecluse.core.words import Action, Compartment, Purpose
from ecluse.gate.access import Access, Pass, Wanted
from ecluse.gate.ask import ask
from ecluse.record import store
from ecluse.record.fhir_types import Resource
from ecluse.record.models import Patient
from ecluse.safe.protocol import Who

IPP_TYPE = "PI"
PAGE = 20


def numbers(who: Who, refs: Sequence[str], purpose: Purpose, request_id: str) -> dict[str, str]:
    """Return reference → IPP of the patients that the gate lets ``who`` see; the others are missing.

    Raises:
        SafeUnavailableError: nothing is shown.
    """
    patients = list(Patient.objects.filter(ref__in=refs).order_by("ref"))
    found: dict[str, str] = {}
    for first in range(0, len(patients), PAGE):
        wanted = tuple(named(patient) for patient in patients[first : first + PAGE])
        access = Access(who=who, action=Action.LIST, purpose=purpose, wanted=wanted, request_id=request_id)
        for granted in ask(access):
            if isinstance(granted, Pass) and (number := ipp(store.read(granted, 0))):
                found[granted.wanted.ref] = number
    return found


def named(patient: Patient) -> Wanted:
    """Ask for the identity and nothing else."""
    return store.wanted(patient, (Compartment.IDENTITY,))


def ipp(patient: Resource) -> str:
    """Return the IPP: the identifier of type PI (HL7 v2-0203), else of a system that says so."""
    for identifier in patient.get("identifier", ()):
        codes = {coding.get("code") for coding in identifier.get("type", {}).get("coding", ())}
        if IPP_TYPE in codes or "ipp" in str(identifier.get("system", "")).lower():
            return str(identifier.get("value", ""))
    return ""
