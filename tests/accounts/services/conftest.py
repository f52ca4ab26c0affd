"""A service with a registered key, and a program outside that has its private half."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from ecluse.accounts.models import Account
from ecluse.accounts.services.clients import register
from ecluse.accounts.services.testing import Answer, Outside
from ecluse.accounts.testing import person

SCOPE = "system/Patient.rs system/Observation.crus"


@pytest.fixture
def service() -> Account:
    return person("lab.feed", "interface-service", service=True)


@pytest.fixture
def outside(service: Account, tmp_path: Path) -> Outside:
    made = Outside(service.username, tmp_path)
    register(service, made.file, SCOPE, ())
    return made


@pytest.fixture
def read(client: Client, outside: Outside) -> Callable[..., Answer]:
    """Read a patient nobody knows, with a token and a proof: 403 means that the door let it through to the gate."""

    def reads(token: str, proof: str | None = None, path: str = "Patient/none", scheme: str = "DPoP") -> Answer:
        shown = outside.proof("GET", f"http://testserver/fhir/{path}", token) if proof is None else proof
        return client.get(f"/fhir/{path}", headers={"authorization": f"{scheme} {token}", "dpop": shown})

    return reads
