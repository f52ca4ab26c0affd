"""Truth tables of the rules, with the policy that ships. One function is asked; every answer names its rule."""

from collections import Counter
from itertools import product
from typing import Any, TypeAlias

import pytest
from msgspec.structs import replace

from ecluse.core.words import PATIENT_ACTIONS, Action, Compartment, Decision, DutyKind, Ground, Profession, Purpose
from ecluse.gate.rules import RANK, Asked, Verdict, breaking, decide, kinds, may, readable, writable
from ecluse.safe.policy import DEFAULT_FILE, Policy, Rights, load

P: TypeAlias = Profession
C: TypeAlias = Compartment
A: TypeAlias = Action
D: TypeAlias = DutyKind
POLICY = load(DEFAULT_FILE)

LETTERS = {"i": C.IDENTITY, "c": C.CONTACT, "o": C.COVERAGE, "a": C.CARE, "l": C.CLINICAL}
READS = {
    P.PHYSICIAN: "icoal",
    P.RESIDENT: "icoal",
    P.NURSE: "ic-al",
    P.AIDE: "i--al",
    P.MIDWIFE: "icoal",
    P.PHARMACIST: "i--al",
    P.LABORATORY: "i--al",
    P.RADIOLOGY: "i--al",
    P.SECRETARY: "icoa-",
    P.ADMISSIONS: "ico--",
    P.BILLING: "icoa-",
    P.DIM_PHYSICIAN: "i--al",
    P.DIM_CODER: "i--al",
    P.SOCIAL_WORKER: "icoa-",
    P.IT_ADMINISTRATOR: "-----",
    P.SECURITY_OFFICER: "-----",
    P.DPO: "-----",
    P.INTERFACE_SERVICE: "icoal",
    P.PROVISIONING_SERVICE: "-----",
    P.AUDITOR: "-----",
    P.UNIT_HEAD: "-----",
}
WRITES = {
    P.PHYSICIAN: "-c-al",
    P.RESIDENT: "-c-al",
    P.NURSE: "-c-al",
    P.MIDWIFE: "-c-al",
    P.PHARMACIST: "----l",
    P.LABORATORY: "----l",
    P.RADIOLOGY: "----l",
    P.SECRETARY: "-coa-",
    P.ADMISSIONS: "icoa-",
    P.BILLING: "--o--",
    P.SOCIAL_WORKER: "-coa-",
    P.INTERFACE_SERVICE: "icoal",
    P.PROVISIONING_SERVICE: "-----",
    P.AUDITOR: "-----",
    P.UNIT_HEAD: "-----",
}
ACTIONS = {  # read history search list print everything write create export break-glass
    P.PHYSICIAN: "RHSLPEW-XB",
    P.RESIDENT: "RHSLP-W--B",
    P.NURSE: "RHSLP-W--B",
    P.AIDE: "R-SL------",
    P.MIDWIFE: "RHSLP-W--B",
    P.PHARMACIST: "RHSLP-W--B",
    P.LABORATORY: "R-SLP-W---",
    P.RADIOLOGY: "RHSLP-W---",
    P.SECRETARY: "R-SLP-WC--",
    P.ADMISSIONS: "R-SLP-WC--",
    P.BILLING: "R-SLP-W---",
    P.DIM_PHYSICIAN: "RHSL----X-",
    P.DIM_CODER: "R-SL------",
    P.SOCIAL_WORKER: "R-SLP-W---",
    P.IT_ADMINISTRATOR: "----------",
    P.SECURITY_OFFICER: "----------",
    P.DPO: "---L------",
    P.INTERFACE_SERVICE: "RHSL--WC--",
    P.PROVISIONING_SERVICE: "----------",
    P.AUDITOR: "----------",
    P.UNIT_HEAD: "----------",
}
ORDER = (A.READ, A.HISTORY, A.SEARCH, A.LIST, A.PRINT, A.EVERYTHING, A.WRITE, A.CREATE, A.EXPORT, A.BREAK_GLASS)
DUTIES = {
    P.PHYSICIAN: set(D) - {D.ADMISSION, D.CODING, D.BILLING},
    P.RESIDENT: {D.ENCOUNTER_IN_UNIT, D.APPOINTMENT, D.CARE_TEAM, D.ON_CALL, D.DELEGATION, D.FEED},
    P.NURSE: {D.ENCOUNTER_IN_UNIT, D.CARE_TEAM, D.ON_CALL, D.DELEGATION, D.FEED},
    P.AIDE: {D.ENCOUNTER_IN_UNIT, D.CARE_TEAM, D.FEED},
    P.MIDWIFE: {D.ENCOUNTER_IN_UNIT, D.APPOINTMENT, D.TREATING_DOCTOR, D.CARE_TEAM, D.ON_CALL, D.DELEGATION, D.FEED},
    P.PHARMACIST: {D.ORDER, D.CARE_TEAM, D.ENCOUNTER_IN_UNIT, D.ON_CALL, D.FEED},
    P.LABORATORY: {D.ORDER, D.ON_CALL, D.FEED},
    P.RADIOLOGY: {D.ORDER, D.APPOINTMENT, D.ON_CALL, D.FEED},
    P.SECRETARY: {D.APPOINTMENT, D.ENCOUNTER_IN_UNIT, D.DELEGATION, D.FEED},
    P.ADMISSIONS: {D.ADMISSION, D.APPOINTMENT, D.FEED},
    P.BILLING: {D.BILLING, D.FEED},
    P.DIM_PHYSICIAN: {D.CODING, D.FEED},
    P.DIM_CODER: {D.CODING, D.FEED},
    P.SOCIAL_WORKER: {D.CARE_TEAM, D.ENCOUNTER_IN_UNIT, D.ORDER, D.DELEGATION, D.FEED},
    P.IT_ADMINISTRATOR: set(),
    P.SECURITY_OFFICER: set(),
    P.DPO: set(),
    P.INTERFACE_SERVICE: {D.FEED, D.ORDER, D.ADMISSION},
    P.PROVISIONING_SERVICE: set(),
    P.AUDITOR: set(),
    P.UNIT_HEAD: set(),
}  # fmt: skip
OFFICE = (P.IT_ADMINISTRATOR, P.SECURITY_OFFICER, P.DPO, P.PROVISIONING_SERVICE, P.AUDITOR, P.UNIT_HEAD)
READERS = [one for one in P if one not in OFFICE]


