"""The table: profession × factor × device × ages × act, and the reason. No request, no clock, no database."""

import itertools

import pytest

from ecluse.accounts.strength import (
    BY_DEVICE,
    HOUR,
    LIMITS,
    MINUTE,
    PRIVILEGED,
    RESISTANT,
    STRICT,
    USUAL,
    Act,
    Device,
    Factor,
    Facts,
    decide,
    limits,
)
from ecluse.core.words import Decision, Profession

PEOPLE = [word.value for word in Profession if word is not Profession.INTERFACE_SERVICE]
OTHERS = [word for word in PEOPLE if word not in PRIVILEGED]
CARE, RULE = "nurse", "security-officer"
A, S, R = Decision.ALLOW, Decision.STEP_UP, Decision.REFUSE
F, D = Factor, Device
LEAVE, PROVE, ENROL, CHOOSE, WORK, SENSITIVE = Act

Row = tuple[str, Factor, Device, Act, int, int, int, bool, Decision, str]

TABLE: list[Row] = [
    # profession, factor, device, act, age, idle, proof age, unusual → decision, rule
    (CARE, F.CODE, D.BOUND, WORK, 23 * HOUR, 59 * MINUTE, 23 * HOUR, False, A, "strong-enough"),
    (CARE, F.KEY, D.BOUND, SENSITIVE, HOUR, 0, 5 * MINUTE, False, A, "strong-enough"),
    (CARE, F.TAP, D.WARD, WORK, 11 * HOUR, 9 * MINUTE, 0, False, A, "strong-enough"),
    (CARE, F.CODE, D.UNBOUND, WORK, 59 * MINUTE, 9 * MINUTE, 0, False, A, "strong-enough"),
    (RULE, F.KEY, D.BOUND, SENSITIVE, 11 * HOUR, 14 * MINUTE, 4 * MINUTE, False, A, "strong-enough"),
    (RULE, F.PASSKEY, D.BOUND, WORK, 11 * HOUR, 14 * MINUTE, HOUR, False, A, "strong-enough"),
    (CARE, F.NONE, D.ELSEWHERE, ENROL, 0, 0, 0, False, A, "proving"),
    (CARE, F.CODE, D.ELSEWHERE, PROVE, 0, 0, HOUR, False, A, "proving"),
    (CARE, F.NONE, D.ELSEWHERE, LEAVE, 99 * HOUR, 99 * HOUR, 0, True, A, "leaving"),
    # how old
    (CARE, F.KEY, D.BOUND, WORK, 24 * HOUR + 1, 0, 0, False, R, "session-too-old"),
    (CARE, F.KEY, D.BOUND, WORK, 0, HOUR + 1, 0, False, R, "left-alone"),
    (CARE, F.KEY, D.BOUND, PROVE, 0, HOUR + 1, 0, False, R, "left-alone"),
    (RULE, F.KEY, D.BOUND, WORK, 12 * HOUR + 1, 0, 0, False, R, "session-too-old"),
    (RULE, F.KEY, D.BOUND, WORK, 0, 15 * MINUTE + 1, 0, False, R, "left-alone"),
    (CARE, F.TAP, D.WARD, WORK, 12 * HOUR + 1, 0, 0, False, R, "session-too-old"),
    (CARE, F.TAP, D.WARD, WORK, 0, 10 * MINUTE + 1, 0, False, R, "left-alone"),
    (CARE, F.CODE, D.UNBOUND, WORK, HOUR + 1, 0, 0, False, R, "session-too-old"),
    (CARE, F.CODE, D.UNBOUND, WORK, 0, 10 * MINUTE + 1, 0, False, R, "left-alone"),
    (CARE, F.CODE, D.BOUND, WORK, 0, 15 * MINUTE + 1, 0, True, R, "left-alone"),
    ("", F.CODE, D.BOUND, WORK, 12 * HOUR + 1, 0, 0, False, R, "session-too-old"),
    # who, and how surely
    ("interface-service", F.KEY, D.BOUND, WORK, 0, 0, 0, False, R, "no-session-for-it"),
    ("king", F.KEY, D.BOUND, WORK, 0, 0, 0, False, R, "no-session-for-it"),
    (CARE, F.NONE, D.BOUND, WORK, 0, 0, 0, False, S, "second-factor"),
    (CARE, F.NONE, D.BOUND, SENSITIVE, 0, 0, 0, False, S, "second-factor"),
    (CARE, F.NONE, D.BOUND, CHOOSE, 0, 0, 0, False, S, "second-factor"),
    # where
    (CARE, F.KEY, D.ELSEWHERE, WORK, 0, 0, 0, False, S, "new-device"),
    (CARE, F.KEY, D.ELSEWHERE, ENROL, 0, 0, 0, False, S, "new-device"),
    (CARE, F.KEY, D.ELSEWHERE, SENSITIVE, 0, 0, 0, False, S, "new-device"),
    (CARE, F.TAP, D.BOUND, WORK, 0, 0, 0, False, R, "tap-off-ward"),
    (CARE, F.TAP, D.UNBOUND, WORK, 0, 0, 0, False, R, "tap-off-ward"),
    (CARE, F.TAP, D.ELSEWHERE, PROVE, 0, 0, 0, False, R, "tap-off-ward"),
    (RULE, F.TAP, D.WARD, WORK, 0, 0, 0, False, R, "tap-privileged"),
    # how strong
    (RULE, F.CODE, D.BOUND, WORK, 0, 0, 0, False, S, "phishing-resistant"),
    (RULE, F.CODE, D.BOUND, SENSITIVE, 0, 0, 0, False, S, "phishing-resistant"),
    ("dim-physician", F.CODE, D.BOUND, WORK, 0, 0, 0, False, S, "phishing-resistant"),
    # how fresh
    (CARE, F.KEY, D.BOUND, SENSITIVE, 0, 0, 5 * MINUTE + 1, False, S, "fresh-proof"),
    (RULE, F.KEY, D.BOUND, SENSITIVE, 0, 0, 5 * MINUTE + 1, False, S, "fresh-proof"),
    (CARE, F.TAP, D.WARD, SENSITIVE, 0, 0, 0, False, S, "more-than-a-tap"),
    (CARE, F.CODE, D.BOUND, SENSITIVE, 0, 0, MINUTE + 1, True, S, "unusual"),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0] or 'nobody yet'}-{row[1]}-{row[2]}-{row[3]}-{row[9]}")
