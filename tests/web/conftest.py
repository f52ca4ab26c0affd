"""Patients and people for the tests of pages: a real safe, Django's test client, and a hospital of one patient."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from ecluse.accounts.models import Account
from ecluse.accounts.testing import person, sign_in
from ecluse.core.words import Ground, Purpose
from ecluse.gate.access import Pass, Wanted
from ecluse.record import line, terms, writing
from ecluse.record.fhir_types import split
from ecluse.record.models import Patient, Token, new_ref, now_ms
from ecluse.record.vault import Row
from ecluse.safe.client import SafeClient
from ecluse.safe.protocol import Newcomer, Who

IMPORTER = Who(account="import", profession="interface-service", session="seed", acr="aal2", amr=("token",))
ODILE: dict[str, Any] = {
    "resourceType": "Patient",
    "name": [{"use": "official", "family": "LEFEBVRE", "given": ["Odile"]}],
    "gender": "female",
    "birthDate": "1939-07-25",
    "telecom": [{"system": "phone", "use": "mobile", "value": "06 39 98 00 17"}],
    "address": [{"line": ["3 quai de l’Écluse"], "city": "Valbreuse"}],
    "generalPractitioner": [{"display": "Dr Fabre"}],
}
STAY: dict[str, Any] = {
    "resourceType": "Encounter",
    "status": "in-progress",
    "class": {"code": "IMP"},
    "period": {"start": "2026-01-01T08:00:00Z"},
    "serviceProvider": {"identifier": {"system": "urn:ecluse:unit", "value": "CARD"}, "display": "Cardiologie"},
}
DRUG: dict[str, Any] = {
    "resourceType": "MedicationRequest",
    "status": "active",
    "intent": "order",
    "medicationCodeableConcept": {"text": "Bisoprolol 5 mg"},
    "authoredOn": "2026-01-02",
}
COVER: dict[str, Any] = {
    "resourceType": "Coverage",
    "status": "active",
    "payor": [{"display": "Mutuelle du Halage"}],
    "period": {"start": "2023-01-01"},
}
As = Callable[..., Client]


@pytest.fixture
def importer(safe: SafeClient, db: None) -> Account:
    """Enrol the service that brings records in."""
    return person("import", "interface-service", service=True)


@pytest.fixture
def odile(importer: Account) -> str:
    """Write a patient who stays in cardiology; return the reference."""
    person("somebody.there", "nurse", units=["CARD"])
    return written(ODILE, STAY, DRUG, COVER)


@pytest.fixture
def stranger(importer: Account) -> str:
    """Write a patient nobody takes care of; return the reference."""
    return written({**ODILE, "name": [{"use": "official", "family": "MERCIER", "given": ["Théo"]}]}, DRUG)


def written(patient: dict[str, Any], *care: dict[str, Any]) -> str:
    """Write a new patient with their care, as an import does."""
    newcomer = Newcomer(patient=new_ref(), terms=terms.of_patient(patient))
    [birth] = line.create(IMPORTER, Purpose.TREATMENT, (newcomer,), "seed")
    row = Patient.objects.create(ref=newcomer.patient, salt=birth.salt)
    granted = Pass(Wanted(row.pk, row.ref, birth.salt, tuple(birth.keys)), birth.keys, Ground.UNEXPLAINED, None, 0)
    for compartment, body in split("Patient", patient).items():
        writing.add_part(granted, Row(0, "Patient", 1, compartment, now_ms(), False, b""), body)
    Token.objects.bulk_create([Token(token=token, patient_id=row.pk) for token in set(birth.tokens)])
    for resource in care:
        writing.create(granted, resource, IMPORTER, "seed")
    return row.ref


@pytest.fixture
def someone(safe: SafeClient, db: None) -> As:
    """Sign somebody in: `someone("nurse", units=["CARD"])` gives their browser."""

    def signed_in(profession: str, *, units: tuple[str, ...] = (), name: str = "") -> Client:
        username = name or f"w.{profession}"
        account = person(username, profession, units=units)
        return sign_in(Client(), account, profession)

    return signed_in
