"""Rebuilding: from the whole trace, from a snapshot, or entry by entry, the state is the same."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.core.errors import NotProvenError
from ecluse.core.words import Action, Decision, Ground, ProposalKind, Purpose, TargetKind, Term
from ecluse.safe import serving, snapshot
from ecluse.safe.entry import decode
from ecluse.safe.opening import open_desk
from ecluse.safe.protocol import (
    Approve,
    Create,
    Lock,
    Newcomer,
    Note,
    Proposal,
    Propose,
    Ruled,
    Tokens,
)
from ecluse.safe.state import State
from ecluse.safe.testing import SafeInHand, who
from ecluse.safe.verify import verify
from ecluse.safe.windows import Distinct, tick_of


def picture(state: State) -> bytes:
    """Everything that decisions look at, as bytes; what left every window is left out."""
    tick = tick_of(state.now)

    def counts(distinct: Distinct) -> object:
        last = dict(zip(distinct.patients, distinct.ticks, strict=True))
        for counter in distinct.counters:
            counter.forget(tick)
        oldest = (tick // 17280 - 30) * 17280
        totals = [c.total for c in distinct.counters]
        buckets = [sorted((k, v) for k, v in c.buckets.items() if v) for c in distinct.counters]
        return [sorted((k, v) for k, v in last.items() if v >= oldest), totals, buckets]

    def rates(tallies: dict[str, object]) -> object:
        return sorted((a, t.totals(tick)) for a, t in tallies.items() if any(t.totals(tick)))  # type: ignore[attr-defined]

    return msgspec.json.encode(
        [
            sorted((a, sorted(p)) for a, p in state.accounts.items()),
            state.setup_closed,
            sorted((k.value, t, msgspec.to_builtins(h)) for (k, t), h in state.locks.items()),
            msgspec.to_builtins(state.waiting, str_keys=True),
            msgspec.to_builtins(state.approved, str_keys=True),
            sorted((list(map(str, k)), v) for k, v in state.raises.items()),
            sorted((a, g.value, counts(d)) for (a, g), d in state.shown.items() if d.patients),
            counts(state.everyone),
            rates(dict(state.searches)),
            rates(dict(state.creations)),
            sorted(
                (a, state.recent(state.refusals, a, 60)) for a in state.refusals if state.recent(state.refusals, a, 60)
            ),
            sorted(
                (a, state.recent(state.cap_refusals, a, 600))
                for a in state.cap_refusals
                if state.recent(state.cap_refusals, a, 600)
            ),
            sorted(state.decoys),
            sorted(state.tripped.items()),
            state.now,
        ]
    )


def entry_by_entry(safe: SafeInHand) -> State:
    state = State(safe.desk.state.policy, safe.desk.keys)
    for line in b"".join(p.read_bytes().rstrip(b"\0") for p in sorted((safe.folder / "trace").iterdir())).splitlines():
        entry = decode(line)
        state.apply(entry, entry.at.timestamp())
    return state


PATIENTS = st.sampled_from([f"p{i}" for i in range(15)])
NURSES = st.sampled_from(["nurse.one", "nurse.two"])


def act(kind: int, patient: str, nurse: str, number: int) -> Callable[[SafeInHand], object]:
    officer, admin = who("officer", "security-officer"), who("admin", "it-administrator")
    desk, by = who("desk", "admissions"), who(nurse)

    def propose_and_approve(safe: SafeInHand) -> object:
        professions = ("nurse",) if number % 2 else ()
        proposal = Proposal(kind=ProposalKind.GRANT, account=f"new{number % 3}", professions=professions)
        filed = safe.call(Propose(who=admin, proposal=proposal, request="p"))
        assert isinstance(filed, Ruled)
        return safe.call(Approve(who=officer, proposal=filed.sequence - number % 2, request="a"))

    acts: list[Callable[[SafeInHand], object]] = [
        lambda safe: safe.open(patient, by=by),
        lambda safe: safe.open(patient, "p1", "p2", by=by),
        lambda safe: safe.open(patient, by=by, ground=Ground.UNEXPLAINED, duty=None),
        lambda safe: safe.open(patient, by=by, action=Action.PRINT),
        lambda safe: safe.call(Tokens(who=by, action=Action.SEARCH, terms=((Term.NAME, "x"),), request="t")),
        lambda safe: safe.call(
            Create(
                who=desk,
                purpose=Purpose.TREATMENT,
                newcomers=(Newcomer(patient=patient, decoy=number % 5 == 0),),
                request="c",
            )
        ),
        propose_and_approve,
        lambda safe: safe.call(
            Lock(who=officer, kind=TargetKind.ACCOUNT, target=nurse, reason="r", request="l", seconds=number * 40)
        ),
        lambda safe: safe.call(
            Note(who=by, action=Action.LOGIN, decision=Decision.ALLOW, rule="password", request="n")
        ),
        lambda safe: setattr(safe, "now", safe.now + number * 400),
        lambda safe: setattr(safe, "now", safe.now + 5),
    ]
    return acts[kind % len(acts)]


ACTS = st.builds(act, st.integers(0, 10), PATIENTS, NURSES, st.integers(1, 60))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ACTS, max_size=40), st.lists(ACTS, max_size=10))
def test_every_way_to_rebuild_gives_the_same_state(
    tmp_path_factory: pytest.TempPathFactory,
    first: list[Callable[[SafeInHand], object]],
    then: list[Callable[[SafeInHand], object]],
) -> None:
    safe = SafeInHand(tmp_path_factory.mktemp("home"))
    for do in first:
        do(safe)
    snapshot.save(safe.desk.trace, safe.desk.state)
    for do in then:
        do(safe)
    safe.desk.trace.close()
    from_snapshot = open_desk(safe.folder)
    from_snapshot.trace.close()
    lines = sum(p.read_bytes().count(b"\n") for p in (safe.folder / "trace").iterdir())
    (safe.folder / "snapshot").unlink()
    from_trace = open_desk(safe.folder)
    from_trace.trace.close()
    assert from_trace.trace.size == lines + 1
    assert from_snapshot.trace.frontier.size == lines
    now = from_trace.state.now
    states = [from_snapshot.state, from_trace.state, entry_by_entry(safe)]
    for state in states:
        state.now = now
    assert picture(states[0]) == picture(states[1]) == picture(states[2])


def test_a_snapshot_that_is_not_signed_is_not_believed(safe: SafeInHand) -> None:
    safe.open("p1")
    snapshot.save(safe.desk.trace, safe.desk.state)
    path = safe.folder / "snapshot"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert snapshot.load(safe.folder, safe.desk.keys, safe.desk.trace.signer.verifier) is None
    safe.reopen()
    assert len(safe.desk.state.shown["nurse.one", Ground.EXPLAINED].patients) == 1


def test_a_snapshot_of_another_safe_is_not_believed(safe: SafeInHand, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = SafeInHand(tmp_path_factory.mktemp("other"))
    snapshot.save(other.desk.trace, other.desk.state)
    (safe.folder / "snapshot").write_bytes((other.folder / "snapshot").read_bytes())
    other.desk.trace.close()
    safe.reopen()
    assert set(safe.desk.state.accounts) == {"nurse.one", "nurse.two", "desk", "officer", "dpo", "deputy", "admin"}


def test_an_old_snapshot_is_only_slower(safe: SafeInHand) -> None:
    snapshot.save(safe.desk.trace, safe.desk.state)
    old = (safe.folder / "snapshot").read_bytes()
    for i in range(4):
        safe.open(f"p{i}")
    snapshot.save(safe.desk.trace, safe.desk.state)
    (safe.folder / "snapshot").write_bytes(old)
    safe.reopen()
    assert safe.rules("p9") == ["cap-minute"]


def test_a_change_after_the_snapshot_is_refused_at_the_start(safe: SafeInHand) -> None:
    snapshot.save(safe.desk.trace, safe.desk.state)
    safe.open("p1")
    safe.sign()
    path = safe.folder / "trace" / "000000000000.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"patient":"p1"', b'"patient":"p2"'))
    with pytest.raises(NotProvenError):
        safe.reopen()


def test_a_snapshot_is_due_by_size_and_made_by_a_child(safe: SafeInHand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "SNAPSHOT_ENTRIES", 3)
    snapshots = serving.Snapshots(safe.desk)
    safe.open("p1", "p2", "p3")
    snapshots.if_due()
    snapshots.wait()
    assert snapshot.load(safe.folder, safe.desk.keys, safe.desk.trace.signer.verifier) is not None
    assert verify(safe.folder).faults == []


def test_a_snapshot_under_way_does_not_outlive_its_safe(safe: SafeInHand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "SNAPSHOT_ENTRIES", 1)
    monkeypatch.setattr(snapshot, "save", lambda *_: time.sleep(60))
    snapshots = serving.Snapshots(safe.desk)
    safe.open("p1")
    heard, told = os.pipe()
    serving_it = os.fork()
    if serving_it == 0:
        try:
            snapshots.if_due()
            os.write(told, str(snapshots._child).encode())
            time.sleep(60)
        finally:
            os._exit(1)
    writer = Path("/proc") / os.read(heard, 20).decode() / "stat"
    assert writer.exists()
    os.kill(serving_it, signal.SIGKILL)
    os.waitpid(serving_it, 0)
    deadline = time.monotonic() + 10
    while writer.exists() and writer.read_text().rpartition(")")[2].split()[0] != "Z":
        assert time.monotonic() < deadline, "it still holds the folder of the safe"
        time.sleep(0.05)
    os.close(heard)
    os.close(told)
