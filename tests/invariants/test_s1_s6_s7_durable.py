"""S1, S6, S7: no key before its entry is durable; none when it cannot be; none without its entry after a crash."""

import errno
import io
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from ecluse.core.errors import NotProvenError
from ecluse.core.words import Decision, Ground
from ecluse.safe import codec, policy
from ecluse.safe.client import SafeClient, SafeUnavailableError
from ecluse.safe.protocol import Enrol, Fault, Opened, Status
from ecluse.safe.server import Server
from ecluse.safe.testing import SETUP, SMALL_POLICY, SafeInHand, opening, running_safe, start, stop, wait_for, who
from ecluse.safe.trace import UnwritableError
from ecluse.safe.trace_reader import entries
from ecluse.safe.verify import verify

WIDE = SMALL_POLICY.replace(
    "caps.explained = { minute = 4, hour = 6, day = 9, month = 12 }",
    "caps.explained = { minute = 900000, hour = 900000, day = 900000, month = 900000 }",
).replace(
    "minute = 15, hour = 30, day = 40, month = 50", "minute = 900000, hour = 900000, day = 900000, month = 900000"
)


CLIENTS: list[socket.socket] = []


@pytest.fixture
def server(safe: SafeInHand, tmp_path: Path) -> Iterator[Server]:
    served = Server(safe.desk, tmp_path / "run" / "safe.sock")
    yield served
    served.close()
    while CLIENTS:
        CLIENTS.pop().close()


def connect(server: Server) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    CLIENTS.append(client)
    client.connect(str(server.path))
    client.settimeout(0.2)
    server.turn()
    return client


