"""S8: opening a decoy locks the account at once, and nothing but the safe can tell a decoy from a patient."""

import pytest

from ecluse.core.words import Action, Decision, Ground, Purpose
from ecluse.safe.entry import decode
from ecluse.safe.protocol import Create, Created, Newcomer
from ecluse.safe.testing import SafeInHand, who
from ecluse.safe.tiles import segment_path


@pytest.fixture
def planted(safe: SafeInHand) -> SafeInHand:
    newcomers = (Newcomer(patient="real-1"), Newcomer(patient="decoy-1", decoy=True), Newcomer(patient="real-2"))
    reply = safe.call(
        Create(who=who("desk", "admissions"), purpose=Purpose.TREATMENT, newcomers=newcomers, request="c")
    )
    assert isinstance(reply, Created)
    return safe


@pytest.mark.parametrize("action", [Action.READ, Action.HISTORY])
@pytest.mark.parametrize("ground", [Ground.EXPLAINED, Ground.UNEXPLAINED, Ground.EMERGENCY])
def test_s8_opening_a_decoy_locks_the_account_at_once(planted: SafeInHand, action: Action, ground: Ground) -> None:
    answer = planted.open("decoy-1", action=action, ground=ground)[0]
    assert (answer.decision, answer.rule, answer.keys) == (Decision.REFUSE, "decoy", {})
    assert planted.rules("real-1") == ["locked"]


def test_s8_what_follows_the_decoy_in_the_same_request_is_refused_too(planted: SafeInHand) -> None:
    assert planted.rules("real-1", "decoy-1", "real-2") == ["explained", "decoy", "locked"]


def test_s8_a_decoy_is_still_one_after_a_restart(planted: SafeInHand) -> None:
    planted.reopen()
    assert planted.rules("decoy-1") == ["decoy"]
    planted.reopen()
    assert planted.rules("real-1") == ["locked"]


def test_s8_a_decoy_that_is_listed_locks_nobody(planted: SafeInHand) -> None:
    assert planted.rules("decoy-1", action=Action.LIST, ground=Ground.UNEXPLAINED) == ["unexplained"]
    assert planted.rules("real-1") == ["explained"]


def test_s8_a_decoy_that_the_gate_refused_was_not_opened(planted: SafeInHand) -> None:
    planted.open("decoy-1", refused="no-duty")
    assert planted.rules("real-1") == ["explained"]


def test_s8_the_entry_of_a_decoy_looks_like_any_other(planted: SafeInHand) -> None:
    lines = segment_path(planted.folder, 0).read_bytes().splitlines()
    entries = [decode(line) for line in lines if b'"action":"create"' in line]
    shapes = {(len(e.mark), e.rule, e.decision, e.detail, e.target, len(e.salt), e.compartments) for e in entries}
    assert len(entries) == 3
    assert len(shapes) == 1
    assert len({e.mark for e in entries}) == 3


def test_s8_no_file_of_the_safe_says_decoy(planted: SafeInHand) -> None:
    planted.sign()
    names = [path for path in planted.folder.rglob("*") if path.is_file()]
    entries = [path.read_bytes().replace(b"decoy-1", b"") for path in names if "policy" not in path.name]
    assert not any(b"decoy" in data for data in entries)


def test_s8_a_locked_thief_is_refused_as_locked_and_learns_no_more_decoys(planted: SafeInHand) -> None:
    planted.open("decoy-1")
    assert planted.rules("decoy-1") == ["locked"]
