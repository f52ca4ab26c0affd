"""S4: what each grade of a lock withholds, and from whom; two people keep care going."""

from pathlib import Path

import pytest

from ecluse.core.errors import BadInputError
from ecluse.core.words import Action, Decision, DutyKind, Grade, Ground, ProposalKind, Purpose, TargetKind, Term
from ecluse.safe.policy import parse
from ecluse.safe.protocol import (
    WATCH,
    Approve,
    Check,
    Checked,
    Create,
    Fault,
    Lock,
    Newcomer,
    Proposal,
    Propose,
    Reply,
    Ruled,
    State,
    Status,
    Tokened,
    Tokens,
    Who,
)
from ecluse.safe.testing import SMALL_POLICY, SMALL_STAFF, SafeInHand, who

OFFICER = who("officer", "security-officer")
WATCHER = Who(account=WATCH, profession="", session="")
OPEN_TO_WATCH = SMALL_POLICY.replace("[response]", '[response]\nwatch_locks = ["account", "session"]')
BEFORE = 60  # the age of a proof given before any lock of these tests


def place(
    safe: SafeInHand,
    grade: Grade,
    target: str = "nurse.one",
    *,
    kind: TargetKind = TargetKind.ACCOUNT,
    by: Who = OFFICER,
    seconds: int = 0,
) -> Ruled:
    asked = Lock(who=by, kind=kind, target=target, reason="odd", request="l", grade=grade, message="", seconds=seconds)
    reply = safe.call(asked)
    assert isinstance(reply, Ruled)
    return reply


def tired(account: str = "nurse.one", profession: str = "nurse") -> Who:
    return who(account, profession, auth_age=BEFORE)


@pytest.fixture
def safe(tmp_path: Path) -> SafeInHand:
    return SafeInHand(tmp_path, OPEN_TO_WATCH)


def test_s4_a_step_up_lock_releases_nothing_until_identity_is_proven_anew(safe: SafeInHand) -> None:
    place(safe, Grade.STEP_UP)
    answer = safe.open("p1", by=tired())[0]
    assert (answer.decision, answer.rule, answer.keys) == (Decision.STEP_UP, "prove-again", {})
    safe.now += 5
    assert safe.rules("p1", by=who()) == ["explained"]


def test_s4_a_proof_given_in_the_second_before_the_lock_does_not_count(safe: SafeInHand) -> None:
    place(safe, Grade.STEP_UP)
    safe.now += 0.5
    assert safe.rules("p1", by=who(auth_age=0)) == ["prove-again"]


def test_s4_a_step_up_lock_stops_searches_and_acts_too(safe: SafeInHand) -> None:
    place(safe, Grade.STEP_UP)
    tokens = safe.call(Tokens(who=tired(), action=Action.SEARCH, terms=((Term.NAME, "x"),), request="t"))
    assert isinstance(tokens, Tokened)
    assert (tokens.decision, tokens.rule, tokens.tokens) == (Decision.STEP_UP, "prove-again", ())
    glass = Proposal(kind=ProposalKind.BREAK_GLASS, account="nurse.one", patient="p1", seconds=60)
    asked = safe.call(Propose(who=tired(), proposal=glass, request="p"))
    assert isinstance(asked, Ruled)
    assert asked.rule == "prove-again"


def withheld(safe: SafeInHand) -> None:
    """Nurse one has ``p1`` in her care; then new patients are withheld, and she proves who she is."""
    assert safe.rules("p1") == ["explained"]
    safe.now += 10
    place(safe, Grade.NEW_PATIENTS)
    safe.now += 10


def test_s4_withholding_leaves_present_duties_and_no_other_patient(safe: SafeInHand) -> None:
    withheld(safe)
    assert safe.rules("p1", "p2") == ["explained", "new-patients"]
    assert safe.open("p2")[0].decision is Decision.SECOND_PERSON


def test_s4_withholding_asks_for_a_new_proof_first(safe: SafeInHand) -> None:
    withheld(safe)
    assert safe.rules("p1", by=tired()) == ["prove-again"]