def test_a4_the_answer_and_its_reason(row: Row) -> None:
    profession, factor, device, act, age, idle, proof, odd, decision, rule = row
    answer = decide(Facts(profession, factor, device, act, age, idle, proof, odd))
    assert (answer.decision, answer.rule) == (decision, rule)


def test_the_table_says_no_more_often_than_yes() -> None:
    refused = [row for row in TABLE if row[8] is not A]
    assert len(refused) > 2 * (len(TABLE) - len(refused))


def test_each_profession_of_people_has_its_line_and_no_other_word_has_one() -> None:
    assert set(LIMITS) == set(PEOPLE)


@pytest.mark.parametrize("profession", PEOPLE)
def test_a4_each_profession_has_the_limits_of_its_level(profession: str) -> None:
    expected = STRICT if profession in PRIVILEGED else USUAL
    assert limits(profession, Device.BOUND) == expected
    within = Facts(profession, Factor.KEY, Device.BOUND, Act.WORK, expected.total, expected.idle)
    assert decide(within).decision is A
    assert decide(within._replace(age=expected.total + 1)).rule == "session-too-old"
    assert decide(within._replace(idle=expected.idle + 1)).rule == "left-alone"


@pytest.mark.parametrize("profession", PEOPLE)
def test_a10_no_profession_works_elsewhere_than_where_it_proved_itself(profession: str) -> None:
    for factor, act in itertools.product(Factor, (Act.WORK, Act.SENSITIVE, Act.ENROL)):
        answer = decide(Facts(profession, factor, Device.ELSEWHERE, act), any_factor=True)
        assert answer.decision is not A or (factor is Factor.NONE and act is Act.ENROL), (factor, act)


@pytest.mark.parametrize("profession", sorted(PRIVILEGED))
def test_a11_privileged_people_work_with_nothing_that_a_fake_page_can_take(profession: str) -> None:
    for factor, device in itertools.product(Factor, Device):
        answer = decide(Facts(profession, factor, device, Act.WORK))
        assert (answer.decision is A) == (factor in RESISTANT and device is not Device.ELSEWHERE)


@pytest.mark.parametrize("profession", OTHERS)
def test_a12_a_tap_is_good_on_a_ward_workstation_and_for_ordinary_work_alone(profession: str) -> None:
    for device, act in itertools.product(Device, (Act.WORK, Act.SENSITIVE)):
        answer = decide(Facts(profession, Factor.TAP, device, act))
        assert (answer.decision is A) == (device is Device.WARD and act is Act.WORK)


def test_no_circumstance_ever_lengthens_a_session() -> None:
    for profession, device, odd in itertools.product([*PEOPLE, "", "king"], Device, (False, True)):
        found = limits(profession, device, unusual=odd)
        for bound in (LIMITS.get(profession, STRICT), BY_DEVICE.get(device, USUAL)):
            assert all(mine <= other for mine, other in zip(found, bound, strict=True))


def test_a_weaker_factor_is_never_given_more() -> None:
    ranks = {A: 2, S: 1, R: 0}
    for profession, device, proof in itertools.product(PEOPLE, Device, (0, HOUR)):
        for act in (Act.WORK, Act.SENSITIVE):
            answers = [
                ranks[decide(Facts(profession, factor, device, act, proof_age=proof)).decision]
                for factor in (Factor.CODE, Factor.PASSKEY, Factor.KEY)
            ]
            assert answers == sorted(answers)


def test_a_demonstration_lets_privileged_people_use_a_code_and_nothing_else_changes() -> None:
    assert decide(Facts(RULE, Factor.CODE, Device.BOUND, Act.WORK), any_factor=True).decision is A
    assert decide(Facts(RULE, Factor.TAP, Device.WARD, Act.WORK), any_factor=True).decision is R
    assert decide(Facts(RULE, Factor.NONE, Device.BOUND, Act.WORK), any_factor=True).decision is S
