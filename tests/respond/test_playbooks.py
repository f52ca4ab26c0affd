"""C4, C5: playbooks are taken whole or not at all; what they lock, the safe locks."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from ecluse.accounts.testing import person
from ecluse.core.errors import BadInputError
from ecluse.core.home import Home
from ecluse.core.outside import Alarms, Respond, Webhook
from ecluse.core.words import Decision, Grade, TargetKind
from ecluse.respond import cases, containment, playbooks, queue
from ecluse.respond.cases import THE_WATCH, Signal
from ecluse.respond.containment import Asked
from ecluse.respond.kinds import CaseKind, Channel, EventKind
from ecluse.respond.models import CaseEvent, Delivery
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who

pytestmark = pytest.mark.usefixtures("base")

NOW = dt.datetime(2026, 3, 2, 21, 0, tzinfo=dt.UTC)
SHIPPED = playbooks.DEFAULT_FILE.read_text(encoding="utf-8")
SetAlarms = Callable[..., Home]


def case(account: str, kind: CaseKind = CaseKind.CAPS, **more: str) -> str:
    return cases.take(Signal(account=account, kind=kind, at=NOW, **more)).ref  # type: ignore[arg-type]


def held(name: str) -> list[Grade]:
    return [one.grade for one in containment.in_force() if one.target == name]


def test_c4_the_shipped_file_says_what_to_do_for_every_kind() -> None:
    assert set(playbooks.parse(SHIPPED)) == set(CaseKind)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[glass]", "[glas]"),
        ('grade = "new-patients"', 'grade = "some-patients"'),
        ('target = "workstation"', 'target = "establishment"'),
        ('target = "workstation"', 'target = "moon"'),
        ('told = ["dpo"]', 'told = ["dpo", "king"]'),
        ('alarms = ["webhook", "syslog"]', 'alarms = ["pigeon"]'),
        ("hours = 12", "hours = -1"),
        ("hours = 12", "hours = 721"),
        ("hours = 12", "minutes = 12"),
        ("[glass]", "[glass]\nlater = true"),
        ("[reported]\nlocks = []", "[reported]"),
        ("[glass]", "[glass"),
    ],
)
def test_c4_one_wrong_word_refuses_the_whole_file(old: str, new: str) -> None:
    assert old in SHIPPED
    with pytest.raises(BadInputError, match="refused whole"):
        playbooks.parse(SHIPPED.replace(old, new, 1))


def test_c4_a_file_that_forgets_a_kind_is_refused_whole() -> None:
    with pytest.raises(BadInputError, match=r"\[reported\] is missing"):
        playbooks.parse(SHIPPED.partition("[reported]")[0])


def test_c4_a_file_that_is_named_and_not_there_is_no_reason_to_take_another(alarms: SetAlarms) -> None:
    alarms(Alarms(), Respond(playbooks="nowhere.toml"))
    with pytest.raises(BadInputError):
        playbooks.load()


def test_c4_a_dry_run_tells_all_and_changes_nothing(trace: Callable[[], list[Entry]], alarms: SetAlarms) -> None:
    alarms(Alarms(webhook=Webhook("http://127.0.0.1:1/", "secret")))
    ref = case("d.run", session="0123456789abcdef")
    before, entries = CaseEvent.objects.count(), len(trace())
    (plan,) = playbooks.dry_run(ref)
    assert [(lock.kind, lock.name, lock.grade) for lock in plan.locks] == [
        (TargetKind.ACCOUNT, "d.run", Grade.NEW_PATIENTS)
    ]
    assert plan.alarms == (Channel.WEBHOOK,)
    assert plan.without_receiver == (Channel.EMAIL, Channel.SYSLOG)
    assert (CaseEvent.objects.count(), len(trace()), Delivery.objects.count()) == (before, entries, 0)
    assert held("d.run") == []


def test_c5_a_playbook_locks_through_the_safe_and_the_case_says_so() -> None:
    ref = case("c.one")
    playbooks.run(playbooks.load(), ref, CaseKind.CAPS)
    assert held("c.one") == [Grade.NEW_PATIENTS]
    (told,) = queue.seen(cases.of(ref)).contained
    assert (told["kind"], told["name"], told["grade"], told["seconds"]) == ("account", "c.one", "new-patients", 43200)


def test_c5_a_lock_the_safe_refuses_is_told_in_the_case() -> None:
    ref = case("c.two")
    asked = Asked(kind=TargetKind.PROFESSION, name="nurse", reason="odd")
    (ruled,) = containment.contain_case(THE_WATCH, ref, [asked])
    assert ruled.decision is Decision.REFUSE
    event = CaseEvent.objects.get(kind=EventKind.NOT_CONTAINED)
    assert event.body["rule"] == "not-a-locker"
    assert held("nurse") == []


def test_c5_a_signal_without_a_session_locks_no_session() -> None:
    ref = case("c.three", CaseKind.UNPROVEN)
    assert playbooks.run(playbooks.load(), ref, CaseKind.UNPROVEN).locks == ()


def test_c5_a_person_who_may_not_lock_locks_nothing(nurse: Who) -> None:
    asked = Asked(kind=TargetKind.ACCOUNT, name="c.four", reason="odd")
    assert containment.contain(nurse, asked).rule == "not-a-locker"
    assert held("c.four") == []


def test_a_service_is_locked_one_account_each(officer: Who) -> None:
    for name in ("w.one", "w.two"):
        person(name, "nurse", units=["ward-9"])
    asked = Asked(kind=TargetKind.ACCOUNT, name="", grade=Grade.STEP_UP, seconds=60, reason="odd")
    ruled = containment.contain_service(officer, "ward-9", asked)
    assert {name: one.decision for name, one in ruled.items()} == {"w.one": Decision.ALLOW, "w.two": Decision.ALLOW}
    assert held("w.one") == held("w.two") == [Grade.STEP_UP]
    with pytest.raises(BadInputError):
        containment.contain_service(officer, "no-ward", asked)


def test_lifting_takes_a_second_person(officer: Who) -> None:
    containment.contain(officer, Asked(kind=TargetKind.ACCOUNT, name="l.one", reason="odd"))
    ruled = containment.propose_lift(officer, TargetKind.ACCOUNT, "l.one")
    assert ruled.decision is Decision.ALLOW
    assert held("l.one") == [Grade.EVERYTHING]


def test_the_shipped_playbooks_never_lock_a_persons_work_for_breaking_the_glass(home: Path) -> None:
    assert playbooks.parse(SHIPPED)[CaseKind.GLASS].locks == ()
