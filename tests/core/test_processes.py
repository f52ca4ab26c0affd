"""A process ends when it is asked to, and when the one that started it is gone: shown with real processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PARENT = """
import os, signal, sys, time
from ecluse.core.processes import end_with
parent = os.getpid()
if (child := os.fork()) == 0:
    {before}
    end_with(parent, {number})
    print(os.getpid(), flush=True)
    time.sleep(60)
time.sleep(60)
"""
STOPS = """
import os, signal
from ecluse.core.processes import Stop, StoppedError
stop = Stop()
print("ready", flush=True)
try:
    stop.sleep(60)
except StoppedError:
    print(stop.within(0), stop.within(60), flush=True)
"""


Python = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def python() -> Iterator[Python]:
    """Start a Python that runs these words; kill it and read no more of it afterwards."""
    started = []

    def start(words: str) -> subprocess.Popen[str]:
        started.append(subprocess.Popen([sys.executable, "-c", words], stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.communicate()


def read(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


def ends(pid: int, within_s: float = 10) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_ends_with_its_parent_however_that_dies(python: Python, death: int) -> None:
    parent = python(PARENT.format(before="pass", number=int(signal.SIGTERM)))
    child = int(read(parent))
    parent.send_signal(death)
    parent.wait()
    assert ends(child)


def test_a_child_that_does_not_listen_is_killed_with_its_parent(python: Python) -> None:
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    parent = python(PARENT.format(before=deaf, number=int(signal.SIGKILL)))
    child = int(read(parent))
    parent.kill()
    parent.wait()
    assert ends(child)


def test_a_child_whose_parent_died_before_it_asked_ends_at_once(python: Python) -> None:
    orphan = f"from ecluse.core.processes import end_with; end_with({os.getpid() + 1}); print('still here')"
    process = python(orphan)
    assert read(process) == ""
    assert process.wait(10) == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_ends_a_wait_under_way_and_stays_asked(python: Python, number: int) -> None:
    process = python(STOPS)
    assert read(process) == "ready"
    process.send_signal(number)
    assert read(process) == "True True"
    assert process.wait(10) == 0


def test_a_stop_that_nobody_asked_for_does_not_end_a_wait(python: Python) -> None:
    process = python("from ecluse.core.processes import Stop; print(Stop().within(0.2))")
    assert read(process) == "False"
    assert process.wait(10) == 0


def test_a_storm_of_signals_asks_once(python: Python) -> None:
    process = python(
        STOPS.replace("stop.sleep(60)", "[os.kill(os.getpid(), 15) for _ in range(70000)]; stop.sleep(60)")
    )
    assert read(process) == "ready"
    assert read(process) == "True True"
    assert process.wait(10) == 0
