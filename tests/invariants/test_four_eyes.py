"""Acts that need two people: never the requester, never the one who benefits, fresh, in time, once."""

import hashlib

import pytest

from ecluse.core.words import Action, Decision, Ground, ProposalKind, Purpose, TargetKind, Window
from ecluse.safe.protocol import (
    Approve,
    CloseSetup,
    Enrol,
    Fault,
    Noted,
    Pending,
    Proposal,
    Propose,
    Ruled,
    Waiting,
    Who,
)
from ecluse.safe.testing import SETUP, SafeInHand, who

ADMIN = who("admin", "it-administrator")
OFFICER = who("officer", "security-officer")
DPO = who("dpo", "dpo")
GRANT = Proposal(kind=ProposalKind.GRANT, account="new.one", professions=("nurse",))


def propose(safe: SafeInHand, proposal: Proposal, by: Who = ADMIN) -> Ruled:
    reply = safe.call(Propose(who=by, proposal=proposal, request="p"))
    assert isinstance(reply, Ruled)
    return reply


def approve(safe: SafeInHand, number: int, by: Who = OFFICER, *, decline: bool = False) -> Ruled:
    reply = safe.call(Approve(who=by, proposal=number, request="a", decline=decline))
    assert isinstance(reply, Ruled)
    return reply


def test_two_people_grant_a_profession(safe: SafeInHand) -> None:
    assert approve(safe, propose(safe, GRANT).sequence).decision is Decision.ALLOW
    assert safe.rules("p1", by=who("new.one")) == ["explained"]


def test_a_proposal_alone_changes_nothing(safe: SafeInHand) -> None:
    propose(safe, GRANT)
    assert safe.rules("p1", by=who("new.one")) == ["unregistered"]


REFUSED = [
    ("same-person", OFFICER, OFFICER),
    ("same-person", OFFICER, who("dpo", "dpo", session=OFFICER.session)),
    ("not-an-approver", ADMIN, who("nurse.one")),
    ("not-an-approver", OFFICER, ADMIN),
    ("profession", ADMIN, who("nurse.one", "security-officer")),
    ("unregistered", ADMIN, who("ghost", "security-officer")),
]


@pytest.mark.parametrize(("rule", "first", "second"), REFUSED)
def test_a_second_person_who_is_not_one_approves_nothing(safe: SafeInHand, rule: str, first: Who, second: Who) -> None:
    ruled = approve(safe, propose(safe, GRANT, by=first).sequence, by=second)
    assert (ruled.decision, ruled.rule) == (Decision.REFUSE, rule)
    assert "new.one" not in safe.desk.state.accounts


def test_the_account_that_benefits_does_not_approve(safe: SafeInHand) -> None:
    proposal = Proposal(kind=ProposalKind.GRANT, account="officer", professions=("nurse", "security-officer"))
    assert approve(safe, propose(safe, proposal).sequence).rule == "beneficiary"
    assert approve(safe, propose(safe, proposal).sequence, by=DPO).decision is Decision.ALLOW


def test_a_stale_proof_is_asked_again(safe: SafeInHand) -> None:
    number = propose(safe, GRANT).sequence
    ruled = approve(safe, number, by=who("officer", "security-officer", auth_age=301))
    assert (ruled.decision, ruled.max_age) == (Decision.STEP_UP, 300)
    assert approve(safe, number).decision is Decision.ALLOW


def test_a_proposal_is_executed_once(safe: SafeInHand) -> None:
    number = propose(safe, GRANT).sequence
    approve(safe, number)
    assert approve(safe, number, by=DPO).rule == "no-such-proposal"


def test_a40_a_proposal_waits_four_hours_and_no_longer(safe: SafeInHand) -> None:
    number = propose(safe, GRANT).sequence
    safe.now += 4 * 3600 + 1
    assert approve(safe, number).rule == "no-such-proposal"
    assert safe.call(Pending(who=OFFICER)) == Waiting(waits=())


def test_a_declined_proposal_is_gone(safe: SafeInHand) -> None:
    number = propose(safe, GRANT).sequence
    assert approve(safe, number, decline=True).decision is Decision.ALLOW
    assert approve(safe, number, by=DPO).rule == "no-such-proposal"


def test_the_requester_may_withdraw(safe: SafeInHand) -> None:
    number = propose(safe, GRANT).sequence
    assert approve(safe, number, by=ADMIN, decline=True).rule == "withdrawn"


