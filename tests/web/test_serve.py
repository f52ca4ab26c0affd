"""`ecluse serve`: both children up, started again when they fall, gone when their parent is."""

import contextlib
import datetime as dt
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from ecluse.cli.init import init_home
from ecluse.cli.serve import MAX_FAILURES, Supervised
from ecluse.core.errors import BrokenWorldError
from ecluse.core.home import Home, Settings, Site


def test_a_child_that_keeps_failing_ends_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fallen = subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"])
    fallen.wait()
    child = Supervised("thing", [], tmp_path)
    monkeypatch.setattr("ecluse.cli.child.start", lambda *_: fallen)
    now = time.monotonic()

    def keep_looking() -> None:
        for step in range(1000):
            child.look(now + step)

    with pytest.raises(BrokenWorldError, match="thing ended with status 1"):
        keep_looking()
    assert child.failures == MAX_FAILURES


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


@contextlib.contextmanager
def serving(home: Home) -> Iterator[subprocess.Popen[bytes]]:
    """Serve, and leave nothing behind."""
    process = run(home)
    try:
        yield process
    finally:
        left = below(process.pid)
        process.kill()
        process.wait()
        for one in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)


@pytest.fixture
def served(establishment: Home) -> Iterator[subprocess.Popen[bytes]]:
    """Serve, and wait for the first page."""
    with serving(establishment) as process:
        until(lambda: answers(establishment))
        yield process


def below(pid: int) -> list[int]:
    """Return the processes that descend from one, zombies apart."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                parents.setdefault(int(parent), []).append(int(stat.parent.name))
    found, todo = [], [pid]
    while todo:
        todo = [child for one in todo for child in parents.get(one, [])]
        found += todo
    return found


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def named(pid: int, word: str) -> list[int]:
    found = []
    for one in below(pid):
        with contextlib.suppress(OSError):
            if word.encode() in Path(f"/proc/{one}/cmdline").read_bytes():
                found.append(one)
    return found


def run(home: Home, *words: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "ECLUSE_HOME": str(home.path)}
    with (home.path / "log").open("ab") as log:
        command = [sys.executable, "-m", "ecluse.cli.main", *(words or ("serve",))]
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


@pytest.mark.slow
def test_the_safe_comes_back_after_a_kill_and_the_site_with_it(
    served: subprocess.Popen[bytes], establishment: Home
) -> None:
    [safe] = named(served.pid, "ecluse.safe")
    os.kill(safe, signal.SIGKILL)
    until(lambda: named(served.pid, "ecluse.safe") not in ([], [safe]))
    until(lambda: answers(establishment))


@pytest.mark.slow
def test_a_stop_that_is_asked_for_is_clean(served: subprocess.Popen[bytes]) -> None:
    children = below(served.pid)
    served.terminate()
    assert served.wait(30) == 0
    assert [one for one in children if lives(one)] == []


@pytest.mark.slow
def test_nothing_outlives_a_killed_parent(served: subprocess.Popen[bytes]) -> None:
    children = below(served.pid)
    assert len(children) >= 3
    served.kill()
    until(lambda: not [one for one in children if lives(one)])


@pytest.fixture
def starting(establishment: Home) -> Iterator[subprocess.Popen[bytes]]:
    """Serve, and wait for the workers to be there but not yet for a page."""
    with serving(establishment) as process:
        until(lambda: len(named(process.pid, "ecluse.cli.workers")) == 2)
        yield process


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [0.0, 0.2, 0.8])
def test_nothing_outlives_a_parent_killed_while_its_workers_load(
    starting: subprocess.Popen[bytes], after_s: float
) -> None:
    time.sleep(after_s)
    children = below(starting.pid)
    starting.kill()
    until(lambda: not [one for one in children if lives(one)])


@pytest.mark.slow
@pytest.mark.parametrize("after_s", [0.0, 0.2, 0.8])
def test_no_worker_outlives_a_web_server_killed_while_it_loads(
    starting: subprocess.Popen[bytes], after_s: float
) -> None:
    time.sleep(after_s)
    web, worker = named(starting.pid, "ecluse.cli.workers")
    os.kill(web, signal.SIGKILL)
    until(lambda: not lives(worker), within=5)


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_that_is_asked_for_while_starting_is_clean(starting: subprocess.Popen[bytes], number: int) -> None:
    children = below(starting.pid)
    starting.send_signal(number)
    assert starting.wait(9) == 0, "nobody waits for a worker that does not know yet how to stop"
    assert [one for one in children if lives(one)] == []


@pytest.mark.slow
def test_when_the_safe_falls_while_the_web_server_starts_it_comes_back(
    starting: subprocess.Popen[bytes], establishment: Home
) -> None:
    [safe] = named(starting.pid, "ecluse.safe")
    os.kill(safe, signal.SIGKILL)
    until(lambda: named(starting.pid, "ecluse.safe") not in ([], [safe]))
    until(lambda: answers(establishment))


@pytest.mark.slow
def test_a_second_server_of_the_same_folder_does_not_start(
    served: subprocess.Popen[bytes], establishment: Home
) -> None:
    second = run(establishment)
    assert second.wait(30) == 5
    assert answers(establishment)


@pytest.mark.slow
def test_without_https_outside_a_demonstration_nothing_is_served(tmp_path: Path) -> None:
    home = init_home(tmp_path / "h", Settings(site=Site(port=free_port())))
    server = run(home)
    assert server.wait(60) == 5
    assert "web.C002" in (home.path / "log").read_text()


def certificate(folder: Path) -> tuple[str, str]:
    """Write a certificate for localhost and its key, as a hospital would name them in its settings."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "site.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "site.key").touch(0o600)
    (folder / "site.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return str(folder / "site.pem"), str(folder / "site.key")


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_a_hospital_serves_https_by_itself_with_cookies_bound_to_it(tmp_path: Path) -> None:
    pem, key = certificate(tmp_path)
    site = Site(port=free_port(), https=True, certificate=pem, private_key=key, workers=1, threads=1)
    home = init_home(tmp_path / "h", Settings(site=site))
    assert run(home).wait(60) == 5, "set-up is still open: one person can register accounts"
    assert "web.C011" in (home.path / "log").read_text()
    for officer, profession in (("r.garde", "security-officer"), ("d.rossi", "dpo")):
        assert run(home, "accounts", "add", officer, "--profession", profession).wait(60) == 0
    assert run(home, "accounts", "close-setup").wait(60) == 0
    server = run(home)
    trusted = ssl.create_default_context(cafile=pem)
    try:
        until(lambda: listening(site.port))
        with urllib.request.urlopen(f"https://localhost:{site.port}/accounts/login/", context=trusted) as page:
            assert page.headers["Strict-Transport-Security"].startswith("max-age=")
            assert "Secure" in page.headers["Set-Cookie"]
    finally:
        server.terminate()
        assert server.wait(30) == 0


def listening(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
