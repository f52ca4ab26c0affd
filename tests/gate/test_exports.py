"""The ticket of an export: what was approved leaves, or nothing does."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace

from ecluse.accounts.testing import person
from ecluse.core.errors import RefusedError
from ecluse.core.words import Action, Decision, Ground, Purpose
from ecluse.gate.access import Access, Pass, Refusal, Wanted
from ecluse.gate.ask import ask
from ecluse.gate.exports import check_ticket, digest_of, propose_export, use
from ecluse.gate.models import ExportTicket
from ecluse.safe.client import SafeClient
from ecluse.safe.protocol import Approve, Who

Patient = Callable[..., Wanted]
RECIPIENT = "f" * 64
PURPOSE = Purpose.OPERATIONS


def who(profession: str) -> Who:
    name = f"{profession}-{uuid4().hex[:10]}"
    person(name, profession)
    return Who(account=name, profession=profession, session=name, acr="aal2", workstation="pc-1")


@pytest.fixture
def dim(world: SafeClient) -> Who:
    """Give a DIM physician."""
    return who("dim-physician")


def proposed(me: Who, wanted: list[Wanted]) -> int:
    ruled = propose_export(me, [one.ref for one in wanted], RECIPIENT, PURPOSE, "r")
    assert ruled.decision is Decision.ALLOW
    return ruled.sequence


def exporting(me: Who, wanted: list[Wanted], approval: int | None) -> list[Pass | Refusal]:
    access = Access(
        who=me, action=Action.EXPORT, purpose=PURPOSE, wanted=tuple(wanted), request_id="r", approval=approval
    )
    return ask(access)


def approve(world: SafeClient, number: int) -> Decision:
    return world.call(Approve(who=who("dpo"), proposal=number, request="r")).decision


def test_g14_an_approved_export_opens_exactly_its_patients_once(world: SafeClient, dim: Who, patient: Patient) -> None:
    wanted = [patient() for _ in range(5)]
    number = proposed(dim, wanted)
    assert approve(world, number) is Decision.ALLOW
    ticket = check_ticket(dim, number, [one.ref for one in reversed(wanted)], RECIPIENT, PURPOSE)
    answers = exporting(dim, wanted, number)
    assert [answer.ground for answer in answers if isinstance(answer, Pass)] == [Ground.APPROVED] * 5
    use(ticket)
    with pytest.raises(RefusedError):
        use(ticket)
    with pytest.raises(RefusedError):
        check_ticket(dim, number, [one.ref for one in wanted], RECIPIENT, PURPOSE)
    assert not any(isinstance(answer, Pass) for answer in exporting(dim, wanted, number))


def test_g14_nothing_leaves_before_a_second_person_approved(dim: Who, patient: Patient) -> None:
    wanted = [patient()]
    for approval in (None, proposed(dim, wanted), 999_999):
        [answer] = exporting(dim, wanted, approval)
        assert isinstance(answer, Refusal)
        assert answer.decision is Decision.SECOND_PERSON


def test_g7_who_asks_for_an_export_does_not_approve_it(world: SafeClient, dim: Who, patient: Patient) -> None:
    number = proposed(dim, [patient()])
    ruled = world.call(Approve(who=replace(dim, session="another"), proposal=number, request="r"))
    assert (ruled.decision, ruled.rule) == (Decision.REFUSE, "same-person")


@pytest.mark.parametrize("change", ["one-more", "one-less", "another"])
def test_g14_other_patients_than_those_approved_do_not_leave(
    world: SafeClient, dim: Who, patient: Patient, change: str
) -> None:
    wanted = [patient() for _ in range(3)]
    number = proposed(dim, wanted)
    approve(world, number)
    changed = {"one-more": [*wanted, patient()], "one-less": wanted[:2], "another": [*wanted[:2], patient()]}[change]
    with pytest.raises(RefusedError):
        check_ticket(dim, number, [one.ref for one in changed], RECIPIENT, PURPOSE)
    assert not any(isinstance(answer, Pass) for answer in exporting(dim, changed, number))


def test_g14_a_ticket_is_for_one_recipient_one_purpose_one_person_and_a_time(dim: Who, patient: Patient) -> None:
    wanted = [patient()]
    refs = [one.ref for one in wanted]
    number = proposed(dim, wanted)
    check_ticket(dim, number, refs, RECIPIENT, PURPOSE)
    for me, sequence, recipient, purpose in (
        (who("dim-physician"), number, RECIPIENT, PURPOSE),
        (dim, number + 1, RECIPIENT, PURPOSE),
        (dim, number, "0" * 64, PURPOSE),
        (dim, number, RECIPIENT, Purpose.PAYMENT),
    ):
        with pytest.raises(RefusedError):
            check_ticket(me, sequence, refs, recipient, purpose)
    ExportTicket.objects.update(until=datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(RefusedError):
        check_ticket(dim, number, refs, RECIPIENT, PURPOSE)


@pytest.mark.parametrize(
    ("profession", "purpose", "number", "rule"),
    [
        ("nurse", Purpose.TREATMENT, 1, "export-not-granted"),
        ("it-administrator", Purpose.ADMINISTRATION, 1, "export-not-granted"),
        ("interface-service", Purpose.OPERATIONS, 1, "export-not-granted"),
        ("dim-coder", Purpose.OPERATIONS, 1, "export-not-granted"),
        ("dim-physician", Purpose.TREATMENT, 1, "purpose-not-granted"),
        ("dim-physician", Purpose.OPERATIONS, 0, "export-malformed"),
        ("dim-physician", Purpose.OPERATIONS, 201, "export-too-many"),
    ],
)
def test_what_cannot_even_be_asked_for(
    world: SafeClient, profession: str, purpose: Purpose, number: int, rule: str
) -> None:
    ruled = propose_export(who(profession), [f"{n:032x}" for n in range(number)], RECIPIENT, purpose, "r")
    assert (ruled.decision, ruled.rule) == (Decision.REFUSE, rule)
    assert not ExportTicket.objects.exists()


def test_a_patient_named_twice_is_not_two_patients(dim: Who) -> None:
    assert propose_export(dim, ["a" * 32] * 2, RECIPIENT, PURPOSE, "r").rule == "export-malformed"
    assert digest_of(["b", "a"]) == digest_of(["a", "b"]) != digest_of(["a", "b", "b"])
