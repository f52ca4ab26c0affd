"""`ecluse serve`: both children up, started again when they fall, gone when their parent is."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from ecluse.cli.init import init_home
from ecluse.cli.serve import MAX_FAILURES, Supervised
from ecluse.core.errors import BrokenWorldError
from ecluse.core.home import Home, Settings, Site


def test_a_child_that_keeps_failing_ends_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fallen = subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"])
    fallen.wait()
    child = Supervised("thing", [], tmp_path)
    starts: list[float] = []
    monkeypatch.setattr("ecluse.cli.child.start", lambda *_: starts.append(0) or fallen)
    now = time.monotonic()
    with pytest.raises(BrokenWorldError, match="thing ended with status 1"):
        for step in range(1000):
            child.look(now + step)
    assert len(starts) == MAX_FAILURES


@pytest.mark.parametrize("status", [5, 4, 2])
def test_a_child_that_says_it_is_no_use_is_not_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    fallen = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({status})"])
    fallen.wait()
    child = Supervised("thing", [], tmp_path)
    monkeypatch.setattr("ecluse.cli.child.start", lambda *_: fallen)
    child.start()
    with pytest.raises(BrokenWorldError):
        child.look(time.monotonic())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def establishment(tmp_path_factory: pytest.TempPathFactory) -> Home:
    folder = tmp_path_factory.mktemp("s") / "h"
    return init_home(folder, Settings(site=Site(port=free_port(), demo=True, workers=1, threads=1)))


@pytest.fixture
def served(establishment: Home) -> Iterator[psutil.Process]:
    """Serve, wait for the first page, and leave nothing behind."""
    process = run(establishment)
    try:
        until(lambda: answers(establishment))
        yield psutil.Process(process.pid)
    finally:
        left = psutil.Process(process.pid).children(recursive=True) if psutil.pid_exists(process.pid) else []
        process.kill()
        process.wait()
        for one in left:
            if one.is_running():
                one.kill()


def run(home: Home) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "ECLUSE_HOME": str(home.path)}
    with (home.path / "log").open("ab") as log:
        command = [sys.executable, "-m", "ecluse.cli.main", "serve"]
        return subprocess.Popen(command, env=environment, stdout=log, stderr=log)


def answers(home: Home) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{home.settings.site.port}/accounts/login/", timeout=5) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def until(true: Callable[[], bool], within: float = 40) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


def named(process: psutil.Process, word: str) -> list[psutil.Process]:
    found = []
    for one in process.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if word in " ".join(one.cmdline()):
                found.append(one)
    return found


@pytest.mark.slow
def test_the_safe_comes_back_after_a_kill_and_the_site_with_it(served: psutil.Process, establishment: Home) -> None:
    [safe] = named(served, "ecluse.safe")
    safe.kill()
    until(lambda: named(served, "ecluse.safe") not in ([], [safe]))
    until(lambda: answers(establishment))


@pytest.mark.slow
def test_a_stop_that_is_asked_for_is_clean(served: psutil.Process) -> None:
    children = served.children(recursive=True)
    served.send_signal(signal.SIGTERM)
    assert served.wait(30) == 0
    assert [one for one in children if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []


@pytest.mark.slow
def test_nothing_outlives_a_killed_parent(served: psutil.Process) -> None:
    children = served.children(recursive=True)
    assert len(children) >= 3
    served.kill()
    until(lambda: not [one for one in children if one.is_running() and one.status() != psutil.STATUS_ZOMBIE])


@pytest.mark.slow
def test_a_second_server_of_the_same_folder_does_not_start(served: psutil.Process, establishment: Home) -> None:
    second = run(establishment)
    assert second.wait(30) == 5
    assert answers(establishment)


@pytest.mark.slow
def test_without_https_outside_a_demonstration_nothing_is_served(tmp_path: Path) -> None:
    home = init_home(tmp_path / "h", Settings(site=Site(port=free_port())))
    server = run(home)
    assert server.wait(60) == 5
    assert "web.C002" in (home.path / "log").read_text()
