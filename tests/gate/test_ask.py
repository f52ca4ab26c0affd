"""The gate and a real safe: what is asked, what is answered, what is written. Nothing here pretends to be the safe."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from ecluse.accounts.models import Account, Unit
from ecluse.accounts.testing import person
from ecluse.core.words import Action, Compartment, Decision, DutyKind, Ground, Purpose, TargetKind
from ecluse.gate import ask as asking
from ecluse.gate import duties
from ecluse.gate.access import Access, Pass, Refusal, Wanted
from ecluse.gate.ask import ask, ask_one, worker_for
from ecluse.gate.feeds import Places, add, of_encounter
from ecluse.gate.models import Glass, Justification
from ecluse.gate.said import session_digest
from ecluse.safe.client import SafeClient, SafeUnavailableError
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Answer, Lock, Open, Opened, Who

Trace = Callable[[], list[Entry]]
Maker = Callable[..., Wanted]
CLINICAL = (Compartment.IDENTITY, Compartment.CLINICAL)


def who(account: str, profession: str = "nurse", **more: object) -> Who:
    known = {"session": f"session-of-{account}", "acr": "aal2", "amr": ("pwd", "otp"), "workstation": "ward-1"}
    return Who(account=account, profession=profession, **{**known, **more})  # type: ignore[arg-type]


def reading(me: Who, *wanted: Wanted, **more: object) -> Access:
    base = Access(who=me, action=Action.READ, purpose=Purpose.TREATMENT, wanted=wanted, request_id="r1")
    return replace(base, **more)


def explained(*wanted: Wanted) -> dict[int, DutyKind]:
    return {one.pk: DutyKind.ENCOUNTER_IN_UNIT for one in wanted}


@pytest.fixture
def nurse(world: SafeClient) -> Who:
    """A nurse whose counts are nobody else's."""
    name = f"nurse-{datetime.now(UTC).timestamp():.6f}".replace(".", "-")
    person(name, "nurse", units=["ward"])
    return who(name)


def spread(rows: list[Entry]) -> list[tuple[str, str, str]]:
    return [(entry.patient, entry.decision.value, entry.rule) for entry in rows]


def test_an_explained_patient_opens_with_exactly_the_keys_asked(nurse: Who, patient: Maker, trace: Trace) -> None:
    one = patient(*CLINICAL)
    answer = ask_one(reading(nurse, one, duties=explained(one)))
    assert isinstance(answer, Pass)
    assert set(answer.keys) == set(CLINICAL)
    assert (answer.ground, answer.duty) == (Ground.EXPLAINED, DutyKind.ENCOUNTER_IN_UNIT)
    [entry] = trace()
    assert (entry.seq, entry.patient, entry.duty) == (answer.sequence, one.ref, DutyKind.ENCOUNTER_IN_UNIT)
    assert "keys" not in repr(answer)


def test_the_duty_is_looked_up_when_the_caller_has_not(nurse: Who, patient: Maker) -> None:
    one, other = patient(), patient()
    now = duties.seconds()
    add(of_encounter(Places.read().maker("feed", now), one.pk, Unit.objects.get(code="ward").pk, now, None, "E/1"))
    opened, closed = ask(reading(nurse, one, other))
    assert isinstance(opened, Pass)
    assert isinstance(closed, Refusal)
    assert closed.decision is Decision.JUSTIFY


def test_g3_the_encounter_that_this_nurse_wrote_does_not_open_the_record(nurse: Who, patient: Maker) -> None:
    one = patient()
    now = duties.seconds()
    unit = Unit.objects.get(code="ward").pk
    for made_by in (nurse.account, f"import:{nurse.account}"):
        add(of_encounter(Places.read().maker(made_by, now), one.pk, unit, now - 9_000, None, "E/1"))
    answer = ask_one(reading(nurse, one))
    assert isinstance(answer, Refusal)
    assert answer.rule == "say-why"
    colleague = person("colleague.ward", "nurse", units=["ward"])
    assert isinstance(ask_one(reading(who(colleague.username), one)), Pass)


def test_g5_every_patient_asked_for_is_traced_in_order_whatever_the_answer(
    nurse: Who, patient: Maker, trace: Trace
) -> None:
    seen, unseen, wide = patient(), patient(), patient(Compartment.COVERAGE)
    answers = ask(reading(nurse, unseen, seen, wide, duties=explained(seen, wide)))
    assert [type(answer) for answer in answers] == [Refusal, Pass, Refusal]
    assert spread(trace()) == [
        (unseen.ref, "justify", "say-why"),
        (seen.ref, "allow", "explained"),
        (wide.ref, "refuse", "compartment-not-granted"),
    ]
    assert [answer.sequence for answer in answers] == [entry.seq for entry in trace()]