def parts(letters: str) -> frozenset[C]:
    return frozenset(LETTERS[letter] for letter in letters if letter != "-")


def purpose_of(profession: P) -> Purpose:
    """Return a purpose that the profession has."""
    purposes = POLICY.professions[profession].purposes
    return next((one for one in Purpose if one in purposes and one is not Purpose.BREAK_GLASS), Purpose.TREATMENT)


def explained(profession: P, action: A = A.READ, compartment: C = C.IDENTITY) -> Asked:
    """Build the access that has everything for it: a duty the profession accepts, known device, fresh proof."""
    accepted = kinds(POLICY, profession)
    return Asked(
        profession=profession,
        action=action,
        purpose=purpose_of(profession),
        compartments=(compartment,),
        duty=accepted[0] if accepted else D.ENCOUNTER_IN_UNIT,
    )


def ruled(asked: Asked) -> tuple[Decision, str]:
    verdict = decide(POLICY, asked)
    return verdict.decision, verdict.rule


@pytest.mark.parametrize("profession", P)
def test_each_profession_reads_and_writes_its_parts_and_no_other(profession: P) -> None:
    assert readable(POLICY, profession) == parts(READS[profession])
    assert writable(POLICY, profession) == parts(WRITES.get(profession, "-----"))


@pytest.mark.parametrize("profession", P)
def test_each_profession_has_its_actions_and_no_other(profession: P) -> None:
    granted = "".join(letter for letter in ACTIONS[profession] if letter != "-")
    assert [action for action in ORDER if may(POLICY, profession, action)] == [
        action for action, letter in zip(ORDER, ACTIONS[profession], strict=True) if letter != "-"
    ], granted


@pytest.mark.parametrize(("profession", "compartment", "action"), [*product(P, C, ORDER)])
def test_g2_profession_by_compartment_by_action(profession: P, compartment: C, action: A) -> None:
    """Allowed only where both tables say so; exports ask for a second person, everything else is refused."""
    letters = WRITES.get(profession, "-----") if action in {A.WRITE, A.CREATE} else READS[profession]
    listed = ACTIONS[profession][ORDER.index(action)] != "-" and compartment in parts(letters)
    verdict = decide(POLICY, explained(profession, action, compartment))
    if not listed:
        assert verdict.decision is Decision.REFUSE
        assert verdict.rule in {"action-not-granted", "compartment-not-granted", "purpose-not-granted"}
    elif action is A.EXPORT:
        assert verdict.decision is Decision.SECOND_PERSON
    else:
        assert verdict.decision is Decision.ALLOW
        assert verdict.ground is Ground.EXPLAINED