@pytest.mark.parametrize("ground", [Ground.UNEXPLAINED, Ground.EMERGENCY])
def test_s4_a_reason_or_a_glass_broken_alone_opens_nothing_that_is_withheld(safe: SafeInHand, ground: Ground) -> None:
    withheld(safe)
    for patient in ("p1", "p2"):
        assert safe.rules(patient, ground=ground, duty=None) == ["new-patients"]


def test_s4_a_patient_seen_without_a_duty_is_no_present_duty(safe: SafeInHand) -> None:
    assert safe.rules("p1", ground=Ground.UNEXPLAINED, duty=None) == ["unexplained"]
    place(safe, Grade.NEW_PATIENTS)
    safe.now += 10
    assert safe.rules("p1") == ["new-patients"]


def test_s4_a_duty_of_long_ago_is_no_present_duty(safe: SafeInHand) -> None:
    safe.rules("p1")
    safe.now += 73 * 3600
    place(safe, Grade.NEW_PATIENTS)
    safe.now += 10
    assert safe.rules("p1") == ["new-patients"]


def test_s4_two_people_open_what_is_withheld_from_one(safe: SafeInHand) -> None:
    withheld(safe)
    glass = Proposal(kind=ProposalKind.BREAK_GLASS, account="nurse.one", patient="p2", seconds=60)
    asked = safe.call(Propose(who=who(), proposal=glass, request="p"))
    assert isinstance(asked, Ruled)
    assert asked.decision is Decision.ALLOW, asked
    given = safe.call(Approve(who=who("nurse.two"), proposal=asked.sequence, request="a"))
    assert isinstance(given, Ruled)
    assert given.decision is Decision.ALLOW
    more = {"ground": Ground.APPROVED, "duty": None, "approval": asked.sequence, "purpose": Purpose.BREAK_GLASS}
    assert safe.rules("p2", **more) == ["approved"]
    assert safe.rules("p3", **more) == ["approval"]


@pytest.mark.parametrize("grade", list(Grade))
def test_s4_whoever_is_held_is_nobodys_second_person(safe: SafeInHand, grade: Grade) -> None:
    glass = Proposal(kind=ProposalKind.BREAK_GLASS, account="nurse.two", patient="p2", seconds=60)
    asked = safe.call(Propose(who=who("nurse.two"), proposal=glass, request="p"))
    assert isinstance(asked, Ruled)
    place(safe, grade)
    safe.now += 10 if grade is Grade.NEW_PATIENTS else 0
    given = safe.call(Approve(who=who(auth_age=0), proposal=asked.sequence, request="a"))
    assert isinstance(given, Ruled)
    assert given.decision is Decision.REFUSE


def test_s4_nobody_from_whom_patients_are_withheld_locks_others_or_proposes_a_grant(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path, accounts={**SMALL_STAFF, "officer.two": ("security-officer",)})
    place(safe, Grade.NEW_PATIENTS, "officer.two")
    safe.now += 10
    held = who("officer.two", "security-officer")
    assert place(safe, Grade.EVERYTHING, "desk", by=held).rule == "new-patients"
    grant = Proposal(kind=ProposalKind.GRANT, account="desk", professions=("nurse",))
    asked = safe.call(Propose(who=held, proposal=grant, request="p"))
    assert isinstance(asked, Ruled)
    assert asked.rule == "new-patients"


def test_s4_nobody_from_whom_patients_are_withheld_creates_any(safe: SafeInHand) -> None:
    place(safe, Grade.NEW_PATIENTS, "desk")
    safe.now += 10
    made = Create(
        who=who("desk", "admissions"), purpose=Purpose.TREATMENT, newcomers=(Newcomer(patient="n"),), request="c"
    )
    assert safe.call(made) == Fault(code="refused", message="new-patients")


def test_s4_an_export_is_withheld_even_when_two_people_agreed(safe: SafeInHand) -> None:
    withheld(safe)
    rules = safe.rules("p1", action=Action.EXPORT, ground=Ground.APPROVED, duty=None)
    assert rules == ["approval"]
    assert safe.open("p1", action=Action.EXPORT)[0].keys == {}


@pytest.mark.parametrize("stricter", [Grade.NEW_PATIENTS, Grade.EVERYTHING])
def test_s4_a_milder_lock_does_not_soften_one_in_force(safe: SafeInHand, stricter: Grade) -> None:
    place(safe, stricter)
    place(safe, Grade.STEP_UP, seconds=1)
    safe.now += 3600
    assert safe.rules("p9") == [{"everything": "locked", "new-patients": "new-patients"}[stricter.value]]