def test_g5_a_page_is_one_call(nurse: Who, patient: Maker, monkeypatch: pytest.MonkeyPatch, world: SafeClient) -> None:
    calls: list[Open] = []

    class Counting:
        def call(self, request: Open) -> Opened:
            calls.append(request)
            return world.call(request)

    monkeypatch.setattr(asking, "safe", Counting)
    page = [patient() for _ in range(20)]
    assert len(ask(reading(nurse, *page, duties=explained(*page[:10])))) == 20
    assert len(calls) == 1
    assert len(calls[0].items) == 20


def test_nothing_asked_is_nothing_answered(nurse: Who, trace: Trace) -> None:
    assert ask(reading(nurse)) == []
    assert trace() == []


def test_the_hot_path_makes_no_query(
    nurse: Who, patient: Maker, django_assert_num_queries: Callable[..., object]
) -> None:
    one = patient()
    with django_assert_num_queries(0):  # type: ignore[attr-defined]
        ask_one(reading(nurse, one, duties=explained(one)))


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"profession": "physician"}, "profession"),
        ({"account": "nobody.at.all"}, "unregistered"),
        ({"profession": "it-administrator"}, "action-not-granted"),
        ({"profession": "wizard"}, "unknown-profession"),
        ({"profession": ""}, "unknown-profession"),
        ({"workstation": "", "auth_age": 9_000}, "new-device"),
        ({"workstation": "new:abc", "auth_age": 9_000}, "new-device"),
    ],
)
def test_g1_who_is_not_who_they_claim_gets_no_key(
    nurse: Who, patient: Maker, changed: dict[str, object], rule: str
) -> None:
    one = patient()
    answer = ask_one(reading(replace(nurse, **changed), one, duties=explained(one)))
    assert isinstance(answer, Refusal)
    assert answer.rule == rule


@pytest.mark.parametrize("action", [Action.EVERYTHING, Action.EXPORT, Action.CREATE, Action.LOGIN, Action.ERASE])
def test_g2_an_action_the_profession_has_not_is_refused(nurse: Who, patient: Maker, action: Action) -> None:
    one = patient()
    answer = ask_one(reading(nurse, one, action=action, duties=explained(one)))
    assert isinstance(answer, Refusal)
    assert answer.rule == "action-not-granted"


