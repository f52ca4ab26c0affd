"""A safe in hand, whose accounts read some patients; and the cast of the interface's tests."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from tests.api.conftest import Api, World, nurse, service, trace, world

from ecluse.core.words import Action, Compartment, Decision
from ecluse.respond.audit_out.balp import Site
from ecluse.safe.protocol import Note, Noted, Opened
from ecluse.safe.testing import SafeInHand, opening, who

__all__ = ["Api", "World", "nurse", "service", "trace", "world"]

SITE = Site("Clinique des Tests", "ecluse.local", "https://ecluse.test/fhir", test=True)
NURSE = who("nurse.one", workstation="ward-1", address="192.0.2.7", acr="aal2")
OTHER = who("nurse.two", workstation="ward-1", address="192.0.2.7", acr="aal2")
A, B, C, D = (letter * 32 for letter in "abcd")


class Hand(SafeInHand):
    """A safe whose accounts read."""

    def read(self, patients: Iterable[str], by: object = NURSE, **more: object) -> Opened:
        self.now += 1
        reply = self.call(opening(patients, by=by, **more))  # type: ignore[arg-type]
        assert isinstance(reply, Opened)
        return reply

    def tell(self, digest: str) -> int:
        """Trace a digest, and sign it at once."""
        reply = self.call(
            Note(
                who=who("dpo", "dpo"),
                action=Action.NOTICE,
                decision=Decision.ALLOW,
                rule="exposure-listed",
                request="list",
                detail=digest,
            )
        )
        assert isinstance(reply, Noted)
        self.sign()
        return reply.sequence


@pytest.fixture
def hand(tmp_path: Path) -> Iterator[Hand]:
    """Give a safe where nurse.one read A twice and B once, was refused C, and nurse.two read D at the same desk."""
    made = Hand(tmp_path / "home")
    made.read([A, B])
    made.read([D], by=OTHER)
    made.read([A], compartments=(Compartment.IDENTITY, Compartment.CLINICAL), action=Action.LIST)
    made.read([C], refused="no-duty")
    made.sign()
    yield made
    made.desk.trace.close()
