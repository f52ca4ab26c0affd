"""C6, C7, C12: what is kept of cases, the queue, and what a verdict changes."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from django.db.backends.base.base import BaseDatabaseWrapper

from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Action
from ecluse.respond import calibration, cases, deep, proof, queue
from ecluse.respond.calibration import Settled
from ecluse.respond.cases import Signal
from ecluse.respond.kinds import CaseKind, EventKind, Verdict
from ecluse.respond.models import Case, CaseEvent
from ecluse.respond.sealed import UNREADABLE
from ecluse.safe.client import SafeUnavailableError
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who
from ecluse.watch.schema import FINDINGS

pytestmark = pytest.mark.usefixtures("base")
NOW = dt.datetime(2026, 3, 2, 21, 0, tzinfo=dt.UTC)
Trace = Callable[[], list[Entry]]


def signal(account: str = "a.thief", kind: CaseKind = CaseKind.BURST, at: dt.datetime = NOW, **more: object) -> Signal:
    return Signal(account=account, kind=kind, at=at, **more)  # type: ignore[arg-type]


def test_a_signal_opens_a_case_that_tells_its_figures(trace: Trace) -> None:
    taken = cases.take(signal(patients=36, session="ab", profession="nurse"))
    told = queue.seen(cases.of(taken.ref))
    assert (told.account, told.patients, told.kinds, told.session) == ("a.thief", 36, (CaseKind.BURST,), "ab")
    (entry,) = [one for one in trace() if one.action is Action.CASE]
    assert (entry.target, entry.rule, entry.account) == (taken.ref, "opened", "system:watch")


def test_c2_the_same_signal_again_opens_no_second_case_and_says_nothing_new() -> None:
    first = cases.take(signal())
    assert first.is_new
    assert cases.take(signal()) == cases.Taken(first.ref, is_new=False)
    assert CaseEvent.objects.count() == 1


def test_c7_signals_of_one_actor_are_one_case() -> None:
    first = cases.take(signal())
    second = cases.take(signal(kind=CaseKind.CAPS))
    assert second == cases.Taken(first.ref, is_new=True)
    assert queue.seen(cases.of(first.ref)).kinds == (CaseKind.BURST, CaseKind.CAPS)
    assert Case.objects.count() == 1


def test_c7_a_concluded_case_takes_no_more_signals(officer: Who) -> None:
    first = cases.take(signal())
    cases.decide(officer, first.ref, Verdict.MISTAKE)
    assert cases.take(signal(at=NOW + dt.timedelta(days=1))).ref != first.ref


@pytest.mark.parametrize("a_day", [1, 3])
def test_c7_the_queue_holds_no_more_a_day_than_the_team_reads_and_keeps_the_gravest(a_day: int) -> None:
    kinds = [CaseKind.GLASS, CaseKind.DECOY, CaseKind.BURST, CaseKind.REFUSALS, CaseKind.DISOWNED]
    for number, kind in enumerate(kinds):
        cases.take(signal(f"a.{number}", kind))
        cases.take(signal(f"b.{number}", kind, NOW - dt.timedelta(days=2)))
    rows = Case.objects.prefetch_related("events")
    found = queue.bounded([queue.seen(row) for row in rows], a_day, ZoneInfo("Europe/Paris"))
    assert (len(found.cases), found.left_out) == (2 * a_day, 2 * (len(kinds) - a_day))
    graver = [CaseKind.DISOWNED, CaseKind.DISOWNED, CaseKind.DECOY, CaseKind.DECOY][: 2 * a_day]
    assert [case.kinds[0] for case in found.cases][:4] == graver


def test_c7_the_day_of_the_budget_is_the_establishments() -> None:
    cases.take(signal("a.one", at=NOW))
    cases.take(signal("a.two", at=NOW + dt.timedelta(hours=2.5)))  # after midnight in Paris, not in London
    rows = [queue.seen(row) for row in Case.objects.prefetch_related("events")]
    assert queue.bounded(rows, 1, ZoneInfo("Europe/Paris")).left_out == 0
    assert queue.bounded(rows, 1, ZoneInfo("America/Montreal")).left_out == 1


def test_the_queue_leaves_out_what_is_concluded(officer: Who) -> None:
    ref = cases.take(signal()).ref
    assert [case.ref for case in queue.queue().cases] == [ref]
    cases.decide(officer, ref, Verdict.THEFT)
    assert queue.queue().cases == ()


def test_c6_no_row_of_a_case_can_be_changed_or_deleted(officer: Who) -> None:
    ref = cases.take(signal()).ref
    cases.remark(officer, ref, "Called the ward.")
    for row in (cases.of(ref), CaseEvent.objects.first()):
        assert row is not None
        with pytest.raises(TypeError):
            row.save()
        with pytest.raises(TypeError):
            row.delete()
    for rows in (Case.objects.all(), CaseEvent.objects.filter(kind=EventKind.NOTED)):
        with pytest.raises(TypeError):
            rows.update(sequence=0)
        with pytest.raises(TypeError):
            rows.delete()
    assert CaseEvent.objects.count() == 2


def test_c6_nothing_is_kept_when_nothing_can_be_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(*_: object, **__: object) -> int:
        raise SafeUnavailableError("no room")

    monkeypatch.setattr(cases, "note", silent)
    with pytest.raises(SafeUnavailableError):
        cases.take(signal())
    assert Case.objects.count() == CaseEvent.objects.count() == 0


def test_c6_what_is_changed_taken_away_or_put_in_behind_the_traces_back_is_told(
    home: Path, officer: Who, base: BaseDatabaseWrapper
) -> None:
    def flaws() -> int:
        return sum(ref in flaw for flaw in proof.flaws(home / "safe"))

    ref = cases.take(signal(f"p.{base.vendor}", patients=36)).ref
    cases.remark(officer, ref, "Called the ward.")
    cases.decide(officer, ref, Verdict.THEFT)
    assert flaws() == 0
    with base.cursor() as cursor:
        cursor.execute("UPDATE respond_caseevent SET body = '{\"verdict\": \"mistake\"}' WHERE kind = 'decided'")
    assert flaws() == 2  # not what was told; and what was told is not there
    with base.cursor() as cursor:
        cursor.execute("DELETE FROM respond_caseevent WHERE kind IN ('noted', 'decided')")
    assert flaws() == 2
    CaseEvent(case=cases.of(ref), kind="decided", at=NOW, by="r.officer", body={}, sequence=1).save()
    assert flaws() == 3


def notes(ref: str) -> list[str]:
    return [event.body["text"] for event in cases.of(ref).events.filter(kind=EventKind.NOTED)]


def test_a_note_is_in_no_form_in_the_database_and_reads_as_it_was_written(
    home: Path, officer: Who, base: BaseDatabaseWrapper
) -> None:
    words = "L’écluse a été rappelée – phrase-à-chercher"
    ref = cases.take(signal(f"n.{base.vendor}", patients=3)).ref
    cases.remark(officer, ref, words)
    with base.cursor() as cursor:
        cursor.execute("SELECT body FROM respond_caseevent WHERE kind = 'noted'")
        [(kept,)] = cursor.fetchall()
    assert "chercher" not in str(kept)
    assert "sealed" in str(kept)
    assert notes(ref) == [words]
    assert not [flaw for flaw in proof.flaws(home / "safe") if ref in flaw]


@pytest.mark.parametrize("forged", ['{"sealed": "AAAA"}', '{"sealed": "no base64"}', '{"sealed": 7}'])
def test_c6_a_note_that_was_changed_stops_nobody_and_is_told(
    home: Path, officer: Who, base: BaseDatabaseWrapper, forged: str
) -> None:
    ref = cases.take(signal(f"n.{base.vendor}{len(forged)}")).ref
    cases.remark(officer, ref, "Called the ward.")
    with base.cursor() as cursor:
        cursor.execute("UPDATE respond_caseevent SET body = %s WHERE kind = 'noted'", [forged])
    assert notes(ref) == [UNREADABLE]
    assert ref in [case.ref for case in queue.queue().cases]
    assert [flaw for flaw in proof.flaws(home / "safe") if ref in flaw]


def test_a_note_kept_before_notes_were_sealed_is_still_read(officer: Who, base: BaseDatabaseWrapper) -> None:
    ref = cases.take(signal("n.old")).ref
    cases.remark(officer, ref, "Called the ward.")
    with base.cursor() as cursor:
        cursor.execute("UPDATE respond_caseevent SET body = %s WHERE kind = 'noted'", ['{"text": "Old."}'])
    assert notes(ref) == ["Old."]


def test_c7_the_database_gives_the_gravest_and_counts_the_rest(monkeypatch: pytest.MonkeyPatch, officer: Who) -> None:
    monkeypatch.setattr(queue, "MOST", 3)
    monkeypatch.setattr(queue, "budget", lambda: 50)
    for number, kind in enumerate((CaseKind.GLASS, CaseKind.PATTERN, CaseKind.DECOY, CaseKind.LOCKED, CaseKind.BURST)):
        cases.take(signal(f"q.{number}", kind))
    done = cases.take(signal("q.done", CaseKind.DISOWNED)).ref
    cases.decide(officer, done, Verdict.THEFT)
    found = queue.queue()
    assert [case.kinds[0] for case in found.cases] == [CaseKind.DECOY, CaseKind.LOCKED, CaseKind.BURST]
    assert found.left_out == 2


@pytest.mark.parametrize("act", ["remark", "assign", "decide", "report"])
def test_c6_whoever_does_not_work_on_cases_adds_nothing(nurse: Who, act: str) -> None:
    ref = cases.take(signal()).ref
    acts: dict[str, Callable[[], object]] = {
        "remark": lambda: cases.remark(nurse, ref, "no"),
        "assign": lambda: cases.assign(nurse, ref, "r.nurse"),
        "decide": lambda: cases.decide(nurse, ref, Verdict.LEGITIMATE),
        "report": lambda: cases.report(nurse, "a.thief", "no"),
    }
    with pytest.raises(RefusedError):
        acts[act]()
    assert CaseEvent.objects.count() == 1


def test_c6_nobody_concludes_a_case_about_themselves(officer: Who) -> None:
    ref = cases.take(signal("r.officer")).ref
    with pytest.raises(RefusedError):
        cases.decide(officer, ref, Verdict.LEGITIMATE)
    assert cases.verdict_of(cases.of(ref)) is None


@pytest.mark.parametrize("text", ["", "   ", "x" * 2001])
def test_a_note_says_something_and_not_too_much(officer: Who, text: str) -> None:
    ref = cases.take(signal()).ref
    with pytest.raises(BadInputError):
        cases.remark(officer, ref, text)


def test_a_case_that_is_not_there_is_told_as_such(officer: Who) -> None:
    with pytest.raises(BadInputError):
        cases.remark(officer, "nothing", "text")


def findings(*rows: tuple[str, str, int, int]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {"detector": detector, "account": account, "day": dt.date(2026, 3, day), "value": value}
            for detector, account, day, value in rows
        ],
        schema=FINDINGS,
    )


SEEN = findings(
    ("burst", "a", 2, 40), ("burst", "a", 9, 40), ("burst", "a", 10, 41), ("hours", "a", 9, 3), ("burst", "b", 9, 40)
)


def left(verdict_is_theft: bool, decided: dt.date = dt.date(2026, 3, 3)) -> list[tuple[str, str, int]]:
    one = Settled(frozenset({"a"}), frozenset({dt.date(2026, 3, 2)}), verdict_is_theft, decided)
    rows = calibration.surprising(SEEN, [one], dt.date(2026, 3, 11)).to_pylist()
    return [(row["detector"], row["account"], row["day"].day) for row in rows]


def test_c12_the_days_of_a_theft_are_no_habit_and_are_told_no_more() -> None:
    assert left(True) == [("burst", "a", 9), ("burst", "a", 10), ("hours", "a", 9), ("burst", "b", 9)]
    days = pa.table(
        {"account": ["a", "a", "b"], "day": [dt.date(2026, 3, 2), dt.date(2026, 3, 3), dt.date(2026, 3, 2)]}
    )
    one = Settled(frozenset({"a"}), frozenset({dt.date(2026, 3, 2)}), is_theft=True, decided=dt.date(2026, 3, 3))
    assert calibration.taken_out(days, [one])["account"].to_pylist() == ["a", "b"]


def test_c12_what_was_legitimate_is_expected_up_to_what_was_seen_of_that_account_and_detector_alone() -> None:
    assert left(False) == [("burst", "a", 10), ("hours", "a", 9), ("burst", "b", 9)]


def test_c12_what_was_legitimate_is_expected_for_a_time_only() -> None:
    assert len(left(False, dt.date(2025, 11, 1))) == SEEN.num_rows


def test_c12_verdicts_reach_the_calibration_and_a_mistake_changes_nothing(officer: Who) -> None:
    for account, verdict in (("t.one", Verdict.THEFT), ("l.one", Verdict.LEGITIMATE), ("m.one", Verdict.MISTAKE)):
        ref = cases.take(
            signal(account, CaseKind.PATTERN, days=("2026-03-01",), accounts=(account, "x." + account))
        ).ref
        cases.decide(officer, ref, verdict)
    found = {min(one.accounts): one for one in deep.settled()}
    assert set(found) == {"t.one", "l.one"}
    assert (found["t.one"].is_theft, found["l.one"].is_theft) == (True, False)
    assert found["t.one"].accounts == {"t.one", "x.t.one"}
    assert dt.date(2026, 3, 1) in found["l.one"].days
    told = signal("m.one", CaseKind.PATTERN, days=("2026-03-01",))
    assert cases.concluded(told)
    assert not cases.concluded(signal("m.one", CaseKind.PATTERN, days=("2026-03-01", "2026-03-02")))
