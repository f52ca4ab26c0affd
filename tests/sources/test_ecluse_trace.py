"""Écluse's own trace, as a real safe writes it: what was opened, what was refused, who granted what."""

from pathlib import Path

import pytest

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed, Event, Person
from ecluse.core.words import Action, Decision, Ground, ProposalKind, TargetKind, Term
from ecluse.safe.entry import Entry, encode
from ecluse.safe.protocol import Approve, Held, Lock, Note, Proposal, Propose, Ruled, Tokens
from ecluse.safe.testing import SafeInHand, opening, who
from ecluse.sources import ecluse_trace, reading
from ecluse.sources.base import Context, Reject, Tally
from ecluse.sources.opening import head


def read(home: Path) -> tuple[list[Event], Tally]:
    tally = Tally()
    (segment,) = (home / "safe" / "trace").glob("*.jsonl")
    assert ecluse_trace.sniff(segment, head(segment)) == 100
    return list(ecluse_trace.read(segment, tally, Context())), tally


def accesses(home: Path) -> list[Access]:
    return [event for event in read(home)[0] if isinstance(event, Access)]


def acts(home: Path, act: AccountAct) -> list[AccountEvent]:
    return [event for event in read(home)[0] if isinstance(event, AccountEvent) and event.act is act]


def test_what_was_opened_is_an_access_with_its_duty(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path)
    safe.call(opening(["p-1", "p-2"], by=who(workstation="poste-1", address="10.0.0.1")))
    first, second = accesses(tmp_path)
    assert (first.account, first.patient, first.deed, first.shown) == ("nurse.one", "p-1", Deed.READ, 1)
    assert (first.duty, first.device, first.address) == ("care-team", "poste-1", "10.0.0.1")
    assert first.session
    assert first.session == second.session
    assert second.row == first.row + 1


def test_an_unexplained_opening_has_no_duty(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path)
    safe.call(opening(["p-1"], ground=Ground.UNEXPLAINED, duty=None))
    assert [(access.shown, access.duty) for access in accesses(tmp_path)] == [(1, "")]


def test_l11_what_was_refused_is_an_attempt_that_showed_nothing(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path)
    safe.call(opening([f"p-{number}" for number in range(9)]))
    found = accesses(tmp_path)
    refused = [access for access in found if not access.shown]
    assert refused
    assert len(found) == 9
    assert all(access.patient and not access.duty and access.route for access in refused)


def test_search_terms_are_a_search_that_displayed_nobody_yet(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path)
    safe.call(Tokens(who=who(), action=Action.SEARCH, terms=((Term.NAME, "essai"),), request="r"))
    (found,) = accesses(tmp_path)
    assert (found.deed, found.patient, found.shown) == (Deed.SEARCH, "", 0)


def test_the_profession_of_an_account_is_told_once(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path)
    safe.call(opening(["p-1"]))
    safe.call(opening(["p-2"]))
    people = [event for event in read(tmp_path)[0] if isinstance(event, Person)]
    assert [(one.account, one.profession) for one in people].count(("nurse.one", "nurse")) == 1


@pytest.mark.parametrize(
    ("action", "decision", "act"),
    [
        (Action.LOGIN, Decision.ALLOW, AccountAct.LOGIN),
        (Action.LOGIN_FAILURE, Decision.REFUSE, AccountAct.LOGIN_FAILURE),
        (Action.LOGIN, Decision.REFUSE, AccountAct.LOGIN_FAILURE),
        (Action.LOGOUT, Decision.ALLOW, AccountAct.LOGOUT),
        (Action.STEP_UP, Decision.ALLOW, AccountAct.STEP_UP),
        (Action.FACTOR, Decision.ALLOW, AccountAct.FACTOR),
    ],
)
def test_signing_in_and_out_is_told(tmp_path: Path, action: Action, decision: Decision, act: AccountAct) -> None:
    safe = SafeInHand(tmp_path)
    safe.call(Note(who=who(), action=action, decision=decision, rule="r", request="q", target="nurse.one"))
    (found,) = acts(tmp_path, act)
    assert (found.account, found.by) == ("nurse.one", "")


