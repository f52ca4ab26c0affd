"""Temporary identities and withdrawals, decided in the safe whatever the web process claims."""

from pathlib import Path

import pytest

from ecluse.core.errors import BadInputError
from ecluse.core.words import Action, Decision, ProposalKind
from ecluse.safe.policy import parse
from ecluse.safe.protocol import Approve, Check, Checked, Fault, Note, Proposal, Propose, Revoke, Ruled, Who
from ecluse.safe.testing import SMALL_POLICY, SafeInHand, who

HOUR = 3600
POLICY = (
    SMALL_POLICY.replace('lock = ["security-officer"]', 'lock = ["security-officer"]\ntemporary = ["nurse", "dpo"]')
    + '\n[temporary]\nmax_hours = 72\n[temporary.issue]\nnurse = ["nurse"]\n'
    + 'it-administrator = ["dpo", "security-officer"]\n'
)
ONE, TWO = who("nurse.one"), who("nurse.two")
DPO, OFFICER, ADMIN = who("dpo", "dpo"), who("officer", "security-officer"), who("admin", "it-administrator")
LOCUM = who("t.locum")


@pytest.fixture
def safe(tmp_path: Path) -> SafeInHand:
    return SafeInHand(tmp_path, POLICY)


def issue(safe: SafeInHand, by: Who = ONE, account: str = "t.locum", *given: str, seconds: int = 8 * HOUR) -> Ruled:
    act = Proposal(kind=ProposalKind.TEMPORARY, account=account, professions=given or ("nurse",), seconds=seconds)
    ruled = safe.call(Propose(who=by, proposal=act, request="p"))
    assert isinstance(ruled, Ruled)
    return ruled


def confirm(safe: SafeInHand, sequence: int, by: Who = TWO) -> Ruled:
    ruled = safe.call(Approve(who=by, proposal=sequence, request="a"))
    assert isinstance(ruled, Ruled)
    return ruled


def revoke(safe: SafeInHand, account: str, *professions: str, by: Who = OFFICER) -> Ruled:
    ruled = safe.call(Revoke(who=by, account=account, professions=professions, request="r"))
    assert isinstance(ruled, Ruled)
    return ruled


def registered(safe: SafeInHand, person: Who) -> bool:
    found = safe.call(Check(who=person))
    assert isinstance(found, Checked)
    return found.registered


def test_two_colleagues_make_a_colleague_for_one_night(safe: SafeInHand) -> None:
    assert safe.rules("p1", by=LOCUM) == ["unregistered"]
    assert confirm(safe, issue(safe).sequence).decision is Decision.ALLOW
    assert safe.open("p1", by=LOCUM)[0].decision is Decision.ALLOW


def test_a14_it_ends_by_itself_in_the_safe_after_a_restart_too(safe: SafeInHand) -> None:
    confirm(safe, issue(safe).sequence)
    safe.now += 8 * HOUR - 1
    safe.reopen()
    assert registered(safe, LOCUM)
    safe.now += 2
    assert not registered(safe, LOCUM)
    assert safe.rules("p1", by=LOCUM) == ["unregistered"]
    safe.reopen()
    assert safe.rules("p1", by=LOCUM) == ["unregistered"]


@pytest.mark.parametrize(
    ("by", "account", "given", "seconds", "rule"),
    [
        (ADMIN, "t.locum", ("nurse",), HOUR, "not-an-issuer"),
        (DPO, "t.locum", ("nurse",), HOUR, "not-an-issuer"),
        (ONE, "t.vendor", ("it-administrator",), HOUR, "not-an-issuer"),
        (ONE, "t.locum", ("dpo",), HOUR, "never-temporary"),
        (ONE, "t.locum", ("admissions",), HOUR, "never-temporary"),
        (ONE, "t.locum", ("nurse", "it-administrator"), HOUR, "never-temporary"),
        (ONE, "t.locum", ("king",), HOUR, "never-temporary"),
        (ONE, "nurse.two", ("nurse",), HOUR, "account-exists"),
        (ONE, "admin", ("nurse",), HOUR, "account-exists"),
        (ONE, "", ("nurse",), HOUR, "account-exists"),
        (ONE, "t.locum", ("nurse",), 0, "too-long"),
        (ONE, "t.locum", ("nurse",), 73 * HOUR, "too-long"),
        (who("nobody"), "t.locum", ("nurse",), HOUR, "unregistered"),
    ],
)
def test_a14_what_the_policy_does_not_list_is_not_issued(
    safe: SafeInHand, by: Who, account: str, given: tuple[str, ...], seconds: int, rule: str
) -> None:
    ruled = issue(safe, by, account, *given, seconds=seconds)
    assert (ruled.decision, ruled.rule) == (Decision.REFUSE, rule)


