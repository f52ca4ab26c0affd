"""The safe as a child process: started, waited for, never outliving its parent."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from ecluse.core.errors import BrokenWorldError
from ecluse.core.home import Home
from ecluse.core.processes import end_with
from ecluse.safe.client import SafeClient, SafeUnavailableError
from ecluse.safe.protocol import State, Status

ANSWERS_WITHIN_S = 120.0
STOPS_WITHIN_S = 20.0
POLL_S = 0.05


def start(arguments: list[str], home: Path) -> subprocess.Popen[bytes]:
    """Start ``python -m …`` for the establishment at ``home``, in a process group of its own.

    Its own group means that Ctrl-C reaches the parent alone, which then stops its children in the right order.
    """
    environment = {**os.environ, "ECLUSE_HOME": str(home)}
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=partial(end_with, os.getpid()),  # noqa: PLW1509 - the parent starts its children before it has any thread
    )


def stop(child: subprocess.Popen[bytes]) -> int:
    """Ask a child to end, insist after a while, and return its exit status."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            child.kill()
    return child.wait()


def answers(socket: Path) -> State | None:
    """Return how the safe is, or None while it does not answer."""
    client = SafeClient(socket)
    try:
        reply = client.call(Status())
    except SafeUnavailableError:
        return None
    finally:
        client.close()
    return reply


def wait_for(child: subprocess.Popen[bytes], socket: Path, sleep: Callable[[float], None] = time.sleep) -> State:
    """Wait until the safe answers; ``sleep`` may raise what ends the waiting.

    Raises:
        BrokenWorldError: it ended, or it did not answer in time.
    """
    deadline = time.monotonic() + ANSWERS_WITHIN_S
    while time.monotonic() < deadline and child.poll() is None:
        state = answers(socket)
        if state is not None:
            return state
        sleep(POLL_S)
    what = "did not answer in time" if child.poll() is None else f"ended with status {child.returncode}"
    raise BrokenWorldError(f"The safe {what}.", "Its own words are above; `ecluse safe serve` shows them alone.")


@contextmanager
def safe_running(home: Home) -> Iterator[State]:
    """Run the safe for as long as the block lasts; use the one that already answers, if any."""
    state = answers(home.socket)
    if state is not None:
        yield state
        return
    child = start(["ecluse.safe", "serve"], home.path)
    try:
        yield wait_for(child, home.socket)
    finally:
        stop(child)
