"""The client reconnects once, never believes half an answer, and keeps one connection a thread."""

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ecluse.safe import codec
from ecluse.safe.client import SafeClient, SafeUnavailableError, local
from ecluse.safe.protocol import Check, Checked, Fault, Noted, Status
from ecluse.safe.testing import SMALL_POLICY, SMALL_STAFF, opening, running_safe, start, stop, wait_for, who

Serve = Callable[[socket.socket], None]


def serving(path: Path, *turns: Serve) -> threading.Thread:
    """Accept one connection for each of ``turns``, and let it play the safe."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def run() -> None:
        with listener:
            for turn in turns:
                connection, _ = listener.accept()
                with connection:
                    turn(connection)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def answer(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(codec.frame(Checked(lock="", registered=True)))


def answer_in_pieces(connection: socket.socket) -> None:
    connection.recv(65536)
    for byte in codec.frame(Checked(lock="", registered=True)):
        connection.sendall(bytes([byte]))


def hang_up(connection: socket.socket) -> None:
    connection.recv(65536)


def answer_half(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(codec.frame(Checked(lock="", registered=True))[:-2])


def answer_nonsense(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(codec.HEADER.pack(3) + b"abc")


def answer_fault(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(codec.frame(Fault(code="trace-unwritable", message="full")))


def test_an_answer_in_pieces_is_put_together(tmp_path: Path) -> None:
    thread = serving(tmp_path / "s", answer_in_pieces)
    assert SafeClient(tmp_path / "s").call(Check(who=who())).registered
    thread.join()


def test_a_kept_connection_that_was_closed_is_opened_again_once(tmp_path: Path) -> None:
    thread = serving(tmp_path / "s", answer, answer)
    client = SafeClient(tmp_path / "s")
    assert client.call(Check(who=who())).registered
    assert client.call(Check(who=who())).registered
    thread.join()


@pytest.mark.parametrize("turn", [hang_up, answer_half, answer_nonsense, answer_fault])
def test_anything_but_a_whole_good_answer_is_an_error(tmp_path: Path, turn: Serve) -> None:
    thread = serving(tmp_path / "s", turn)
    with pytest.raises(SafeUnavailableError):
        SafeClient(tmp_path / "s").call(Check(who=who()))
    thread.join()


def test_a_half_answer_is_not_asked_again(tmp_path: Path) -> None:
    thread = serving(tmp_path / "s", answer_half)
    with pytest.raises(SafeUnavailableError, match="cut"):
        SafeClient(tmp_path / "s").call(Check(who=who()))
    thread.join()


def test_the_code_of_a_fault_is_told(tmp_path: Path) -> None:
    thread = serving(tmp_path / "s", answer_fault)
    with pytest.raises(SafeUnavailableError) as refused:
        SafeClient(tmp_path / "s").call(Check(who=who()))
    thread.join()
    assert refused.value.code == "trace-unwritable"


def test_each_thread_keeps_a_client_of_its_own(tmp_path: Path) -> None:
    mine, others = local(tmp_path), list[SafeClient]()
    thread = threading.Thread(target=lambda: others.append(local(tmp_path)))
    thread.start()
    thread.join()
    assert local(tmp_path) is mine
    assert others[0] is not mine


def test_a_client_outlives_a_restart_of_the_safe(tmp_path: Path) -> None:
    with running_safe(tmp_path, policy=SMALL_POLICY, accounts=SMALL_STAFF) as client:
        assert client.call(opening(["p1"])).answers[0].keys
        kept = SafeClient(tmp_path / "run" / "safe.sock")
        assert kept.call(Status()).accounts == len(SMALL_STAFF)
    process = start(tmp_path)
    wait_for(tmp_path, process).close()
    assert kept.call(opening(["p1"])).answers[0].keys
    kept.close()
    stop(process)


@pytest.mark.parametrize("body", [b"", b"\xc1", codec.frame(Status())[4:], codec.frame(Noted(sequence=1))[4:-1]])
def test_what_is_not_a_reply_is_refused(body: bytes) -> None:
    with pytest.raises(codec.FrameError):
        codec.reply(body)