def test_a_nurse_declines_nothing_of_others(safe: SafeInHand) -> None:
    number = propose(safe, GRANT).sequence
    assert approve(safe, number, by=who(), decline=True).rule == "not-an-approver"
    assert approve(safe, number).decision is Decision.ALLOW


def test_a_proposal_survives_a_restart_and_is_still_executed_once(safe: SafeInHand) -> None:
    number = propose(safe, GRANT).sequence
    safe.reopen()
    assert approve(safe, number, by=ADMIN).rule == "not-an-approver"
    assert approve(safe, number).decision is Decision.ALLOW
    safe.reopen()
    assert approve(safe, number, by=DPO).rule == "no-such-proposal"
    assert safe.rules("p1", by=who("new.one")) == ["explained"]


def test_the_session_of_the_requester_is_still_known_after_a_restart(safe: SafeInHand) -> None:
    number = propose(safe, GRANT, by=OFFICER).sequence
    safe.reopen()
    assert approve(safe, number, by=who("dpo", "dpo", session=OFFICER.session)).rule == "same-person"


MALFORMED = [
    Proposal(kind=ProposalKind.GRANT, account="", professions=("nurse",)),
    Proposal(kind=ProposalKind.GRANT, account="x", professions=("wizard",)),
    Proposal(
        kind=ProposalKind.RAISE_CAP, account="ghost", ground=Ground.EXPLAINED, window=Window.HOUR, limit=9, seconds=9
    ),
    Proposal(kind=ProposalKind.RAISE_CAP, account="nurse.one", window=Window.HOUR, limit=9, seconds=9),
    Proposal(kind=ProposalKind.RAISE_CAP, account="nurse.one", ground=Ground.EXPLAINED, limit=9, seconds=9),
    Proposal(kind=ProposalKind.RAISE_CAP, account="nurse.one", ground=Ground.EXPLAINED, window=Window.HOUR, seconds=9),
    Proposal(kind=ProposalKind.RAISE_CAP, account="nurse.one", ground=Ground.EXPLAINED, window=Window.HOUR, limit=9),
    Proposal(
        kind=ProposalKind.RAISE_CAP,
        account="nurse.one",
        ground=Ground.EXPLAINED,
        window=Window.HOUR,
        limit=9,
        seconds=31 * 86400,
    ),
    Proposal(kind=ProposalKind.UNLOCK, target_kind=TargetKind.ACCOUNT, target="nurse.one"),
    Proposal(kind=ProposalKind.UNLOCK),
    Proposal(kind=ProposalKind.EXPORT, count=0, digest="a" * 64, recipient="r"),
    Proposal(kind=ProposalKind.EXPORT, count=6, digest="a" * 64, recipient="r"),
    Proposal(kind=ProposalKind.EXPORT, count=2, digest="a" * 63, recipient="r"),
    Proposal(kind=ProposalKind.EXPORT, count=2, digest="a" * 64),
    Proposal(kind=ProposalKind.BREAK_GLASS, patient="", seconds=60),
    Proposal(kind=ProposalKind.BREAK_GLASS, patient="p1"),
    Proposal(kind=ProposalKind.DELEGATION, patient="p1", seconds=31 * 86400),
]


@pytest.mark.parametrize("proposal", MALFORMED, ids=range(len(MALFORMED)))
def test_a_proposal_that_makes_no_sense_does_not_wait(safe: SafeInHand, proposal: Proposal) -> None:
    assert propose(safe, proposal).decision is Decision.REFUSE
    assert safe.call(Pending(who=OFFICER)) == Waiting(waits=())


@pytest.mark.parametrize("field", ["limit", "seconds", "count"])
def test_a_negative_number_is_a_bad_request(safe: SafeInHand, field: str) -> None:
    proposal = Proposal(kind=ProposalKind.GRANT, account="x", **{field: -1})  # type: ignore[arg-type]
    assert isinstance(safe.call(Propose(who=ADMIN, proposal=proposal, request="p")), Fault)


def test_nobody_fills_the_list_of_what_waits(safe: SafeInHand) -> None:
    rules = [propose(safe, GRANT).rule for _ in range(22)]
    assert rules[20:] == ["too-many-waiting"] * 2


def test_someone_unknown_proposes_nothing(safe: SafeInHand) -> None:
    assert propose(safe, GRANT, by=who("ghost")).rule == "unregistered"