def test_s1_the_reply_leaves_after_the_sync_of_its_entry(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    client, steps = connect(server), []
    sync, send = os.fdatasync, Server._send

    def watched_sync(fd: int) -> None:
        steps.append("sync")
        sync(fd)

    def watched_send(self: Server, *rest: object) -> None:
        steps.append("send")
        send(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "fdatasync", watched_sync)
    monkeypatch.setattr(Server, "_send", watched_send)
    client.sendall(codec.frame(opening(["p1"])))
    server.turn()
    assert steps[:2] == ["sync", "send"]


def test_s1_one_sync_for_all_requests_that_wait(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    clients = [connect(server) for _ in range(8)]
    syncs: list[int] = []
    sync = os.fdatasync

    def watched_sync(fd: int) -> None:
        syncs.append(fd)
        sync(fd)

    monkeypatch.setattr(os, "fdatasync", watched_sync)
    for client in clients:
        client.sendall(codec.frame(opening(["p1"])))
    server.turn()
    assert len(syncs) == 1
    assert all(isinstance(receive(client), Opened) for client in clients)


def receive(client: socket.socket) -> object:
    data = b""
    while len(data) < 4 or len(data) < 4 + codec.length(data[:4]):
        data += client.recv(65536)
    return codec.reply(data[4:])


def broken(call: Callable[..., object], *, after: bool) -> Callable[..., object]:
    """Return ``call`` failing: before it does anything, or after it did all."""

    def fail(*args: object, **kwargs: object) -> object:
        if after:
            call(*args, **kwargs)
        raise OSError(errno.ENOSPC, "No space left on device")

    return fail


STEPS = ["pwrite", "fdatasync"]


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_s6_when_a_step_fails_nothing_is_released_and_all_is_told_once_it_works(
    server: Server, safe: SafeInHand, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    client, bystander = connect(server), connect(server)
    with monkeypatch.context() as world:
        world.setattr(os, step, broken(getattr(os, step), after=after))
        for _ in range(2):
            client.sendall(codec.frame(opening(["p1"])))
            bystander.sendall(codec.frame(Status()))
            server.turn()
            reply = receive(client)
            assert isinstance(reply, Fault)
            assert reply.code == "trace-unwritable"
            assert isinstance(receive(bystander), Fault)
    client.sendall(codec.frame(opening(["p2"])))
    server.turn()
    assert isinstance(receive(client), Opened)
    safe.sign()
    report = verify(safe.folder)
    assert report.ok, report.faults
    opened = [entry.patient for entry in entries(safe.folder) if entry.ground]
    assert opened == ["p1", "p2"]  # p1 was staged, not released: the trace says more than was released, never less


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", [*STEPS, "write", "fsync", "ftruncate", "open", "fchmod", "close"])
def test_s7_every_system_call_broken_both_ways_then_a_restart_leaves_a_trace_that_verifies(
    safe: SafeInHand, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    acknowledged = [answer.sequence for answer in safe.open("p1", "p2")]
    with monkeypatch.context() as world:
        world.setattr(os, step, broken(getattr(os, step), after=after))
        for _ in range(2):
            try:
                acknowledged += [answer.sequence for answer in safe.open("p3")]
            except UnwritableError:
                continue
            safe.sign()
    safe.reopen()
    report = verify(safe.folder)
    assert report.ok, report.faults
    assert {entry.seq for entry in entries(safe.folder)} >= set(acknowledged)
    acknowledged += [answer.sequence for answer in safe.open("p4")]
    safe.sign()
    safe.reopen()
    assert verify(safe.folder).ok
    assert {entry.seq for entry in entries(safe.folder)} >= set(acknowledged)


@pytest.mark.parametrize("kept", [0, 1, 50, 10_000])
def test_s7_a_torn_line_is_cut_kept_aside_and_told(safe: SafeInHand, kept: int) -> None:
    safe.open("p1")
    safe.sign()
    path = safe.folder / "trace" / "000000000000.jsonl"
    whole = path.read_bytes().rstrip(b"\0")
    torn = (b'{"seq":99,"at":"2026' + b"x" * 10_000)[:kept]
    path.write_bytes(whole + torn + b"\0" * 512)
    safe.reopen()
    assert path.read_bytes().startswith(whole)
    assert b"".join(file.read_bytes() for file in (safe.folder / "torn").iterdir()) == torn
    started = [entry.started for entry in entries(safe.folder) if entry.started][-1]
    assert started is not None
    assert len([name for name in started.files if name.startswith("torn/")]) == (1 if kept else 0)
    assert verify(safe.folder).ok


def test_s7_zeros_left_by_a_power_cut_after_the_last_head_are_cut(safe: SafeInHand) -> None:
    safe.sign()
    path = safe.folder / "trace" / "000000000000.jsonl"
    whole = path.read_bytes().rstrip(b"\0")
    path.write_bytes(whole + b"\0" * 4096 + b'half"}\n')
    safe.reopen()
    assert path.read_bytes().startswith(whole + b'{"seq"')
    assert verify(safe.folder).ok


def test_s7_a_torn_head_is_cut_and_signed_again(safe: SafeInHand) -> None:
    safe.open("p1")
    safe.sign()
    path = safe.folder / "heads" / "000000000000.notes"
    whole = path.read_bytes()
    for torn in range(1, 150, 7):
        path.write_bytes(whole + whole[:torn])
        safe.reopen()
        report = verify(safe.folder)
        assert report.ok, (torn, report.faults)


def test_s7_signed_bytes_are_never_cut(safe: SafeInHand) -> None:
    safe.open("p1")
    safe.sign()
    path = safe.folder / "trace" / "000000000000.jsonl"
    lines = path.read_bytes().rstrip(b"\0").splitlines(keepends=True)
    lines[-1] = b"\0" * (len(lines[-1]) - 1) + b"\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(NotProvenError, match="cannot be read"):
        safe.reopen()


def test_s6_a_head_that_cannot_be_kept_stops_releases_within_seconds(
    safe: SafeInHand, monkeypatch: pytest.MonkeyPatch
) -> None:
    safe.open("p1")
    trace = safe.desk.trace
    monkeypatch.setattr("ecluse.safe.trace.append", broken(lambda *_: None, after=False))
    safe.sign()
    assert trace.signed_size < trace.durable_size
    trace._unsigned_since -= 6
    with pytest.raises(UnwritableError):
        safe.open("p2")
    monkeypatch.undo()
    trace.commit()
    assert trace.signed_size == trace.durable_size


def test_s6_the_head_that_fails_is_not_tried_in_a_spin(safe: SafeInHand, monkeypatch: pytest.MonkeyPatch) -> None:
    safe.open("p1")
    monkeypatch.setattr("ecluse.safe.trace.append", broken(lambda *_: None, after=False))
    safe.sign()
    due = safe.desk.trace.head_due_in()
    assert due is not None
    assert due > 0.1


def test_a_client_without_a_safe_gets_an_error_and_nothing_to_show(tmp_path: Path) -> None:
    with pytest.raises(SafeUnavailableError):
        SafeClient(tmp_path / "none.sock").call(opening(["p1"]))


def test_a_long_path_still_has_a_socket(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 30)
    home.mkdir()
    with running_safe(home, policy=SMALL_POLICY, accounts={}) as client:
        assert client.call(Status()).size == 1


def test_the_socket_is_for_the_safes_own_user_only(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert server.path.stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(os, "geteuid", lambda: 4242)
    stranger = connect(server)
    assert stranger.recv(1) == b""


def test_a_frame_that_is_too_long_ends_the_connection(server: Server) -> None:
    client = connect(server)
    client.sendall(b"\xff\xff\xff\xff")
    server.turn()
    assert client.recv(1) == b""


def test_requests_sent_together_are_answered_in_order(server: Server) -> None:
    client = connect(server)
    client.sendall(b"".join(codec.frame(opening([f"p{i}"])) for i in range(3)))
    for _ in range(3):
        server.turn()
    data = client.recv(65536)
    sequences = []
    while data:
        size = codec.length(data[:4])
        reply = codec.reply(data[4 : 4 + size])
        assert isinstance(reply, Opened)
        sequences.append(reply.answers[0].sequence)
        data = data[4 + size :]
    assert sequences == sorted(sequences)
    assert len(sequences) == 3


def test_a_client_that_leaves_before_its_answer_does_not_disturb_others(server: Server) -> None:
    leaver, other = connect(server), connect(server)
    leaver.sendall(codec.frame(opening(["p1"])))
    other.sendall(codec.frame(opening(["p2"])))
    leaver.close()
    server.turn()
    assert isinstance(receive(other), Opened)


def test_only_one_safe_serves_a_folder(tmp_path: Path) -> None:
    with running_safe(tmp_path, policy=SMALL_POLICY, accounts={}):
        second = start(tmp_path)
        assert second.wait(20) == 5
        stop(second)


def test_a_safe_on_a_leash_ends_with_its_supervisor(tmp_path: Path) -> None:
    with running_safe(tmp_path, policy=SMALL_POLICY, accounts={}):
        pass
    process = start(tmp_path)
    wait_for(tmp_path, process).close()
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(20) == 0
    assert [entry.action.value for entry in entries(tmp_path / "safe")][-1] == "stop"


def test_the_safe_imports_no_django() -> None:
    code = (
        "import sys, ecluse.safe.__main__; sys.exit(any(m.split('.')[0] in {'django', 'allauth'} for m in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_s7_killed_in_a_loop_while_eight_clients_open_keys_no_acknowledged_entry_is_missing(tmp_path: Path) -> None:
    accounts = {f"nurse.{i}": ("nurse",) for i in range(8)}
    policy.parse(WIDE)
    with running_safe(tmp_path, policy=WIDE, accounts=accounts):
        pass
    released: dict[int, str] = {}
    for turn in range(12):
        process = start(tmp_path)
        wait_for(tmp_path, process).close()
        halt = threading.Event()

        def run(number: int, turn: int = turn, halt: threading.Event = halt) -> None:
            client, i = SafeClient(tmp_path / "run" / "safe.sock", timeout=5), 0
            while not halt.is_set():
                patient = f"p{turn}-{number}-{i}"
                try:
                    answer = client.call(opening([patient, patient + "b"], by=who(f"nurse.{number}"))).answers[0]
                except SafeUnavailableError:
                    return
                if answer.keys:
                    released[answer.sequence] = patient
                i += 1

        threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        time.sleep(0.15 + 0.03 * turn)
        process.send_signal(signal.SIGKILL)
        stop(process)
        halt.set()
        for thread in threads:
            thread.join()
    with running_safe(tmp_path, accounts={}):
        pass
    report = verify(tmp_path / "safe")
    assert report.ok, report.faults
    kept = {entry.seq: entry.patient for entry in entries(tmp_path / "safe") if entry.decision is Decision.ALLOW}
    assert len(released) > 500
    assert {sequence: kept.get(sequence) for sequence in released} == released


@pytest.mark.slow
def test_s6_on_a_full_disk_nothing_is_released_and_work_resumes_when_there_is_room(tmp_path: Path) -> None:
    """The limit on the size of a file stands for the full disk: the same error comes from the same calls."""
    accounts: dict[str, tuple[str, ...]] = {"nurse.one": ("nurse",)}
    with running_safe(tmp_path, policy=WIDE, accounts=accounts):
        pass
    process = start(tmp_path)
    client = wait_for(tmp_path, process)
    room = len((tmp_path / "safe" / "trace" / "000000000000.jsonl").read_bytes().rstrip(b"\0")) + 3000
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    released, refused = [], 0
    for i in range(20):
        try:
            released.append(client.call(opening([f"p{i}"])).answers[0].sequence)
        except SafeUnavailableError as error:
            refused += error.code == "trace-unwritable"
    assert released
    assert refused > 5
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    released.append(client.call(opening(["after"])).answers[0].sequence)
    client.close()
    assert stop(process) == 0
    assert b"\0" not in (tmp_path / "safe" / "trace" / "000000000000.jsonl").read_bytes()
    report = verify(tmp_path / "safe")
    assert report.ok, report.faults
    assert {entry.seq for entry in entries(tmp_path / "safe") if entry.ground is Ground.EXPLAINED} >= set(released)


@pytest.mark.slow
def test_s6_a_full_disk_that_stays_full_lets_the_safe_stop_and_start_again(tmp_path: Path) -> None:
    with running_safe(tmp_path, policy=WIDE, accounts={"nurse.one": ("nurse",)}):
        pass
    process = start(tmp_path)
    client = wait_for(tmp_path, process)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
    with pytest.raises(SafeUnavailableError):
        client.call(opening(["p1"]))
    client.close()
    stop(process)
    with running_safe(tmp_path, accounts={}) as again:
        assert again.call(opening(["p1"])).answers[0].keys
        assert again.call(Status()).size == len(list(entries(tmp_path / "safe")))
    assert verify(tmp_path / "safe").ok


def fill(file: io.FileIO) -> None:
    with suppress(OSError):
        while True:
            file.write(b"x" * 4096)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_s6_on_a_really_full_file_system_nothing_is_released(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(disk)], check=False)
    if mounted.returncode:
        pytest.skip("this machine mounts no tmpfs")
    try:
        with running_safe(disk, policy=WIDE, accounts={"nurse.one": ("nurse",)}) as client:
            filler = disk / "filler"
            with filler.open("wb", buffering=0) as file:
                fill(file)
            refused = 0
            for i in range(400):  # the zeros ahead of the entries are room that nothing else can take
                try:
                    client.call(opening([f"p{i}-{n}" for n in range(20)]))
                except SafeUnavailableError:
                    refused += 1
                if refused > 10:
                    break
            assert refused > 10
            filler.unlink()
            assert client.call(opening(["after"])).answers[0].keys
        assert verify(disk / "safe").ok
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=False)


def test_enrolment_of_many_accounts_is_one_commit(safe: SafeInHand) -> None:
    accounts: dict[str, tuple[str, ...]] = {f"n{i}": ("nurse",) for i in range(500)}
    before = safe.desk.trace.size
    safe.call(Enrol(who=SETUP, accounts=accounts, request="e"))
    assert safe.desk.trace.size == before + 500
