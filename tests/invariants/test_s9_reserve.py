"""S9: what fills the establishment's cap does not stop care under way; the cap holds all the same."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ecluse.core.errors import BadInputError
from ecluse.core.words import Action, Decision, Ground, ProposalKind, Purpose
from ecluse.safe.policy import parse
from ecluse.safe.protocol import Approve, Proposal, Propose, Ruled
from ecluse.safe.testing import SMALL_POLICY, SafeInHand, who

CAPS = "caps = { minute = 15, hour = 30, day = 40, month = 50 }"
TIGHT = SMALL_POLICY.replace(CAPS, "caps = { minute = 10, hour = 10, day = 40, month = 50 }\nreserve = 0.3")
WARD = {f"nurse.{i}": ("nurse",) for i in range(9)}
FULL = "establishment-cap-minute"
HOUR = "establishment-cap-hour"
MINUTE_S = 60


@pytest.fixture
def ward(tmp_path: Path) -> SafeInHand:
    """A ward where nurse 0 has two patients in her care, of an hour ago and more."""
    safe = SafeInHand(tmp_path, TIGHT, WARD)
    assert safe.rules("mine-1", "mine-2", by=who("nurse.0")) == ["explained", "explained"]
    safe.now += 2 * 3600
    return safe


def filled(safe: SafeInHand, ground: Ground = Ground.EXPLAINED) -> int:
    """Let eight others take what they can; return how many patients they were shown."""
    names = {i: [f"{ground}-{i}-{n}" for n in range(4)] for i in range(1, 9)}
    asked = [safe.open(*names[i], by=who(f"nurse.{i}"), ground=ground) for i in names]
    return sum(answer.decision is Decision.ALLOW for answers in asked for answer in answers)


def test_s9_new_patients_stop_before_the_cap_of_the_establishment(ward: SafeInHand) -> None:
    assert filled(ward) == 7
    assert ward.rules("another", by=who("nurse.0")) == [FULL]


def test_s9_patients_in_care_stay_open_when_others_have_filled_the_rest(ward: SafeInHand) -> None:
    filled(ward)
    assert ward.rules("mine-1", "mine-2", by=who("nurse.0")) == ["explained", "explained"]


def test_s9_an_emergency_opens_when_others_have_filled_the_rest(ward: SafeInHand) -> None:
    filled(ward)
    more = {"ground": Ground.EMERGENCY, "duty": None, "purpose": Purpose.BREAK_GLASS}
    assert ward.rules("crash", by=who("nurse.0"), **more) == ["emergency"]


def test_s9_what_two_people_opened_opens_when_others_have_filled_the_rest(ward: SafeInHand) -> None:
    filled(ward)
    glass = Proposal(kind=ProposalKind.BREAK_GLASS, account="nurse.0", patient="crash", seconds=60)
    asked = ward.call(Propose(who=who("nurse.0"), proposal=glass, request="p"))
    assert isinstance(asked, Ruled)
    ward.call(Approve(who=who("nurse.1"), proposal=asked.sequence, request="a"))
    more = {"ground": Ground.APPROVED, "duty": None, "approval": asked.sequence, "purpose": Purpose.BREAK_GLASS}
    assert ward.rules("crash", by=who("nurse.0"), **more) == ["approved"]


def test_s9_an_export_never_takes_from_what_is_kept_for_care(ward: SafeInHand) -> None:
    filled(ward)
    assert ward.open("mine-1", by=who("nurse.0"), action=Action.EXPORT)[0].keys == {}


def test_s9_a_patient_in_a_colleagues_care_is_a_new_one(ward: SafeInHand) -> None:
    filled(ward)
    assert ward.rules("mine-1", by=who("nurse.8")) == [FULL]


def test_s9_a_patient_seen_without_a_duty_is_not_in_care(ward: SafeInHand) -> None:
    assert ward.rules("curious", by=who("nurse.0"), ground=Ground.UNEXPLAINED, duty=None) == ["unexplained"]
    ward.now += 2 * 3600
    filled(ward)
    assert ward.rules("curious", by=who("nurse.0")) == [FULL]


def test_s9_a_patient_of_last_week_is_not_in_care(ward: SafeInHand) -> None:
    ward.now += 73 * 3600
    filled(ward)
    assert ward.rules("mine-1", by=who("nurse.0")) == [FULL]


def test_s9_claiming_emergencies_everywhere_still_ends_at_the_cap(ward: SafeInHand) -> None:
    shown = filled(ward) + filled(ward, Ground.EMERGENCY)
    assert shown == 10
    ward.now += MINUTE_S + 10
    assert ward.rules("another", by=who("nurse.0"), ground=Ground.EMERGENCY, duty=None) == [HOUR]


def test_s9_the_whole_cap_holds_after_a_restart(ward: SafeInHand) -> None:
    filled(ward)
    ward.reopen()
    assert ward.rules("another", "mine-1", by=who("nurse.0")) == [FULL, "explained"]


@pytest.mark.parametrize("line", ["reserve = 0.51", "reserve = -0.1", 'reserve = "a tenth"', "reserves = 0.1"])
def test_s9_a_reserve_that_makes_no_sense_is_refused_whole(line: str) -> None:
    with pytest.raises(BadInputError):
        parse(SMALL_POLICY.replace("[establishment]", f"[establishment]\n{line}"))


def test_s9_without_a_reserve_all_of_the_cap_is_for_everybody(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path, TIGHT.replace("reserve = 0.3", "reserve = 0"), WARD)
    assert filled(safe) == 10


class Reserve(RuleBasedStateMachine):
    """The model is the list of what was shown. Windows are as short as they may be where it must refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="ecluse-reserve-"))
        self.safe = SafeInHand(self.home, TIGHT, WARD)
        self.shown: list[tuple[float, str, Ground, str]] = []

    def teardown(self) -> None:
        self.safe.desk.trace.close()
        shutil.rmtree(self.home)

    def together(self, seconds: float) -> set[str]:
        return {patient for at, _, _, patient in self.shown if at > self.safe.now - seconds}

    def in_care(self, nurse: str, patient: str) -> bool:
        mine = {p for at, n, on, p in self.shown if (n, on) == (nurse, Ground.EXPLAINED)}
        return patient in mine

    @rule(
        nurse=st.sampled_from(sorted(WARD)),
        ground=st.sampled_from([Ground.EXPLAINED, Ground.UNEXPLAINED, Ground.EMERGENCY]),
        patient=st.sampled_from([f"p{i}" for i in range(20)]),
    )
    def open(self, nurse: str, ground: Ground, patient: str) -> None:
        before = self.together(MINUTE_S)
        answer = self.safe.open(patient, by=who(nurse), ground=ground)[0]
        under_way = ground is Ground.EMERGENCY or (ground is Ground.EXPLAINED and self.in_care(nurse, patient))
        if answer.decision is Decision.ALLOW:
            assert under_way or patient in before or len(before) < 7
            self.shown.append((self.safe.now, nurse, ground, patient))
        elif answer.rule.startswith("establishment-") and under_way:
            assert len(self.together(3600 + 600)) >= 10

    @rule(seconds=st.sampled_from([1.0, 20.0, 61.0, 400.0, 4000.0]))
    def wait(self, seconds: float) -> None:
        self.safe.now += seconds

    @rule()
    def restart(self) -> None:
        self.safe.reopen()
        self.safe.now = max(self.safe.now, self.safe.desk.state.now)

    @invariant()
    def all_together_were_never_shown_more_than_the_cap(self) -> None:
        assert len(self.together(MINUTE_S)) <= 10
        assert len(self.together(3600)) <= 10


TestReserve = Reserve.TestCase
TestReserve.settings = settings(
    max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