def test_s4_the_strictest_of_several_locks_counts(safe: SafeInHand) -> None:
    place(safe, Grade.STEP_UP)
    place(safe, Grade.EVERYTHING, "nurse", kind=TargetKind.PROFESSION)
    safe.now += 10
    assert safe.rules("p1") == ["locked"]


def test_s4_a_mild_lock_does_not_disarm_the_automatic_one(safe: SafeInHand) -> None:
    place(safe, Grade.NEW_PATIENTS)
    safe.now += 10
    for _ in range(15):
        safe.rules("p1", action=Action.PRINT)
    assert safe.rules("p1") == ["locked"]


def test_s4_an_open_session_is_told_what_is_due(safe: SafeInHand) -> None:
    def asked(by: Who) -> Reply:
        return safe.call(Check(who=by))

    place(safe, Grade.NEW_PATIENTS)
    assert asked(tired()) == Checked(lock="", registered=True, grade=Grade.STEP_UP)
    safe.now += 10
    assert asked(who()) == Checked(lock="", registered=True, grade=Grade.NEW_PATIENTS)
    place(safe, Grade.EVERYTHING)
    assert asked(who()) == Checked(lock="odd", registered=True)


def test_s4_a_lock_tells_who_placed_it_why_and_since_when(safe: SafeInHand) -> None:
    place(safe, Grade.STEP_UP, seconds=60)
    state = safe.call(Status())
    assert isinstance(state, State)
    (held,) = state.held
    assert (held.by, held.grade, held.until - held.since, held.reason) == ("officer", Grade.STEP_UP, 60, "odd")


def test_s4_grades_outlive_a_restart(safe: SafeInHand) -> None:
    withheld(safe)
    safe.reopen()
    assert safe.rules("p1", "p2") == ["explained", "new-patients"]


@pytest.mark.parametrize(
    ("kind", "target", "rule"),
    [
        (TargetKind.ACCOUNT, "nurse.one", ""),
        (TargetKind.SESSION, "0123456789abcdef", ""),
        (TargetKind.WORKSTATION, "ward-3", "not-a-locker"),
        (TargetKind.ADDRESS, "10.0.0.9", "not-a-locker"),
        (TargetKind.PROFESSION, "nurse", "not-a-locker"),
        (TargetKind.ESTABLISHMENT, "", "not-a-locker"),
        (TargetKind.ACCOUNT, "officer", "last-approvers"),
    ],
)
def test_s4_the_watch_locks_what_the_policy_lists_and_never_the_last_who_can_unlock(
    tmp_path: Path, kind: TargetKind, target: str, rule: str
) -> None:
    staff = {name: words for name, words in SMALL_STAFF.items() if name != "deputy"}
    safe = SafeInHand(tmp_path, OPEN_TO_WATCH, staff)
    assert place(safe, Grade.EVERYTHING, target, kind=kind, by=WATCHER).rule == rule


def test_s4_the_watch_locks_nothing_where_the_policy_lists_nothing(tmp_path: Path) -> None:
    assert place(SafeInHand(tmp_path), Grade.STEP_UP, by=WATCHER).rule == "not-a-locker"


def test_s4_the_watch_is_nobody_who_could_read_approve_or_propose(safe: SafeInHand) -> None:
    assert safe.rules("p1", by=WATCHER, duty=DutyKind.CARE_TEAM) == ["unregistered"]
    grant = Proposal(kind=ProposalKind.GRANT, account="desk", professions=("nurse",))
    asked = safe.call(Propose(who=WATCHER, proposal=grant, request="p"))
    assert isinstance(asked, Ruled)
    assert asked.rule == "unregistered"


@pytest.mark.parametrize(
    "line", ["present_hours = 0", "present_hours = 721", 'watch_locks = ["establishment"]', 'watch_locks = ["moon"]']
)
def test_s4_a_policy_that_would_undo_the_grades_is_refused_whole(line: str) -> None:
    with pytest.raises(BadInputError):
        parse(SMALL_POLICY.replace("[response]", f"[response]\n{line}"))