def test_the_table_refuses_more_than_it_allows() -> None:
    answers = Counter(
        decide(POLICY, explained(profession, action, compartment)).decision
        for profession, compartment, action in product(P, C, ORDER)
    )
    assert answers[Decision.REFUSE] > answers[Decision.ALLOW]


@pytest.mark.parametrize(("profession", "duty"), [*product(P, D)])
def test_profession_by_duty(profession: P, duty: D) -> None:
    """A duty explains only to the professions whose work it is."""
    asked = replace(explained(profession), duty=duty)
    verdict = decide(POLICY, asked)
    if duty in DUTIES[profession]:
        assert verdict == Verdict(Decision.ALLOW, "explained", Ground.EXPLAINED, duty)
    else:
        assert verdict.decision in {Decision.REFUSE, Decision.JUSTIFY}
        assert verdict.duty is None


def test_every_duty_has_a_rank() -> None:
    assert set(RANK) == set(D)


@pytest.mark.parametrize("word", ["", "Nurse", "nurse ", "root", "physician\x00", "*"])
def test_g2_an_unknown_profession_is_refused_whatever_it_brings(word: str) -> None:
    asked = replace(explained(P.PHYSICIAN), profession=word, justified=True, glass=frozenset(C), approved=True)
    assert ruled(asked) == (Decision.REFUSE, "unknown-profession")
    assert not readable(POLICY, word)
    assert not may(POLICY, word, A.READ)
    assert kinds(POLICY, word) == ()


@pytest.mark.parametrize("profession", READERS)
def test_g2_a_profession_that_the_policy_forgot_has_no_right(profession: P) -> None:
    forgotten = replace(POLICY, professions={k: v for k, v in POLICY.professions.items() if k is not profession})
    assert decide(forgotten, explained(profession)).rule == "unknown-profession"


@pytest.mark.parametrize("action", [*sorted(set(Action) - PATIENT_ACTIONS), "drop", "", "READ", "erase"])
def test_g2_an_unknown_action_or_one_that_is_not_about_patients_is_refused(action: str) -> None:
    everything = Rights(frozenset(C), frozenset(C), frozenset(Action), frozenset(Purpose), frozenset(D))
    wide = replace(POLICY, professions={P.PHYSICIAN: everything})
    assert decide(wide, replace(explained(P.PHYSICIAN), action=action)).rule == "action-not-granted"


@pytest.mark.parametrize("purpose", ["", "treat", "MARKETING", Purpose.PAYMENT, Purpose.ADMINISTRATION, Purpose.LEGAL])
def test_g2_a_purpose_that_is_not_listed_is_refused(purpose: str) -> None:
    assert ruled(replace(explained(P.NURSE), purpose=purpose)) == (Decision.REFUSE, "purpose-not-granted")


@pytest.mark.parametrize("wanted", [(), ("soul",), (C.IDENTITY, "soul"), (C.IDENTITY, C.COVERAGE)])
def test_g2_a_part_that_is_not_listed_refuses_the_whole(wanted: tuple[str, ...]) -> None:
    """Narrowing is the caller's: asking too much is not answered with less."""
    assert ruled(replace(explained(P.NURSE), compartments=wanted)) == (Decision.REFUSE, "compartment-not-granted")


@pytest.mark.parametrize(("profession", "action"), [*product(OFFICE, ORDER)])
def test_g4_privileged_professions_have_no_standing_right(profession: P, action: A) -> None:
    for duty, justified, glass, approved in product(
        (None, *D), (False, True), (None, frozenset(C)), (False, True)
    ):  # fmt: skip
        asked = replace(
            explained(profession, action),
            duty=duty,
            justified=justified,
            glass=glass,
            approved=approved,
            seconded=approved,
        )
        assert decide(POLICY, asked).decision is Decision.REFUSE


# known device, fresh proof, duty, reason given, glass → decision
LADDER = [
    (True, True, True, False, False, Decision.ALLOW, "explained"),
    (True, False, True, False, False, Decision.ALLOW, "explained"),
    (False, True, True, False, False, Decision.ALLOW, "explained"),
    (False, False, True, False, False, Decision.STEP_UP, "new-device"),
    (False, False, True, True, True, Decision.STEP_UP, "new-device"),
    (False, False, False, False, False, Decision.STEP_UP, "new-device"),
    (False, False, False, True, False, Decision.STEP_UP, "new-device"),
    (False, False, False, False, True, Decision.STEP_UP, "new-device"),
    (True, True, False, False, False, Decision.JUSTIFY, "say-why"),
    (True, False, False, False, False, Decision.JUSTIFY, "say-why"),
    (False, True, False, False, False, Decision.JUSTIFY, "say-why"),
    (True, False, False, True, False, Decision.ALLOW, "justified"),
    (False, True, False, True, False, Decision.ALLOW, "justified"),
    (True, False, False, False, True, Decision.ALLOW, "break-glass"),
    (True, False, False, True, True, Decision.ALLOW, "break-glass"),
    (True, False, True, True, True, Decision.ALLOW, "explained"),
]