def test_g1_no_key_without_the_word_allow_from_the_safe(
    nurse: Who, patient: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even keys beside a refusal are dropped."""
    one = patient()
    leak = Answer(decision=Decision.REFUSE, rule="cap-hour", sequence=7, keys={Compartment.IDENTITY: b"k" * 32})

    class Wrong:
        def call(self, _request: Open) -> Opened:
            return Opened(answers=(leak,))

    monkeypatch.setattr(asking, "safe", Wrong)
    assert ask_one(reading(nurse, one, duties=explained(one))) == Refusal(one, Decision.REFUSE, "cap-hour", 7, 0)


def test_g1_a_yes_of_the_safe_to_what_the_rules_refused_is_still_a_no(
    nurse: Who, patient: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = patient()
    yes = Answer(decision=Decision.ALLOW, rule="explained", sequence=7, keys={Compartment.IDENTITY: b"k" * 32})

    class Wrong:
        def call(self, _request: Open) -> Opened:
            return Opened(answers=(yes,))

    monkeypatch.setattr(asking, "safe", Wrong)
    answer = ask_one(reading(nurse, one, duties={}))
    assert isinstance(answer, Refusal)


def test_an_answer_of_another_length_is_no_answer(nurse: Who, patient: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong:
        def call(self, _request: Open) -> Opened:
            return Opened(answers=())

    monkeypatch.setattr(asking, "safe", Wrong)
    with pytest.raises(SafeUnavailableError):
        ask_one(reading(nurse, patient()))


def test_a_safe_that_cannot_be_reached_shows_nothing(
    nurse: Who, patient: Maker, monkeypatch: pytest.MonkeyPatch, world: SafeClient
) -> None:
    monkeypatch.setattr(asking, "safe", lambda: SafeClient(world.path.with_name("nowhere.sock")))
    one = patient()
    with pytest.raises(SafeUnavailableError):
        ask_one(reading(nurse, one, duties=explained(one)))


def test_past_half_of_the_cap_a_new_patient_asks_for_a_fresh_proof_and_past_the_cap_nobody_passes(
    nurse: Who, patient: Maker
) -> None:
    tired = replace(nurse, auth_age=4_000)
    page = [patient() for _ in range(20)]
    assert all(isinstance(answer, Pass) for answer in ask(reading(tired, *page, duties=explained(*page))))
    more = [patient() for _ in range(25)]
    [first] = ask(reading(tired, more[0], duties=explained(more[0])))
    assert isinstance(first, Refusal)
    assert (first.decision, first.rule, first.max_age) == (Decision.STEP_UP, "half-cap", 300)
    answers = ask(reading(replace(nurse, auth_age=0), *more, duties=explained(*more)))
    assert [isinstance(answer, Pass) for answer in answers] == [True] * 20 + [False] * 5
    assert {answer.rule for answer in answers[20:] if isinstance(answer, Refusal)} == {"cap-minute"}
    again = ask(reading(tired, *page, duties=explained(*page)))
    assert all(isinstance(answer, Pass) for answer in again)


def test_a_locked_account_gets_nothing_in_the_session_it_has_open(
    nurse: Who, patient: Maker, world: SafeClient
) -> None:
    one = patient()
    assert isinstance(ask_one(reading(nurse, one, duties=explained(one))), Pass)
    person("lock.officer", "security-officer")
    officer = who("lock.officer", "security-officer")
    world.call(Lock(who=officer, kind=TargetKind.ACCOUNT, target=nurse.account, reason="test", request="r"))
    answer = ask_one(reading(nurse, one, duties=explained(one)))
    assert isinstance(answer, Refusal)
    assert answer.rule == "locked"


def said_row(me: Who, one: Wanted, **more: object) -> dict[str, object]:
    now = datetime.now(UTC)
    return {
        "account": Account.objects.get(username=me.account),
        "patient_id": one.pk,
        "ref": one.ref,
        "reason": "other",
        "text": b"sealed",
        "session": session_digest(me.session),
        "since": now - timedelta(minutes=5),
        "until": now + timedelta(hours=1),
        "sequence": 1,
        **more,
    }


def test_a_reason_given_opens_that_patient_as_unexplained(nurse: Who, patient: Maker) -> None:
    one, other = patient(*CLINICAL), patient(*CLINICAL)
    Justification.objects.create(**said_row(nurse, one))
    opened, closed = ask(reading(nurse, one, other))
    assert isinstance(opened, Pass)
    assert (opened.ground, opened.duty) == (Ground.UNEXPLAINED, None)
    assert isinstance(closed, Refusal)


@pytest.mark.parametrize(
    "wrong",
    [
        {"session": session_digest("another session")},
        {"until": datetime.now(UTC) - timedelta(seconds=1)},
        {"since": datetime.now(UTC) + timedelta(hours=1), "until": datetime.now(UTC) + timedelta(hours=2)},
    ],
)
def test_a_reason_of_another_session_or_hour_opens_nothing(
    nurse: Who, patient: Maker, wrong: dict[str, object]
) -> None:
    one = patient()
    Justification.objects.create(**said_row(nurse, one, **wrong))
    assert isinstance(ask_one(reading(nurse, one)), Refusal)


def test_a_reason_of_another_account_opens_nothing(nurse: Who, patient: Maker) -> None:
    one = patient()
    person("other.account", "nurse")
    Justification.objects.create(**{**said_row(nurse, one), "account": Account.objects.get(username="other.account")})
    assert isinstance(ask_one(reading(nurse, one)), Refusal)
    assert isinstance(ask_one(reading(replace(nurse, session=""), one)), Refusal)


def test_g6_a_broken_glass_opens_one_patient_as_an_emergency_until_its_time_is_over(nurse: Who, patient: Maker) -> None:
    one, other = patient(*CLINICAL), patient(*CLINICAL)
    glass = Glass.objects.create(**said_row(nurse, one), compartments="identity clinical")
    opened, closed = ask(reading(nurse, one, other))
    assert isinstance(opened, Pass)
    assert opened.ground is Ground.EMERGENCY
    assert isinstance(closed, Refusal)
    Glass.objects.filter(pk=glass.pk).update(until=datetime.now(UTC))
    assert isinstance(ask_one(reading(nurse, one)), Refusal)


def test_g6_an_approval_that_the_safe_does_not_know_opens_nothing(nurse: Who, patient: Maker) -> None:
    one = patient()
    Glass.objects.create(**said_row(nurse, one), compartments="identity", second="somebody", approval=999_999)
    answer = ask_one(reading(nurse, one))
    assert isinstance(answer, Refusal)
    assert (answer.decision, answer.rule) == (Decision.SECOND_PERSON, "approval")


def test_a_service_cannot_give_reasons(world: SafeClient, patient: Maker) -> None:
    account = person("hl7.feed", "interface-service", service=True)
    me = who(account.username, "interface-service", workstation="", session="token-1")
    one, fed = patient(), patient()
    Justification.objects.create(**said_row(me, one))
    refused, opened = ask(reading(me, one, fed, duties={fed.pk: DutyKind.FEED}))
    assert isinstance(refused, Refusal)
    assert refused.rule == "no-duty"
    assert isinstance(opened, Pass)


def test_worker_for_names_only_the_duties_of_the_profession(nurse: Who) -> None:
    worker = worker_for(nurse)
    assert worker is not None
    assert DutyKind.CODING not in worker.kinds
    assert worker_for(replace(nurse, account="nobody.at.all")) is None
    unknown = worker_for(replace(nurse, profession="wizard"))
    assert unknown is not None
    assert unknown.kinds == ()
