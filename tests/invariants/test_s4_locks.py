"""S4: a locked target gets nothing from the next request on, in sessions already open too."""

from pathlib import Path

import msgspec
import pytest

from ecluse.core.words import Action, Decision, Ground, ProposalKind, Purpose, TargetKind, Term
from ecluse.safe.protocol import (
    Approve,
    Check,
    Checked,
    Create,
    DirectoryKey,
    Fault,
    Lock,
    Newcomer,
    Note,
    Pending,
    Proposal,
    Propose,
    Ruled,
    Tokened,
    Tokens,
    Waiting,
    Who,
)
from ecluse.safe.testing import SafeInHand, who

OFFICER = who("officer", "security-officer")
DPO = who("dpo", "dpo")


def place(safe: SafeInHand, kind: TargetKind, target: str, by: Who = OFFICER, seconds: int = 0) -> Ruled:
    reply = safe.call(Lock(who=by, kind=kind, target=target, reason="theft", request="l", seconds=seconds))
    assert isinstance(reply, Ruled)
    return reply


def lift(safe: SafeInHand, kind: TargetKind, target: str, by: Who = OFFICER, second: Who = DPO) -> Ruled:
    proposal = Proposal(kind=ProposalKind.UNLOCK, target_kind=kind, target=target)
    filed = safe.call(Propose(who=by, proposal=proposal, request="p"))
    assert isinstance(filed, Ruled)
    ruled = safe.call(Approve(who=second, proposal=filed.sequence, request="a"))
    assert isinstance(ruled, Ruled)
    return ruled


TARGETS = [
    (TargetKind.ACCOUNT, "nurse.one", {}),
    (TargetKind.SESSION, "session of nurse.one", {}),
    (TargetKind.WORKSTATION, "ward-3", {"workstation": "ward-3"}),
    (TargetKind.ADDRESS, "10.0.0.9", {"address": "10.0.0.9"}),
    (TargetKind.ADDRESS, "10.0.0.9", {"claimed_address": "10.0.0.9"}),
    (TargetKind.PROFESSION, "nurse", {}),
    (TargetKind.ESTABLISHMENT, "", {}),
]


@pytest.mark.parametrize(("kind", "target", "traits"), TARGETS)
def test_s4_a_locked_target_gets_no_key_from_the_next_request_on(
    safe: SafeInHand, kind: TargetKind, target: str, traits: dict[str, str]
) -> None:
    thief = who(**traits)
    assert safe.rules("p1", by=thief) == ["explained"]
    assert place(safe, kind, target).decision is Decision.ALLOW
    answer = safe.open("p1", by=thief)[0]
    assert (answer.decision, answer.rule, answer.keys) == (Decision.REFUSE, "locked", {})


@pytest.mark.parametrize(("kind", "target", "traits"), TARGETS)
def test_s4_a_lock_survives_a_restart(safe: SafeInHand, kind: TargetKind, target: str, traits: dict[str, str]) -> None:
    place(safe, kind, target)
    safe.reopen()
    assert safe.rules("p1", by=who(**traits)) == ["locked"]


@pytest.mark.parametrize(("kind", "target", "traits"), TARGETS[:6])
def test_s4_others_go_on_working(safe: SafeInHand, kind: TargetKind, target: str, traits: dict[str, str]) -> None:
    place(safe, kind, target)
    assert safe.call(Check(who=DPO)) == Checked(lock="", registered=True)


def test_s4_a_locked_account_is_locked_in_all_its_sessions(safe: SafeInHand) -> None:
    place(safe, TargetKind.ACCOUNT, "nurse.one")
    assert [safe.rules("p1", by=who(session=f"s{i}")) for i in range(3)] == [["locked"]] * 3


def test_s4_a_locked_session_leaves_the_account_its_others(safe: SafeInHand) -> None:
    place(safe, TargetKind.SESSION, "session of nurse.one")
    assert safe.rules("p1", by=who(session="another")) == ["explained"]


def test_s4_a_session_may_be_named_by_the_hash_that_the_trace_keeps(safe: SafeInHand) -> None:
    place(safe, TargetKind.SESSION, safe.desk.keys.session("session of nurse.one"))
    assert safe.rules("p1") == ["locked"]


def test_s4_a_locked_account_gets_no_token_no_creation_no_directory_key_and_proposes_nothing(safe: SafeInHand) -> None:
    place(safe, TargetKind.ACCOUNT, "desk")
    desk = who("desk", "admissions")
    refused = Fault(code="refused", message="locked")
    tokened = safe.call(Tokens(who=desk, action=Action.WRITE, terms=((Term.NAME, "x"),), request="t"))
    assert isinstance(tokened, Tokened)
    assert (tokened.tokens, tokened.rule) == ((), "locked")
    newcomers = (Newcomer(patient="new"),)
    assert safe.call(Create(who=desk, purpose=Purpose.TREATMENT, newcomers=newcomers, request="c")) == refused
    assert safe.call(DirectoryKey(who=desk, request="d")) == refused
    assert safe.call(Pending(who=desk)) == refused
    ruled = safe.call(
        Propose(who=desk, proposal=Proposal(kind=ProposalKind.GRANT, account="x", professions=("dpo",)), request="p")
    )
    assert isinstance(ruled, Ruled)
    assert ruled.rule == "locked"