@pytest.mark.parametrize(("known", "fresh", "duty", "reason", "glass", "decision", "rule"), LADDER)
def test_the_ladder(
    known: bool, fresh: bool, duty: bool, reason: bool, glass: bool, decision: Decision, rule: str
) -> None:  # fmt: skip
    asked = Asked(
        profession=P.NURSE,
        action=A.READ,
        purpose=Purpose.TREATMENT,
        compartments=(C.IDENTITY, C.CLINICAL),
        duty=D.CARE_TEAM if duty else None,
        known_device=known,
        auth_age=0 if fresh else POLICY.ladder.fresh_seconds + 1,
        justified=reason,
        glass=frozenset(readable(POLICY, P.NURSE)) if glass else None,
    )
    assert ruled(asked) == (decision, rule)


def test_a_step_up_says_how_fresh_the_proof_must_be() -> None:
    asked = replace(explained(P.NURSE), known_device=False, auth_age=301)
    assert decide(POLICY, asked).max_age == POLICY.ladder.fresh_seconds
    assert decide(POLICY, replace(asked, auth_age=-1)).decision is Decision.STEP_UP


def test_a_service_proves_itself_with_each_request() -> None:
    asked = replace(explained(P.INTERFACE_SERVICE), known_device=False, auth_age=0)
    assert ruled(asked) == (Decision.ALLOW, "explained")


def alone(profession: P, action: A, *compartments: C, policy: Policy = POLICY) -> tuple[Decision, str]:
    """Rule on an access that nothing explains."""
    asked = replace(explained(profession, action), duty=None, compartments=compartments)
    verdict = decide(policy, asked)
    return verdict.decision, verdict.rule


@pytest.mark.parametrize("profession", [P.AIDE, P.BILLING, P.DIM_PHYSICIAN, P.DIM_CODER, P.INTERFACE_SERVICE])
@pytest.mark.parametrize("action", [A.READ, A.SEARCH, A.LIST])
def test_g4_who_works_from_a_list_sees_nothing_outside_it(profession: P, action: A) -> None:
    assert alone(profession, action, C.IDENTITY) == (Decision.REFUSE, "no-duty")
    asked = replace(explained(profession, action), duty=None, justified=True)
    assert decide(POLICY, asked).decision is Decision.REFUSE


@pytest.mark.parametrize(
    ("profession", "action", "compartments", "decision", "rule"),
    [
        (P.ADMISSIONS, A.SEARCH, (C.IDENTITY,), Decision.ALLOW, "precise-search"),
        (P.NURSE, A.SEARCH, (C.IDENTITY,), Decision.ALLOW, "precise-search"),
        (P.ADMISSIONS, A.SEARCH, (C.IDENTITY, C.CONTACT), Decision.JUSTIFY, "say-why"),
        (P.PHYSICIAN, A.SEARCH, (C.CLINICAL,), Decision.JUSTIFY, "say-why"),
        (P.ADMISSIONS, A.LIST, (C.IDENTITY,), Decision.JUSTIFY, "say-why"),
        (P.ADMISSIONS, A.READ, (C.IDENTITY,), Decision.JUSTIFY, "say-why"),
        (P.ADMISSIONS, A.PRINT, (C.IDENTITY,), Decision.JUSTIFY, "say-why"),
        (P.PHYSICIAN, A.WRITE, (C.CLINICAL,), Decision.JUSTIFY, "say-why"),
        (P.PHYSICIAN, A.EVERYTHING, (C.IDENTITY,), Decision.REFUSE, "needs-a-duty"),
        (P.ADMISSIONS, A.CREATE, (C.IDENTITY,), Decision.REFUSE, "needs-a-duty"),
        (P.ADMISSIONS, A.SEARCH, (C.CLINICAL,), Decision.REFUSE, "compartment-not-granted"),
    ],
)
def test_what_an_unexplained_patient_shows(
    profession: P, action: A, compartments: tuple[C, ...], decision: Decision, rule: str
) -> None:
    assert alone(profession, action, *compartments) == (decision, rule)


