"""Whatever is asked, a lock more never turns a no into a yes, and a duty nobody may use changes nothing."""

from hypothesis import given
from hypothesis import strategies as some
from msgspec.structs import replace

from ecluse.core.words import Action, Compartment, Decision, DutyKind, Ground, Profession, Purpose
from ecluse.gate.rules import Asked, decide, kinds
from ecluse.safe.policy import DEFAULT_FILE, Policy, load

POLICY = load(DEFAULT_FILE)
FRESH = POLICY.ladder.fresh_seconds
OFFICE = (Profession.IT_ADMINISTRATOR, Profession.SECURITY_OFFICER, Profession.DPO)

words = some.sampled_from(["", "everything", "nurse ", "TREAT "])
parts = some.frozensets(some.sampled_from(list(Compartment)))
askings = some.builds(
    Asked,
    profession=some.sampled_from(list(Profession)) | words,
    action=some.sampled_from(list(Action)) | words,
    purpose=some.sampled_from(list(Purpose)) | words,
    compartments=parts.map(tuple),
    duty=some.none() | some.sampled_from(list(DutyKind)),
    known_device=some.booleans(),
    auth_age=some.integers(-5, 2 * FRESH),
    justified=some.booleans(),
    glass=some.none() | parts,
    seconded=some.booleans(),
    approved=some.booleans(),
)


def allows(asked: Asked, policy: Policy = POLICY) -> bool:
    return decide(policy, asked).decision is Decision.ALLOW


LOCKS = [
    lambda asked: replace(asked, known_device=False),
    lambda asked: replace(asked, known_device=False, auth_age=FRESH + 1),
    lambda asked: replace(asked, auth_age=asked.auth_age + FRESH if asked.auth_age >= 0 else asked.auth_age),
    lambda asked: replace(asked, justified=False),
    lambda asked: replace(asked, glass=None, seconded=False),
    lambda asked: replace(asked, approved=False),
    lambda asked: replace(asked, duty=None, glass=None, justified=False, approved=False),
    lambda asked: replace(asked, glass=asked.glass and frozenset(list(asked.glass)[1:])),
    lambda asked: replace(asked, profession="it-administrator"),
    lambda asked: replace(asked, profession="nobody"),
    lambda asked: replace(asked, compartments=(*asked.compartments, "soul")),
]


@given(asked=askings, lock=some.sampled_from(LOCKS))
def test_g2_a_lock_more_never_turns_a_no_into_a_yes(asked: Asked, lock) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    if not allows(asked):
        assert not allows(lock(asked)) or lock(asked) == asked


@given(asked=askings, data=some.data())
def test_g2_a_right_less_never_turns_a_no_into_a_yes(asked: Asked, data: some.DataObject) -> None:
    rights = POLICY.professions.get(asked.profession)  # type: ignore[call-overload]
    if rights is None or allows(asked):
        return
    field = data.draw(some.sampled_from(["read", "write", "actions", "purposes", "duties"]))
    listed = sorted(getattr(rights, field))
    fewer = frozenset(listed[1:])
    poorer = replace(rights, **{field: fewer})
    policy = replace(POLICY, professions={**POLICY.professions, asked.profession: poorer})
    assert not allows(asked, policy)


@given(asked=askings)
def test_g3_a_duty_the_profession_does_not_accept_changes_no_answer(asked: Asked) -> None:
    if asked.duty not in kinds(POLICY, asked.profession):
        assert decide(POLICY, asked) == decide(POLICY, replace(asked, duty=None))


@given(asked=askings)
def test_g4_nothing_opens_a_record_to_a_privileged_profession(asked: Asked) -> None:
    for profession in OFFICE:
        assert decide(POLICY, replace(asked, profession=profession)).decision is Decision.REFUSE


@given(asked=askings)
def test_every_yes_has_a_ground_that_the_policy_counts(asked: Asked) -> None:
    verdict = decide(POLICY, asked)
    if verdict.decision is Decision.ALLOW:
        rights = POLICY.professions[Profession(asked.profession)]
        assert verdict.ground in rights.caps
        assert (verdict.duty is not None) is (verdict.ground is Ground.EXPLAINED)
        assert verdict.rule


@given(asked=askings)
def test_every_no_names_its_rule_and_carries_no_duty(asked: Asked) -> None:
    verdict = decide(POLICY, asked)
    if verdict.decision is not Decision.ALLOW:
        assert verdict.rule
        assert verdict.duty is None