def test_s4_a_locked_approver_approves_nothing(safe: SafeInHand) -> None:
    place(safe, TargetKind.ACCOUNT, "nurse.one")
    place(safe, TargetKind.ACCOUNT, "dpo")
    assert lift(safe, TargetKind.ACCOUNT, "nurse.one").rule == "locked"


def test_s4_check_tells_the_reason_to_the_person(safe: SafeInHand) -> None:
    place(safe, TargetKind.ACCOUNT, "nurse.one")
    assert safe.call(Check(who=who())) == Checked(lock="theft", registered=True)


def test_s4_lifting_a_lock_takes_two(safe: SafeInHand) -> None:
    place(safe, TargetKind.ACCOUNT, "nurse.one")
    assert lift(safe, TargetKind.ACCOUNT, "nurse.one", second=OFFICER).rule == "same-person"
    assert safe.rules("p1") == ["locked"]
    assert lift(safe, TargetKind.ACCOUNT, "nurse.one").decision is Decision.ALLOW
    assert safe.rules("p1") == ["explained"]


def test_s4_an_account_does_not_lift_its_own_lock(safe: SafeInHand) -> None:
    place(safe, TargetKind.ACCOUNT, "dpo")
    assert lift(safe, TargetKind.ACCOUNT, "dpo", by=OFFICER, second=DPO).rule == "locked"


def test_s4_a_lifted_lock_stays_lifted_after_a_restart(safe: SafeInHand) -> None:
    place(safe, TargetKind.ACCOUNT, "nurse.one")
    lift(safe, TargetKind.ACCOUNT, "nurse.one")
    safe.reopen()
    assert safe.rules("p1") == ["explained"]


def test_s4_an_establishment_lock_still_lets_two_people_lift_it(safe: SafeInHand) -> None:
    place(safe, TargetKind.ESTABLISHMENT, "anything")
    assert isinstance(safe.call(Pending(who=DPO)), Waiting)
    assert lift(safe, TargetKind.ESTABLISHMENT, "*").decision is Decision.ALLOW
    assert safe.rules("p1") == ["explained"]


def test_s4_a_lock_with_a_time_ends_with_it(safe: SafeInHand) -> None:
    place(safe, TargetKind.ACCOUNT, "nurse.one", seconds=600)
    safe.now += 599
    assert safe.rules("p1") == ["locked"]
    safe.now += 2
    assert safe.rules("p1") == ["explained"]


@pytest.mark.parametrize("by", [who("nurse.two"), who("admin", "it-administrator"), who("ghost")])
def test_s4_whoever_the_policy_does_not_list_locks_nobody_else(safe: SafeInHand, by: Who) -> None:
    assert place(safe, TargetKind.ACCOUNT, "nurse.one", by=by).decision is Decision.REFUSE
    assert safe.rules("p1") == ["explained"]


def test_s4_anyone_may_lock_their_own_account_or_session(safe: SafeInHand) -> None:
    assert place(safe, TargetKind.SESSION, "session of nurse.two", by=who("nurse.two")).decision is Decision.ALLOW
    assert place(safe, TargetKind.ACCOUNT, "nurse.one", by=who()).decision is Decision.ALLOW


def test_s4_fifteen_refusals_in_a_minute_lock_the_account(safe: SafeInHand) -> None:
    for _ in range(15):
        assert safe.rules("p1", action=Action.PRINT) == ["action"]
    assert safe.rules("p1") == ["locked"]


def test_s4_refusals_spread_over_time_lock_nobody(safe: SafeInHand) -> None:
    for _ in range(40):
        assert safe.rules("p1", action=Action.PRINT) == ["action"]
        safe.now += 5
    assert safe.rules("p1") == ["explained"]


def test_s4_an_automatic_lock_survives_a_restart(safe: SafeInHand) -> None:
    for _ in range(15):
        safe.rules("p1", action=Action.PRINT)
    safe.reopen()
    assert safe.rules("p1") == ["locked"]


def test_s4_refusals_before_a_restart_still_count_after_it(safe: SafeInHand) -> None:
    for _ in range(14):
        safe.rules("p1", action=Action.PRINT)
    safe.reopen()
    safe.rules("p1", action=Action.PRINT)
    assert safe.rules("p1") == ["locked"]


def test_s4_failed_logins_do_not_let_a_stranger_lock_an_account(tmp_path: Path, safe: SafeInHand) -> None:
    from_outside = {"rule": "password", "request": "r", "decision": Decision.REFUSE, "action": Action.LOGIN_FAILURE}
    for i in range(30):
        safe.call(note(who(session=""), **{**from_outside, "request": f"r{i}"}))
    assert safe.rules("p1") == ["explained"]


def note(by: Who, **fields: object) -> Note:
    return Note(who=by, **fields)  # type: ignore[arg-type]