@pytest.mark.parametrize("action", [A.EVERYTHING, A.EXPORT])
def test_a_reason_given_does_not_take_a_whole_record_away(action: A) -> None:
    asked = replace(explained(P.PHYSICIAN, action), duty=None, justified=True)
    assert decide(POLICY, asked).decision is not Decision.ALLOW


@pytest.mark.parametrize("duty", [None, D.CODING, D.CARE_TEAM])
@pytest.mark.parametrize("profession", [P.PHYSICIAN, P.DIM_PHYSICIAN])
def test_an_export_needs_a_second_person_even_with_a_duty(profession: P, duty: D | None) -> None:
    asked = replace(explained(profession, A.EXPORT), duty=duty, justified=True)
    assert ruled(asked) == (Decision.SECOND_PERSON, "export-needs-second-person")
    assert decide(POLICY, replace(asked, approved=True)) == Verdict(Decision.ALLOW, "approved", Ground.APPROVED)


GLASS = frozenset({C.IDENTITY, C.CLINICAL})


@pytest.mark.parametrize("action", [A.PRINT, A.EVERYTHING])
def test_g6_a_broken_glass_neither_prints_nor_takes_away(action: A) -> None:
    asked = replace(explained(P.PHYSICIAN, action), duty=None, glass=GLASS)
    assert ruled(asked) == (Decision.REFUSE, "wider-than-the-glass")


@pytest.mark.parametrize("wanted", [(C.CARE,), (C.IDENTITY, C.CONTACT), tuple(C)])
def test_g6_a_broken_glass_opens_no_wider_than_it_was_broken(wanted: tuple[C, ...]) -> None:
    asked = replace(explained(P.PHYSICIAN), duty=None, glass=GLASS, compartments=wanted)
    assert ruled(asked) == (Decision.REFUSE, "wider-than-the-glass")


@pytest.mark.parametrize("profession", [one for one in P if "B" not in ACTIONS[one]])
def test_g6_who_gives_no_care_breaks_no_glass(profession: P) -> None:
    asked = replace(explained(profession, A.BREAK_GLASS), purpose=Purpose.BREAK_GLASS, duty=None)
    assert breaking(POLICY, asked).decision is Decision.REFUSE
    under = replace(explained(profession), duty=None, glass=frozenset(C))
    assert decide(POLICY, under).decision is Decision.REFUSE


def test_g6_the_purpose_alone_breaks_no_glass() -> None:
    asked = replace(explained(P.NURSE), duty=None, justified=True, purpose=Purpose.BREAK_GLASS)
    assert ruled(asked) == (Decision.REFUSE, "glass-not-broken")


def test_g6_a_glass_broken_with_a_second_person_is_counted_as_approved() -> None:
    asked = replace(explained(P.NURSE), duty=None, glass=frozenset({C.IDENTITY}))
    assert decide(POLICY, asked).ground is Ground.EMERGENCY
    assert decide(POLICY, replace(asked, seconded=True)).ground is Ground.APPROVED


def test_g6_breaking_the_glass_shows_nothing_by_itself() -> None:
    """The act is judged apart; asked as an access, it opens nothing that a reason has not opened."""
    asked = replace(explained(P.NURSE, A.BREAK_GLASS), purpose=Purpose.BREAK_GLASS, duty=None)
    assert breaking(POLICY, asked).decision is Decision.ALLOW
    assert ruled(asked) == (Decision.REFUSE, "glass-not-broken")
    assert ruled(replace(asked, glass=frozenset(C))) == (Decision.REFUSE, "wider-than-the-glass")


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"profession": "nobody"}, "unknown-profession"),
        ({"purpose": Purpose.PAYMENT}, "purpose-not-granted"),
        ({"known_device": False, "auth_age": 10_000}, "new-device"),
        ({"action": A.READ}, "break-glass-not-granted"),
    ],
)
def test_g6_what_stands_against_breaking_a_glass(changed: dict[str, Any], rule: str) -> None:
    asked = replace(explained(P.NURSE, A.BREAK_GLASS), purpose=Purpose.BREAK_GLASS, duty=None)
    assert breaking(POLICY, replace(asked, **changed)).rule == rule


def test_a_reason_given_prints_what_a_glass_does_not() -> None:
    asked = replace(explained(P.NURSE, A.PRINT), duty=None, glass=GLASS, justified=True)
    assert decide(POLICY, asked) == Verdict(Decision.ALLOW, "justified", Ground.UNEXPLAINED)
