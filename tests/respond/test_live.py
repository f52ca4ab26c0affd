"""C1, C2, C3: the trace reaches the watch, in order, each entry once, whatever happens in between."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from unittest.mock import Mock

import pytest

from ecluse.core.errors import BrokenWorldError, NotProvenError
from ecluse.core.home import Home, Settings
from ecluse.core.outside import Alarms
from ecluse.core.words import Action, Decision, Grade, Ground
from ecluse.respond import containment, follow, live, playbooks, queue, standing
from ecluse.respond.children import Deep
from ecluse.respond.follow import Cursor, Follower
from ecluse.respond.kinds import CaseKind, EventKind
from ecluse.respond.live import Live
from ecluse.respond.models import Case, CaseEvent
from ecluse.respond.quick import Quick
from ecluse.safe.client import SafeClient, SafeUnavailableError
from ecluse.safe.entry import SAFE, Entry, encode
from ecluse.safe.policy import DEFAULT_FILE
from ecluse.safe.policy import load as load_policy
from ecluse.safe.protocol import Enrol, Held, Who
from ecluse.safe.testing import SafeInHand, opening
from ecluse.safe.tiles import segment_path
from ecluse.safe.trace_reader import entries

names = count()
SetAlarms = Callable[..., Home]


@pytest.fixture
def watch(alarms: SetAlarms, home: Path) -> Iterator[Callable[[], Live]]:
    """Start the watch of the test home, as often as a test likes; it begins where the trace now ends."""
    made = alarms(Alarms())
    made.watch.mkdir(exist_ok=True)
    (made.watch / "cursor.json").unlink(missing_ok=True)
    last = max((entry.seq for entry in entries(made.safe)), default=-1) + 1
    path = segment_path(made.safe, 0)
    follow.keep(made.watch / "cursor.json", Cursor(last, offset(path, last)))
    yield lambda: Live(made)
    (made.watch / "cursor.json").unlink(missing_ok=True)


def offset(path: Path, lines: int) -> int:
    with path.open("rb") as file:
        return sum(len(file.readline()) for _ in range(lines))


def thief(safe: SafeClient) -> Who:
    account = f"live.{next(names)}"
    safe.call(Enrol(who=Who(account="setup", profession="", session=""), accounts={account: ("nurse",)}, request="e"))
    return Who(account=account, profession="nurse", session=account, acr="aal2", workstation="ward-3")


def grab(safe: SafeClient, by: Who, patients: int = 6) -> None:
    refs = [f"{by.account}-{number}" for number in range(patients)]
    safe.call(opening(refs, by=by, ground=Ground.UNEXPLAINED, duty=None))


def test_c1_a_burst_is_a_case_with_its_lock_after_one_step(safe: SafeClient, watch: Callable[[], Live]) -> None:
    running, by = watch(), thief(safe)
    grab(safe, by)
    now = running.step()
    assert (now.lag_entries, now.error) == (0, "")
    (case,) = queue.queue().cases
    assert (case.account, case.kinds, case.patients, case.workstation) == (by.account, (CaseKind.BURST,), 5, "ward-3")
    assert [one.grade for one in containment.in_force() if one.target == case.session] == [Grade.STEP_UP]


def test_c2_a_crash_before_the_step_is_noted_repeats_it_and_opens_nothing_twice(
    safe: SafeClient, watch: Callable[[], Live], monkeypatch: pytest.MonkeyPatch
) -> None:
    running, by = watch(), thief(safe)
    grab(safe, by)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(follow, "keep", crash)
        with pytest.raises(KeyboardInterrupt):
            running.step()
    events = CaseEvent.objects.count()
    again = watch_again(running)
    again.step()
    assert Case.objects.filter(account=by.account).count() == 1
    assert CaseEvent.objects.count() == events


def watch_again(running: Live) -> Live:
    return Live(running.home)


def test_c2_a_crash_between_case_and_lock_leaves_the_lock_to_the_next_start(
    safe: SafeClient, watch: Callable[[], Live], monkeypatch: pytest.MonkeyPatch
) -> None:
    running, by = watch(), thief(safe)
    grab(safe, by)

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(playbooks, "run", crash)
        with pytest.raises(KeyboardInterrupt):
            running.step()
    assert CaseEvent.objects.filter(kind=EventKind.CONTAINED).count() == 0
    watch_again(running).step()
    assert CaseEvent.objects.filter(kind=EventKind.CONTAINED).count() == 1


def test_c2_counts_that_began_before_a_restart_go_on_after_it(safe: SafeClient, watch: Callable[[], Live]) -> None:
    running, by = watch(), thief(safe)
    grab(safe, by, 3)
    running.step()
    assert queue.queue().cases == ()
    again = watch_again(running)
    refs = [f"{by.account}-{number}" for number in range(3, 6)]
    safe.call(opening(refs, by=by, ground=Ground.UNEXPLAINED, duty=None))
    again.step()
    assert [case.account for case in queue.queue().cases] == [by.account]


def test_c2_when_the_safe_does_not_answer_nothing_is_noted_as_done(
    safe: SafeClient, watch: Callable[[], Live], home: Path
) -> None:
    running, by = watch(), thief(safe)
    grab(safe, by)
    before = running.follower.cursor
    good = running.safe
    running.safe = SafeClient(home / "run" / "nowhere.sock")
    with pytest.raises(SafeUnavailableError):
        running.step()
    assert running.follower.cursor == before
    running.safe = good
    running.step()
    assert Case.objects.filter(account=by.account).exists()


def test_c1_what_is_behind_is_told(
    safe: SafeClient, watch: Callable[[], Live], monkeypatch: pytest.MonkeyPatch
) -> None:
    running, by = watch(), thief(safe)
    grab(safe, by)
    monkeypatch.setattr(live, "MOST", 2)
    now = running.step()
    assert now.lag_entries >= 4
    standing.tell(running.home, now)
    assert standing.standing(running.home) == now
    while running.step().lag_entries:
        pass
    assert Case.objects.filter(account=by.account).exists()


def test_c1_only_what_the_safe_acknowledged_is_looked_at(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path)
    safe.open("p1", "p2")
    size = safe.desk.trace.durable_size
    follower = Follower(safe.folder, Cursor())
    assert [entry.seq for entry in follower.new(size - 1, 100)] == list(range(size - 1))
    follower.done()
    assert [entry.seq for entry in follower.new(size, 100)] == [size - 1]


def test_c2_following_is_in_order_and_complete_over_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "trace"
    folder.mkdir()
    monkeypatch.setattr(follow, "SEGMENT", 4)
    at = dt.datetime.now(dt.UTC)
    for first in (0, 4, 8):
        lines = [
            encode(Entry(seq=n, at=at, salt="s", action=Action.LOGIN, decision=Decision.ALLOW)) + b"\n"
            for n in range(first, first + 4)
        ]
        (folder / f"{first:012d}.jsonl").write_bytes(b"".join(lines[: 3 if first == 8 else 4]) + b'{"seq":11')
    follower, found = Follower(tmp_path, Cursor()), []
    while new := follower.new(12, 3):
        found += [one.seq for one in new]
        follower.done()
    assert found == list(range(11))


@pytest.mark.parametrize("line", [b"no entry\n", b'{"seq":7}\n'])
def test_c2_a_line_that_is_no_entry_stops_the_watch_there_and_says_so(tmp_path: Path, line: bytes) -> None:
    folder = tmp_path / "trace"
    folder.mkdir()
    (folder / f"{0:012d}.jsonl").write_bytes(line)
    with pytest.raises(NotProvenError):
        Follower(tmp_path, Cursor()).new(1, 10)


def test_c2_a_damaged_cursor_is_told_and_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "cursor.json").write_text("{")
    with pytest.raises(BrokenWorldError):
        follow.kept(tmp_path / "cursor.json")
    assert follow.kept(tmp_path / "none.json") is None


def test_a_first_look_begins_with_the_last_hour(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path)
    safe.open("p1")
    assert follow.start(safe.folder) == Cursor(0, 0)


# ---- the quick rules, on invented entries

START = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
RIGHTS = load_policy(DEFAULT_FILE).professions


def entry(seconds: float, action: Action = Action.READ, decision: Decision = Decision.ALLOW, **more: object) -> Entry:
    fields = {"account": "a", "profession": "nurse", "request": str(seconds), "patient": str(seconds), **more}
    at = START + dt.timedelta(seconds=seconds)
    return Entry(seq=int(seconds), at=at, salt="s", action=action, decision=decision, **fields)  # type: ignore[arg-type]


def kinds(*told: Entry) -> list[CaseKind]:
    quick = Quick(RIGHTS)
    return [signal.kind for one in told for signal in quick.feed(one)]


REFUSED = Decision.REFUSE


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([entry(n, ground=Ground.UNEXPLAINED) for n in range(5)], [CaseKind.BURST]),
        ([entry(n, ground=Ground.UNEXPLAINED, patient="same") for n in range(50)], []),
        ([entry(n * 200, ground=Ground.UNEXPLAINED) for n in range(20)], []),
        ([entry(n, ground=Ground.EXPLAINED) for n in range(31)], []),
        ([entry(n, ground=Ground.EXPLAINED) for n in range(33)], [CaseKind.BURST]),
        ([entry(n, Action.LIST, ground=Ground.EXPLAINED) for n in range(200)], []),
        ([entry(n, rule="cap-hour", decision=REFUSED) for n in range(2)], [CaseKind.CAPS]),
        ([entry(n, rule="cap-hour", request="one page", decision=REFUSED) for n in range(20)], []),
        ([entry(n * 601, rule="cap-hour", decision=REFUSED) for n in range(5)], []),
        ([entry(n, rule="duty", decision=REFUSED) for n in range(8)], [CaseKind.REFUSALS]),
        ([entry(n * 10, rule="duty", decision=REFUSED) for n in range(8)], []),
        ([entry(n, Action.LOGIN_FAILURE, rule="x", decision=REFUSED) for n in range(30)], []),
        ([entry(n, decision=Decision.STEP_UP) for n in range(6)], [CaseKind.UNPROVEN]),
        ([entry(n, decision=Decision.STEP_UP) if n != 3 else entry(n, Action.STEP_UP) for n in range(8)], []),
        ([entry(n, Action.BREAK_GLASS) for n in range(3)], [CaseKind.GLASS]),
        ([entry(n, Action.BREAK_GLASS, patient="same") for n in range(9)], []),
        ([entry(n, ground=Ground.UNEXPLAINED, profession="") for n in range(3)], [CaseKind.BURST]),
        ([entry(n, ground=Ground.UNEXPLAINED, account="system:watch") for n in range(50)], []),
    ],
)
def test_a_quick_rule_is_met_once_a_while_and_only_by_what_it_names(
    told: list[Entry], expected: list[CaseKind]
) -> None:
    assert kinds(*told) == expected


@pytest.mark.parametrize(("rule", "kind"), [("decoy", CaseKind.DECOY), ("cap-refusals", CaseKind.LOCKED)])
def test_what_the_safe_locked_by_itself_is_a_case_with_where_the_account_was(rule: str, kind: CaseKind) -> None:
    quick = Quick(RIGHTS)
    quick.feed(entry(1, session="hash", workstation="ward-3"))
    lock = Held(kind="account", target="a", reason=rule)  # type: ignore[arg-type]
    (found,) = quick.feed(entry(2, Action.LOCK, account=SAFE, target="a", rule=rule, lock=lock))
    assert (found.account, found.kind, found.session, found.workstation) == ("a", kind, "hash", "ward-3")


def test_a_browser_that_proved_nothing_is_no_workstation_to_lock() -> None:
    quick = Quick(RIGHTS)
    found = [s for n in range(6) for s in quick.feed(entry(n, ground=Ground.UNEXPLAINED, workstation="new:abc"))]
    assert [signal.workstation for signal in found] == [""]


def test_a_run_of_the_detectors_whose_watch_is_gone_does_not_begin() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    command = [sys.executable, "-m", "ecluse.respond", "deep", str(gone.pid)]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, b""), "it ends before it looks for its home"


def test_the_watch_says_who_it_is_to_the_run_it_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = Mock(**{"poll.return_value": None})
    started = Mock(return_value=begun)
    monkeypatch.setattr(subprocess, "Popen", started)
    deep = Deep(Home(tmp_path, Settings()))
    deep._next = 0.0
    deep.look()
    assert started.call_args.args[0] == [sys.executable, "-m", "ecluse.respond", "deep", str(os.getpid())]
    deep.look()
    assert started.call_count == 1, "one run at a time"