def test_s4_emergencies_past_their_cap_ask_for_a_second_person_and_lock_nobody(safe: SafeInHand) -> None:
    decisions = [
        safe.open(f"p{i}", ground=Ground.EMERGENCY, duty=None, purpose=Purpose.BREAK_GLASS)[0].decision
        for i in range(8)
    ]
    assert decisions == [Decision.ALLOW] + [Decision.SECOND_PERSON] * 7
    assert safe.rules("p1") == ["explained"]


def test_s4_no_one_person_locks_the_last_two_who_can_lift_locks(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path, accounts={"nurse.one": ("nurse",), "officer": ("security-officer",), "dpo": ("dpo",)})
    assert place(safe, TargetKind.ACCOUNT, "dpo").rule == "last-approvers"
    assert place(safe, TargetKind.PROFESSION, "dpo").rule == "last-approvers"
    assert place(safe, TargetKind.ACCOUNT, "nurse.one").decision is Decision.ALLOW
    assert lift(safe, TargetKind.ACCOUNT, "nurse.one").decision is Decision.ALLOW


@pytest.mark.parametrize("seconds", [1, 3600])
def test_s4_no_one_person_makes_a_lock_end_sooner(safe: SafeInHand, seconds: int) -> None:
    place(safe, TargetKind.ACCOUNT, "nurse.one")
    place(safe, TargetKind.ACCOUNT, "nurse.one", seconds=seconds)
    safe.now += seconds + 1
    assert safe.rules("p1") == ["locked"]
    place(safe, TargetKind.ACCOUNT, "nurse.two", seconds=7200)
    place(safe, TargetKind.ACCOUNT, "nurse.two", seconds=60)
    safe.now += 3600
    assert safe.rules("p1", by=who("nurse.two")) == ["locked"]


def test_s4_an_automatic_lock_is_not_cut_short_by_a_person(safe: SafeInHand) -> None:
    for _ in range(15):
        safe.rules("p1", action=Action.PRINT)
    place(safe, TargetKind.ACCOUNT, "nurse.one", seconds=60)
    safe.now += 61
    assert safe.rules("p1") == ["locked"]


def test_s4_a_lock_that_is_over_does_not_disarm_the_automatic_ones(safe: SafeInHand) -> None:
    place(safe, TargetKind.ACCOUNT, "nurse.one", by=who(), seconds=1)
    safe.now += 2
    for _ in range(15):
        safe.rules("p1", action=Action.PRINT)
    assert safe.rules("p1") == ["locked"]


def test_s4_nobody_locks_the_address_that_everybody_comes_from(safe: SafeInHand) -> None:
    proxied = who("officer", "security-officer", address="10.0.0.1", claimed_address="192.0.2.7")
    for address in ("10.0.0.1", "192.0.2.7"):
        assert place(safe, TargetKind.ADDRESS, address, by=proxied).rule == "own-address"
    assert safe.rules("p1", by=who(address="10.0.0.1")) == ["explained"]


STALE = msgspec.structs.replace(OFFICER, auth_age=61)
ANYBODY = [
    (TargetKind.ACCOUNT, "nurse.one"),
    (TargetKind.SESSION, "0" * 16),
    (TargetKind.WORKSTATION, "ward-3"),
    (TargetKind.PROFESSION, "nurse"),
    (TargetKind.ADDRESS, "10.0.0.9"),
    (TargetKind.ESTABLISHMENT, ""),
]


@pytest.mark.parametrize(("kind", "target"), ANYBODY)
@pytest.mark.parametrize("age", [61, 300, 86_400])
def test_s4_a_stolen_session_locks_nobody_without_a_proof_of_the_minute(
    safe: SafeInHand, kind: TargetKind, target: str, age: int
) -> None:
    ruled = place(safe, kind, target, by=msgspec.structs.replace(OFFICER, auth_age=age))
    assert (ruled.decision, ruled.rule, ruled.max_age) == (Decision.STEP_UP, "fresh-proof", 60)
    assert safe.rules("p1") == ["explained"]
    assert place(safe, kind, target, by=msgspec.structs.replace(OFFICER, auth_age=60)).decision is Decision.ALLOW


@pytest.mark.parametrize(
    ("kind", "target"), [(TargetKind.ACCOUNT, "nurse.one"), (TargetKind.SESSION, "session of nurse.one")]
)
def test_s4_whoever_fears_a_thief_locks_their_own_at_once(safe: SafeInHand, kind: TargetKind, target: str) -> None:
    assert place(safe, kind, target, by=who("nurse.one", auth_age=86_400)).decision is Decision.ALLOW
    assert safe.rules("p1") == ["locked"]


def test_s4_an_officer_asked_for_a_proof_again_and_again_is_not_locked_for_it(safe: SafeInHand) -> None:
    for _ in range(20):
        assert place(safe, TargetKind.ESTABLISHMENT, "", by=STALE).decision is Decision.STEP_UP
    assert place(safe, TargetKind.ACCOUNT, "nurse.one").decision is Decision.ALLOW
