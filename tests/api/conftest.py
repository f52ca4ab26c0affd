"""A small cast, a patient of their unit, one of another, and the trace since the test began."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import pytest
from django.test import Client

from ecluse.accounts.models import Unit
from ecluse.accounts.testing import Bound, person, sign_in
from ecluse.core.words import DutyKind, Ground, Purpose
from ecluse.gate.access import Pass, Wanted
from ecluse.gate.models import Duty
from ecluse.record import line, store, terms, writing
from ecluse.record.fhir_types import split
from ecluse.record.models import Patient, Token, new_ref, now_ms
from ecluse.record.vault import Row
from ecluse.safe.client import SafeClient
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Newcomer, Who
from ecluse.safe.trace_reader import entries

UNIT, ELSEWHERE = "cardiology", "surgery"
SERVICE, NURSE, PHYSICIAN, ADMIN = "lab.link", "n.martin", "p.dubois", "i.admin"
MAKER = "feed"
FHIR_JSON = "application/fhir+json"


class World:
    """What the tests of the interface stand on."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.passes: dict[int, Pass] = {}
        self.service = person(f"{SERVICE}-{mark}", "interface-service", units=[UNIT], service=True)
        self.nurse = person(f"{NURSE}-{mark}", "nurse", units=[UNIT])
        self.physician = person(f"{PHYSICIAN}-{mark}", "physician", units=[UNIT])
        self.admin = person(f"{ADMIN}-{mark}", "it-administrator")
        self.clerk = person(f"a.petit-{mark}", "admissions", units=[UNIT])
        self.security = person(f"s.leroy-{mark}", "security-officer")
        self.maker = person(f"{MAKER}-{mark}", "interface-service", service=True)
        self.bound = Bound(self.service)
        self.known = self.patient("Rivière", UNIT)
        self.stranger = self.patient("Montagne", ELSEWHERE)

    @property
    def who(self) -> Who:
        return Who(account=self.maker.username, profession="interface-service", session="made", amr=("token",))

    @property
    def officer(self) -> Who:
        return Who(
            account=self.security.username, profession="security-officer", session="office", acr="aal2", auth_age=1
        )

    def patient(self, family: str, unit: str = "", *, duty_by: str = MAKER) -> Patient:
        """Make a patient with a prescription; ``unit`` explains it to those who work there."""
        body = {
            "resourceType": "Patient",
            "name": [{"family": family, "given": ["Camille"]}],
            "birthDate": "1984-05-01",
            "identifier": [{"system": "urn:test:ipp", "value": f"8{hash(family) % 10**8}"}],
            "telecom": [{"system": "phone", "value": "0199000001"}],
        }
        newcomer = Newcomer(patient=new_ref(), terms=terms.of_patient(body))
        [birth] = line.create(self.who, Purpose.OPERATIONS, (newcomer,), "made")
        patient = Patient.objects.create(ref=newcomer.patient, salt=birth.salt)
        wanted = Wanted(patient.pk, patient.ref, birth.salt, tuple(birth.keys))
        granted = self.passes[patient.pk] = Pass(wanted, birth.keys, Ground.EXPLAINED, None, birth.sequence)
        for compartment, part in split("Patient", body).items():
            writing.add_part(granted, Row(0, "Patient", 1, compartment, now_ms(), deleted=False, sealed=b""), part)
        Token.objects.bulk_create([Token(token=token, patient_id=patient.pk) for token in set(birth.tokens)])
        self.duty(patient, ELSEWHERE, MAKER)
        if unit:
            self.duty(patient, unit, duty_by)
        self.add(patient, PRESCRIPTION)
        return patient

    def duty(self, patient: Patient, unit: str, made_by: str) -> None:
        place, _made = Unit.objects.get_or_create(code=unit, defaults={"name": unit})
        for kind in (DutyKind.ENCOUNTER_IN_UNIT, DutyKind.FEED, DutyKind.ADMISSION):
            Duty.objects.create(kind=kind.value, patient_id=patient.pk, unit=place, since=1, made_by=made_by, made_at=1)

    def add(self, patient: Patient, resource: Mapping[str, Any]) -> str:
        """Add a resource under the keys the patient was born with: no count of the safe moves."""
        subject = {"reference": f"Patient/{patient.ref}"}
        return store.create(self.passes[patient.pk], {**resource, "subject": subject}, self.who, "made").id


PRESCRIPTION = {
    "resourceType": "MedicationRequest",
    "status": "active",
    "intent": "order",
    "medicationCodeableConcept": {
        "coding": [{"system": "http://www.whocc.no/atc", "code": "A10BA02"}],
        "text": "Exemplamine",
    },
    "authoredOn": "2026-05-01",
}

_count = iter(range(10**6))


@pytest.fixture
def world(safe: SafeClient, db: None) -> World:
    """Give a fresh cast: no count of one test weighs on another."""
    return World(f"{next(_count)}")


@pytest.fixture
def trace(home: Path, safe: SafeClient) -> Callable[[], list[Entry]]:
    """Give the entries written since the fixture was asked for."""
    before = sum(1 for _ in entries(home / "safe"))
    return lambda: list(entries(home / "safe"))[before:]


class Answer(Protocol):
    """What the test client answers."""

    status_code: int
    content: bytes

    def json(self) -> dict[str, Any]: ...

    def __getitem__(self, header: str) -> str: ...


class Api:
    """A caller of the interface: a service with its token and key, or a person with a session."""

    def __init__(self, client: Client, bound: Bound | None = None) -> None:
        self.client = client
        self.bound = bound

    def proved(self, method: str, path: str) -> dict[str, str]:
        """Return the token and a fresh proof; a test may say what it shows instead."""
        return self.bound.headers(method, f"/fhir/{path}".partition("?")[0]) if self.bound else {}

    def get(self, path: str, **headers: str) -> Answer:
        return self.client.get(f"/fhir/{path}", headers={**self.proved("GET", path), **headers})

    def send(
        self, method: str, path: str, body: object = None, content_type: str = FHIR_JSON, **headers: str
    ) -> Answer:
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method,
            f"/fhir/{path}",
            text,
            content_type=content_type,
            headers={**self.proved(method, path), **named},
        )

    def post(self, path: str, form: Mapping[str, str]) -> Answer:
        return self.send("POST", path, urlencode(form), "application/x-www-form-urlencoded")


@pytest.fixture
def service(world: World) -> Api:
    return Api(Client(), world.bound)


@pytest.fixture
def nurse(world: World) -> Api:
    return Api(sign_in(Client(), world.nurse, "nurse"))


@pytest.fixture
def physician(world: World) -> Api:
    return Api(sign_in(Client(), world.physician, "physician"))


@pytest.fixture
def administrator(world: World) -> Api:
    return Api(sign_in(Client(), world.admin, "it-administrator"))


@pytest.fixture
def admissions(world: World) -> Api:
    return Api(sign_in(Client(), world.clerk, "admissions"))


@pytest.fixture
def nobody() -> Api:
    return Api(Client())


def rule(answer: Answer) -> str:
    """Return the rule an outcome tells; fail when the answer is no outcome."""
    told = json.loads(answer.content)
    assert told["resourceType"] == "OperationOutcome", told
    return str(told["issue"][0]["details"]["coding"][0]["code"])