@pytest.mark.parametrize(("by", "rule"), [(ONE, "same-person"), (DPO, "not-an-approver"), (ADMIN, "not-an-approver")])
def test_a14_nobody_confirms_what_they_issued_nor_what_is_not_theirs(safe: SafeInHand, by: Who, rule: str) -> None:
    ruled = confirm(safe, issue(safe).sequence, by)
    assert (ruled.decision, ruled.rule) == (Decision.REFUSE, rule)
    assert not registered(safe, LOCUM)


def test_a14_an_old_proof_does_not_confirm(safe: SafeInHand) -> None:
    ruled = confirm(safe, issue(safe).sequence, who("nurse.two", auth_age=301))
    assert ruled.decision is Decision.STEP_UP


def test_a14_an_account_made_meanwhile_is_not_changed(safe: SafeInHand) -> None:
    first, second = issue(safe), issue(safe)
    assert confirm(safe, first.sequence).decision is Decision.ALLOW
    assert confirm(safe, second.sequence).rule == "account-exists"


def test_a14_a_temporary_colleague_is_never_the_second_person_of_their_own_end(safe: SafeInHand) -> None:
    confirm(safe, issue(safe).sequence)
    safe.now += 9 * HOUR
    assert issue(safe, LOCUM, "t.other").rule == "unregistered"


@pytest.mark.parametrize(
    "text",
    [
        POLICY.replace("max_hours = 72", "max_hours = 0"),
        POLICY.replace("max_hours = 72", "max_hours = 721"),
        POLICY.replace('nurse = ["nurse"]\n', 'dpo = ["nurse"]\n'),
        POLICY.replace('nurse = ["nurse"]\n', 'king = ["nurse"]\n'),
    ],
)
def test_a14_a_policy_that_would_make_approvers_for_a_night_is_refused_whole(text: str) -> None:
    with pytest.raises(BadInputError):
        parse(text)


def test_one_officer_takes_a_profession_away_at_once(safe: SafeInHand) -> None:
    assert revoke(safe, "nurse.one", "nurse").decision is Decision.ALLOW
    assert safe.rules("p1", by=ONE) == ["unregistered"]
    safe.reopen()
    assert safe.rules("p1", by=ONE) == ["unregistered"]


@pytest.mark.parametrize(
    ("by", "account", "professions", "rule"),
    [
        (ONE, "nurse.two", ("nurse",), "not-a-locker"),
        (DPO, "nurse.two", ("nurse",), "not-a-locker"),
        (OFFICER, "nurse.two", ("dpo",), "not-theirs"),
        (OFFICER, "nobody", ("nurse",), "not-theirs"),
        (who("nobody", "security-officer"), "nurse.two", ("nurse",), "unregistered"),
    ],
)
def test_a15_who_may_not_take_away_takes_nothing(
    safe: SafeInHand, by: Who, account: str, professions: tuple[str, ...], rule: str
) -> None:
    ruled = revoke(safe, account, *professions, by=by)
    assert (ruled.decision, ruled.rule) == (Decision.REFUSE, rule)
    assert registered(safe, TWO)


def test_a15_two_people_who_can_give_back_always_stay(safe: SafeInHand) -> None:
    assert revoke(safe, "dpo", "dpo").decision is Decision.ALLOW
    assert revoke(safe, "deputy", "dpo").rule == "last-approvers"


def test_a15_taking_away_never_gives(safe: SafeInHand) -> None:
    revoke(safe, "nurse.one", "nurse", "dpo", "security-officer")
    assert not registered(safe, who("nurse.one", "dpo"))


def test_a15_a_note_cannot_pretend_to_take_away(safe: SafeInHand) -> None:
    said = Note(who=OFFICER, action=Action.REVOKE, decision=Decision.ALLOW, rule="x", request="n", target="nurse.one")
    assert isinstance(safe.call(said), Fault)
    assert registered(safe, ONE)


def test_a15_an_empty_withdrawal_is_no_request(safe: SafeInHand) -> None:
    assert isinstance(safe.call(Revoke(who=OFFICER, account="nurse.one", professions=(), request="r")), Fault)