def test_leaving_takes_every_right_with_the_next_request(safe: SafeInHand) -> None:
    leaving = Proposal(kind=ProposalKind.GRANT, account="nurse.one")
    approve(safe, propose(safe, leaving).sequence)
    assert safe.rules("p1") == ["unregistered"]
    safe.reopen()
    assert safe.rules("p1") == ["unregistered"]


def test_once_set_up_is_closed_nobody_is_enrolled(safe: SafeInHand) -> None:
    assert isinstance(safe.call(CloseSetup(who=SETUP, request="c")), Noted)
    refused = Fault(code="refused", message="setup-closed")
    assert safe.call(Enrol(who=SETUP, accounts={"thief": ("physician",)}, request="e")) == refused
    safe.reopen()
    assert safe.call(Enrol(who=SETUP, accounts={"thief": ("physician",)}, request="e")) == refused
    assert approve(safe, propose(safe, GRANT).sequence).decision is Decision.ALLOW


def export(safe: SafeInHand, *patients: str, approver: Who = DPO) -> int:
    digest = hashlib.sha256("\n".join(sorted(patients)).encode()).hexdigest()
    proposal = Proposal(kind=ProposalKind.EXPORT, count=len(patients), digest=digest, recipient="age1x")
    number = propose(safe, proposal, by=who()).sequence
    assert approve(safe, number, by=approver).decision is Decision.ALLOW
    return number


OUT = {"action": Action.EXPORT, "ground": Ground.APPROVED, "duty": None}


def test_an_approved_export_opens_exactly_its_patients(safe: SafeInHand) -> None:
    number = export(safe, "p1", "p2", "p3")
    assert safe.rules("p2", "p3", "p1", approval=number, **OUT) == ["approved"] * 3


@pytest.mark.parametrize(
    "patients",
    [("p1", "p2"), ("p1", "p2", "p4"), ("p1", "p2", "p3", "p4"), ("p1", "p1", "p2"), ("p1", "p2", "p3", "p3")],
)
def test_an_approved_export_opens_no_others(safe: SafeInHand, patients: tuple[str, ...]) -> None:
    number = export(safe, "p1", "p2", "p3")
    assert set(safe.rules(*patients, approval=number, **OUT)) == {"approval"}


def test_an_approved_export_is_used_once_even_across_a_restart(safe: SafeInHand) -> None:
    number = export(safe, "p1", "p2")
    assert safe.rules("p1", "p2", approval=number, **OUT) == ["approved"] * 2
    assert safe.rules("p1", "p2", approval=number, **OUT) == ["approval"] * 2
    safe.reopen()
    assert safe.rules("p1", "p2", approval=number, **OUT) == ["approval"] * 2


def test_an_approved_export_is_only_for_its_requester_action_and_time(safe: SafeInHand) -> None:
    number = export(safe, "p1")
    assert safe.rules("p1", approval=number, by=who("nurse.two"), **OUT) == ["approval"]
    assert safe.rules("p1", approval=number, **{**OUT, "action": Action.READ}) == ["approval"]
    safe.now += 4 * 3600 + 1
    assert safe.rules("p1", approval=number, **OUT) == ["approval"]


@pytest.mark.parametrize("kind", [ProposalKind.BREAK_GLASS, ProposalKind.DELEGATION])
def test_an_approved_access_is_for_one_patient_one_account_and_its_time(safe: SafeInHand, kind: ProposalKind) -> None:
    proposal = Proposal(kind=kind, account="nurse.one", patient="p1", seconds=600, purpose=Purpose.TREATMENT)
    number = propose(safe, proposal, by=who()).sequence
    assert approve(safe, number, by=who("nurse.two")).decision is Decision.ALLOW
    of = {"ground": Ground.APPROVED, "duty": None, "approval": number}
    assert safe.rules("p1", **of) == ["approved"]
    assert safe.rules("p1", **of) == ["approved"]
    assert safe.rules("p2", **of) == ["approval"]
    assert safe.rules("p1", by=who("nurse.two"), **of) == ["approval"]
    assert safe.rules("p1", purpose=Purpose.BREAK_GLASS, **of) == ["approval"]
    assert safe.rules("p1", **{**of, "action": Action.EXPORT}) == ["approval"]
    safe.reopen()
    assert safe.rules("p1", **of) == ["approved"]
    safe.now += 601
    assert safe.rules("p1", **of) == ["approval"]
