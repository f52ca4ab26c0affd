"""S10: accounts locked in a wave keep the patients they have, and nothing else of a lock is given up."""

from pathlib import Path

import pytest

from ecluse.core.errors import BadInputError
from ecluse.core.words import Action, Grade, Ground, ProposalKind, Purpose, TargetKind
from ecluse.safe.policy import parse
from ecluse.safe.protocol import Approve, Create, Created, Lock, Newcomer, Proposal, Propose, Ruled, Who
from ecluse.safe.testing import SMALL_POLICY, SMALL_STAFF, SafeInHand, who

STAFF = {**SMALL_STAFF, **{f"nurse.{i}": ("nurse",) for i in range(6)}}
OFFICER = who("officer", "security-officer")


@pytest.fixture
def ward(tmp_path: Path) -> SafeInHand:
    """A ward where each nurse has a patient, and one patient on record is planted."""
    safe = SafeInHand(tmp_path, SMALL_POLICY, STAFF)
    planted = Create(
        who=who("desk", "admissions"),
        purpose=Purpose.TREATMENT,
        newcomers=(Newcomer(patient="decoy", decoy=True),),
        request="c",
    )
    assert isinstance(safe.call(planted), Created)
    for number in range(6):
        assert safe.rules(f"of-{number}", by=nurse(number)) == ["explained"]
    safe.now += 3600
    return safe


def nurse(number: int, age: int = 0) -> Who:
    return who(f"nurse.{number}", auth_age=age)


def trip(safe: SafeInHand, *numbers: int) -> None:
    for number in numbers:
        assert safe.rules("decoy", by=nurse(number)) == ["decoy"]
    safe.now += 5


def hammer(safe: SafeInHand, number: int) -> None:
    """Be refused too often."""
    for _ in range(15):
        safe.rules(f"of-{number}", by=nurse(number), action=Action.PRINT)
    safe.now += 5


def grades(safe: SafeInHand) -> dict[str, Grade]:
    return {target: held.grade for (_, target), held in safe.desk.state.locks.items()}


def test_s10_one_or_two_who_trip_are_locked_out(ward: SafeInHand) -> None:
    trip(ward, 0, 1)
    assert ward.rules("of-0", by=nurse(0)) == ["locked"]
    assert ward.rules("of-1", by=nurse(1)) == ["locked"]


def test_s10_in_a_wave_everybody_keeps_the_patients_they_have(ward: SafeInHand) -> None:
    trip(ward, 0, 1, 2, 3)
    for number in range(4):
        assert ward.rules(f"of-{number}", by=nurse(number)) == ["explained"]


def test_s10_in_a_wave_nobody_who_tripped_is_shown_anybody_new(ward: SafeInHand) -> None:
    trip(ward, 0, 1, 2, 3)
    for number in range(4):
        assert ward.rules("new", by=nurse(number)) == ["new-patients"]
        assert ward.rules("new", by=nurse(number), ground=Ground.EMERGENCY, duty=None) == ["new-patients"]
        assert ward.rules(f"of-{number + 1}", by=nurse(number)) == ["new-patients"]


def test_s10_in_a_wave_identity_is_proven_anew_first(ward: SafeInHand) -> None:
    trip(ward, 0, 1, 2, 3)
    for number in range(4):
        assert ward.rules(f"of-{number}", by=nurse(number, age=60)) == ["prove-again"]


def test_s10_accounts_that_did_not_trip_work_on(ward: SafeInHand) -> None:
    trip(ward, 0, 1, 2, 3)
    assert ward.rules("of-5", "new", by=nurse(5)) == ["explained", "explained"]


def test_s10_the_planted_record_stays_shut_and_costs_no_further_entry_of_the_safe(ward: SafeInHand) -> None:
    trip(ward, 0, 1, 2, 3)
    before = ward.desk.trace.size
    for _ in range(3):
        assert ward.rules("decoy", by=nurse(3)) == ["decoy"]
    assert ward.desk.trace.size == before + 3


def test_s10_a_wave_is_told_by_refusals_as_by_decoys(ward: SafeInHand) -> None:
    for number in range(3):
        hammer(ward, number)
    assert set(grades(ward).values()) == {Grade.NEW_PATIENTS}
    hammer(ward, 2)
    assert ward.rules("of-2", by=nurse(2)) == ["explained"]


def test_s10_three_within_more_than_ten_minutes_are_no_wave(ward: SafeInHand) -> None:
    trip(ward, 0, 1)
    ward.now += 600
    trip(ward, 2)
    assert set(grades(ward).values()) == {Grade.EVERYTHING}


def test_s10_the_same_account_three_times_is_no_wave(ward: SafeInHand) -> None:
    for _ in range(3):
        trip(ward, 0)
        lift = Proposal(kind=ProposalKind.UNLOCK, target_kind=TargetKind.ACCOUNT, target="nurse.0")
        asked = ward.call(Propose(who=OFFICER, proposal=lift, request="p"))
        assert isinstance(asked, Ruled)
        ward.call(Approve(who=who("dpo", "dpo"), proposal=asked.sequence, request="a"))
    trip(ward, 0)
    assert ward.rules("of-0", by=nurse(0)) == ["locked"]


def test_s10_a_lock_that_somebody_placed_is_not_made_milder(ward: SafeInHand) -> None:
    trip(ward, 0)
    ward.call(Lock(who=OFFICER, kind=TargetKind.ACCOUNT, target="nurse.0", reason="theft", request="l"))
    ward.call(Lock(who=OFFICER, kind=TargetKind.ACCOUNT, target="nurse.4", reason="theft", request="l"))
    trip(ward, 1, 2, 3)
    found = grades(ward)
    assert (found["nurse.0"], found["nurse.4"]) == (Grade.EVERYTHING, Grade.EVERYTHING)
    assert found["nurse.1"] is Grade.NEW_PATIENTS


def test_s10_whoever_goes_on_alone_after_the_wave_is_locked_out(ward: SafeInHand) -> None:
    trip(ward, 0, 1, 2)
    ward.now += 601
    hammer(ward, 0)
    assert ward.rules("of-0", by=nurse(0)) == ["locked"]


def test_s10_a_wave_is_one_still_after_a_restart(ward: SafeInHand) -> None:
    trip(ward, 0, 1)
    ward.reopen()
    ward.now = max(ward.now, ward.desk.state.now)
    trip(ward, 2)
    assert ward.rules("of-0", "new", by=nurse(0)) == ["explained", "new-patients"]


def test_s10_whoever_tripped_in_a_wave_is_nobodys_second_person(ward: SafeInHand) -> None:
    trip(ward, 0, 1, 2)
    glass = Proposal(kind=ProposalKind.BREAK_GLASS, account="nurse.5", patient="new", seconds=60)
    asked = ward.call(Propose(who=nurse(5), proposal=glass, request="p"))
    assert isinstance(asked, Ruled)
    given = ward.call(Approve(who=nurse(0), proposal=asked.sequence, request="a"))
    assert isinstance(given, Ruled)
    assert given.rule == "new-patients"


@pytest.mark.parametrize("line", ["wave_accounts = 1", "wave_accounts = 0", 'wave_accounts = "few"'])
def test_s10_a_wave_of_one_is_refused_whole(line: str) -> None:
    with pytest.raises(BadInputError):
        parse(SMALL_POLICY.replace("[response]", f"[response]\n{line}"))