def test_a_grant_counts_once_a_second_person_said_yes(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path)
    before = len(acts(tmp_path, AccountAct.GRANT))
    asked = Propose(
        who=who("officer", "security-officer"),
        proposal=Proposal(kind=ProposalKind.GRANT, account="desk", professions=("nurse",)),
        request="q",
    )
    ruled = safe.call(asked)
    assert isinstance(ruled, Ruled)
    assert len(acts(tmp_path, AccountAct.GRANT)) == before
    safe.call(Approve(who=who("dpo", "dpo"), proposal=ruled.sequence, request="q"))
    found = acts(tmp_path, AccountAct.GRANT)
    assert len(found) == before + 1
    assert (found[-1].account, found[-1].by) == ("desk", "dpo")


def test_a_lock_names_the_account_that_was_locked(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path)
    officer = who("officer", "security-officer")
    safe.call(Lock(who=officer, kind=TargetKind.ACCOUNT, target="nurse.one", reason="test", request="q"))
    (found,) = acts(tmp_path, AccountAct.LOCK)
    assert (found.account, found.by) == ("nurse.one", "officer")


def test_a_refused_lock_and_the_safes_own_entries_are_counted_not_told(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path)
    safe.call(Lock(who=who(), kind=TargetKind.ACCOUNT, target="nurse.two", reason="test", request="q"))
    events, tally = read(tmp_path)
    assert not [event for event in events if isinstance(event, AccountEvent) and event.act is AccountAct.LOCK]
    assert tally.skipped["refused: lock"] == 1
    assert tally.rejected == 0


def test_a_line_that_is_no_entry_is_rejected_and_the_next_is_read(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path)
    safe.call(opening(["p-1"]))
    (segment,) = (tmp_path / "safe" / "trace").glob("*.jsonl")
    copy = tmp_path / "copy.jsonl"
    lines = [line for line in segment.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    copy.write_bytes(b"".join([*lines[:-1], b'{"seq":1,"at":"\xff"}\n', b'{"seq":"no"}\n', lines[-1]]))
    rejects: list[Reject] = []
    events = reading.events(ecluse_trace, copy, rejects.append)
    assert len(rejects) == 2
    assert isinstance(events[-1], Access)


def test_an_entry_still_being_written_is_left_for_the_next_reading(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path)
    safe.call(opening(["p-1"]))
    (segment,) = (tmp_path / "safe" / "trace").glob("*.jsonl")
    with segment.open("rb") as file:
        whole = b"".join(line for line in file if line.endswith(b"\n"))
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(whole[:-9])
    rejects: list[Reject] = []
    events = reading.events(ecluse_trace, copy, rejects.append)
    assert rejects == []
    assert not [event for event in events if isinstance(event, Access)]


def test_locks_of_other_things_than_accounts_are_named_as_what_they_are(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path)
    lock = Held(TargetKind.WORKSTATION, "poste-1", "test")
    entry = Entry(
        seq=9, at=safe.desk._time, salt="s", action=Action.LOCK, decision=Decision.ALLOW, account="officer",
        target="poste-1", lock=lock,
    )  # fmt: skip
    file = tmp_path / "one.jsonl"
    file.write_bytes(encode(entry) + b"\n")
    (found,) = reading.events(ecluse_trace, file)
    assert isinstance(found, AccountEvent)
    assert (found.account, found.by) == ("workstation poste-1", "officer")


@pytest.mark.parametrize("data", [b"", b'{"seq":1}\n', b'{"seq":1,"at":"x"}\n', b'{"resourceType":"AuditEvent"}\n'])
def test_other_files_are_not_taken_for_a_trace(tmp_path: Path, data: bytes) -> None:
    assert ecluse_trace.sniff(tmp_path / "x", data) == 0
