"""C11: people are told what they opened, their answer is kept, and "it was not me" acts at once."""

import datetime as dt
from collections.abc import Callable

import pytest

from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.home import Home
from ecluse.core.outside import Alarms
from ecluse.core.words import Action, Decision, Grade, Ground
from ecluse.respond import ask, cases, containment, follow, queue
from ecluse.respond import testing as receivers
from ecluse.respond.alarms import outbox
from ecluse.respond.cases import Signal
from ecluse.respond.kinds import CaseKind
from ecluse.respond.models import Case, Question, Reply
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who

pytestmark = pytest.mark.usefixtures("base")

NOON = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
SetAlarms = Callable[..., Home]


def entry(account: str, patient: str, at: dt.datetime = NOON, **more: object) -> Entry:
    fields = {"ground": Ground.UNEXPLAINED, "profession": "nurse", "decision": Decision.ALLOW, **more}
    return Entry(seq=1, at=at, salt="s", action=Action.READ, account=account, patient=patient, **fields)  # type: ignore[arg-type]


def day_of(*entries: Entry) -> ask.Day:
    day = ask.Day("Europe/Paris")
    for one in entries:
        day.feed(one)
    return day


def somebody(account: str) -> Who:
    return Who(account=account, profession="nurse", session="s", acr="aal2")


def test_c11_only_what_nothing_links_to_care_is_asked_about_and_each_patient_once() -> None:
    day = day_of(
        entry("a", "p1"),
        entry("a", "p1"),
        entry("a", "p2", ground=Ground.EMERGENCY),
        entry("a", "p3", ground=Ground.EXPLAINED),
        entry("a", "p4", ground=Ground.APPROVED),
        entry("a", "p5", decision=Decision.REFUSE),
        entry("machine", "p1", profession="interface-service"),
    )
    assert {account: len(patients) for account, patients in day.patients.items()} == {"a": 2}


def test_c11_a_day_ends_at_midnight_of_the_establishment() -> None:
    late = dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.UTC)
    day = day_of(entry("a", "p1"), entry("a", "p2", late))
    assert day.told() == ask.Told(dt.date(2026, 3, 3), {"a": 1})


def test_c11_a_persons_own_page_can_tell_the_count_as_the_day_goes(alarms: SetAlarms) -> None:
    home = alarms(Alarms())
    home.watch.mkdir(exist_ok=True)
    now = dt.datetime.now(dt.UTC)
    (home.watch / ask.TODAY).unlink(missing_ok=True)
    assert ask.today("a") == 0
    follow.keep(home.watch / ask.TODAY, day_of(entry("a", "p1", now), entry("a", "p2", now)).told())
    assert (ask.today("a"), ask.today("b")) == (2, 0)
    assert b"p1" not in (home.watch / ask.TODAY).read_bytes()
    follow.keep(home.watch / ask.TODAY, day_of(entry("a", "p1", now - dt.timedelta(days=2))).told())
    assert ask.today("a") == 0
    (home.watch / ask.TODAY).unlink()


def test_c11_everybody_is_asked_once_a_day_and_told_the_same_evening(alarms: SetAlarms) -> None:
    day = day_of(entry("q.one", "p1"), entry("q.one", "p2"), entry("q.two", "p1"))
    with receivers.smtp() as (port, taken):
        alarms(Alarms(), port=port, people="{account}@h.example")
        assert len(ask.evening(day, NOON)) == 2
        assert ask.evening(day, NOON) == []
        assert outbox.deliver() == (2, 0)
    assert sorted(line for mail in taken for line in mail.splitlines() if line.startswith("To:")) == [
        "To: q.one@h.example",
        "To: q.two@h.example",
    ]
    assert "2 patient records" in "".join(taken)
    assert "p1" not in "".join(taken)


def test_c11_the_question_is_traced_and_waits_on_the_persons_own_page(trace: Callable[[], list[Entry]]) -> None:
    ask.ask("q.three", NOON.date(), 7, NOON)
    assert [(one.account, one.patients) for one in ask.open_for("q.three")] == [("q.three", 7)]
    assert ask.open_for("q.four") == []
    assert [(e.rule, e.target, e.detail) for e in trace() if e.action is Action.ALARM] == [
        ("question", "q.three", "2026-03-02 7")
    ]


def test_c11_a_reason_given_is_kept_and_feeds_the_case(trace: Callable[[], list[Entry]]) -> None:
    at = dt.datetime.now(dt.UTC)
    ref = cases.take(Signal(account="q.five", kind=CaseKind.BURST, at=at)).ref
    question = ask.ask("q.five", NOON.date(), 7, NOON)
    ask.answer(somebody("q.five"), question.pk, mine=True, reason="advice")
    assert ask.open_for("q.five") == []
    assert [e.body for e in cases.of(ref).events.filter(kind="answered")] == [{"mine": True, "reason": "advice"}]
    assert [(e.rule, e.detail) for e in trace() if e.rule == "answer"] == [("answer", "advice")]


def test_c11_it_was_not_me_opens_the_gravest_case_and_locks_the_account_at_once() -> None:
    question = ask.ask("q.six", NOON.date(), 7, NOON)
    ask.answer(somebody("q.six"), question.pk, mine=False)
    (case,) = queue.queue().cases
    assert (case.account, case.kinds) == ("q.six", (CaseKind.DISOWNED,))
    assert [one.grade for one in containment.in_force() if one.target == "q.six"] == [Grade.EVERYTHING]


@pytest.mark.parametrize("reason", ["", "because", "<script>"])
def test_c11_yes_without_a_reason_of_the_list_is_no_answer(reason: str) -> None:
    question = ask.ask("q.seven", NOON.date(), 7, NOON)
    with pytest.raises(BadInputError):
        ask.answer(somebody("q.seven"), question.pk, mine=True, reason=reason)
    assert Reply.objects.count() == 0


def test_c11_nobody_answers_for_somebody_else_nor_twice() -> None:
    question = ask.ask("q.eight", NOON.date(), 7, NOON)
    with pytest.raises(RefusedError):
        ask.answer(somebody("q.nine"), question.pk, mine=False)
    ask.answer(somebody("q.eight"), question.pk, mine=True, reason="call")
    with pytest.raises(BadInputError):
        ask.answer(somebody("q.eight"), question.pk, mine=False)
    assert Case.objects.count() == 0
    with pytest.raises(TypeError):
        Question.objects.all().delete()
