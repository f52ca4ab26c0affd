"""A patient under keys of the test's own, a real safe for what only the safe can do.

Imports as the ordinary command does them.
"""

import os
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from ecluse.accounts.models import Account
from ecluse.accounts.testing import person
from ecluse.core.words import Compartment, DutyKind, Ground
from ecluse.gate import feeds
from ecluse.gate.access import Pass, Wanted
from ecluse.record.importing import run, worker
from ecluse.record.models import Patient
from ecluse.safe.client import SafeClient
from ecluse.safe.protocol import Who

DATA = Path(__file__).parent.parent / "data" / "fhir"
ALL = tuple(Compartment)
names = count(1)


@pytest.fixture
def data() -> Path:
    """Return the folder of handmade bundles."""
    return DATA


@pytest.fixture
def new_pass(db: None) -> Callable[..., Pass]:
    """Make a patient and a pass for some compartments of it (all when none is named)."""

    def make(*compartments: Compartment) -> Pass:
        patient = Patient.objects.create(salt=os.urandom(32))
        kept = compartments or ALL
        wanted = Wanted(patient.pk, patient.ref, bytes(patient.salt), kept)
        return Pass(wanted, {one: os.urandom(32) for one in kept}, Ground.EXPLAINED, None, 0)

    return make


@pytest.fixture
def narrowed() -> Callable[..., Pass]:
    """Return a pass for the same patient and keys, but fewer compartments."""

    def narrow(granted: Pass, *compartments: Compartment) -> Pass:
        return Pass(granted.wanted, {one: granted.keys[one] for one in compartments}, granted.ground, None, 0)

    return narrow


@pytest.fixture
def who(safe: SafeClient, db: None) -> Who:
    """Return a fresh service account, known to the safe."""
    name = f"interface-{next(names)}"
    person(name, "interface-service", service=True)
    return run.service(name)


@pytest.fixture
def staff(safe: SafeClient, db: None) -> Callable[..., Who]:
    """Make a fresh person: ``staff("nurse", units=["ward"])``."""

    def make(profession: str, units: Iterable[str] = ()) -> Who:
        name = f"{profession}-{next(names)}"
        person(name, profession, units=units)
        return Who(
            account=name,
            profession=profession,
            session=f"session-of-{name}",
            acr="aal2",
            amr=("pwd", "otp"),
            workstation="desk",
        )

    return make


@pytest.fixture
def imported(safe: SafeClient, db: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., run.Done]:
    """Import paths as one service account; each call is a run of its own, its worker in this process to be quick."""
    account = f"import-{next(names)}"
    person(account, "interface-service", service=True)
    monkeypatch.setattr(run, "prepared", worker.batches)

    def go(*paths: Path, fed: bool = False, **options: Any) -> run.Done:
        if fed:
            feed(account)
        return run.run(run.Plan(list(paths), account=account, **options))

    return go


def feed(account: str) -> None:
    """Give an account the duty of the feed of every patient, as somebody else would."""
    who = Account.objects.get(username=account).pk
    patients = Patient.objects.values_list("pk", flat=True)
    feeds.add([feeds.Row(DutyKind.FEED, pk, who, None, 0, 2**40, "somebody-else", 0, "feed") for pk in patients])
