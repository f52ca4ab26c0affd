"""A patient's own number beside the pseudonym: only for who passes the gate for that patient, traced and capped."""

from collections.abc import Callable

from tests.aftermath.conftest import World

from ecluse.accounts.testing import person
from ecluse.core.words import Action, Compartment, Decision, Purpose
from ecluse.respond.exposure.numbers import ipp, numbers
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who

Trace = Callable[[], list[Entry]]


def who(account: str, profession: str) -> Who:
    return Who(account=account, profession=profession, session="s", acr="aal2", workstation="pc", auth_age=1)


def test_r23_who_passes_the_gate_sees_the_number_of_that_patient_alone(world: World, trace: Trace) -> None:
    nurse = who(world.nurse.username, "nurse")
    refs = [world.known.ref, world.stranger.ref]
    found = numbers(nurse, refs, Purpose.TREATMENT, "numbers")
    assert list(found) == [world.known.ref]
    assert found[world.known.ref].startswith("8")
    told = {one.patient: one for one in trace() if one.account == nurse.account and one.action is Action.LIST}
    assert told.keys() == set(refs)
    assert told[world.known.ref].compartments == (Compartment.IDENTITY,)
    assert told[world.stranger.ref].decision is not Decision.ALLOW


def test_r23_the_officers_see_no_number(world: World) -> None:
    officer = person(f"o.garde-{world.mark}", "dpo")
    for one in (who(officer.username, "dpo"), who(world.security.username, "security-officer")):
        assert numbers(one, [world.known.ref], Purpose.OPERATIONS, "numbers") == {}


def test_the_number_is_the_identifier_that_says_it_is_the_hospitals() -> None:
    internal = {"type": {"coding": [{"code": "PI"}]}, "system": "urn:oid:1.2.3", "value": "12"}
    assert ipp({"identifier": [{"system": "urn:test:ins", "value": "9"}, internal]}) == "12"
    assert ipp({"identifier": [{"system": "urn:test:ins", "value": "9"}]}) == ""
    assert ipp({}) == ""
