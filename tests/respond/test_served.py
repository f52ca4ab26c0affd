"""S4, C1, C2, C3 on a real establishment: 200 sessions and a lock; a watch killed; the whole response replayed."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from ecluse.core.home import load
from ecluse.core.words import Profession
from ecluse.drill import establishment
from ecluse.drill.browser import Browser
from ecluse.drill.establishment import environment
from ecluse.drill.hospital import Hospital
from ecluse.drill.response.papers import KINDS
from ecluse.drill.response.replay import STEPS, locked
from ecluse.drill.signin import sign_in
from ecluse.respond.standing import Standing, standing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
SESSIONS, TARGETS, THREADS = 200, 20, 4
PAGE = "/accounts/sessions/"

MAKE_SESSIONS = f"""
import json, os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "ecluse.web.settings"
django.setup()
from django.test import Client
from ecluse.accounts.models import Account
from ecluse.accounts.testing import sign_in
made = []
accounts = [a for a in Account.objects.filter(service=False).order_by("username") if a.professions.exists()]
target = next(a for a in accounts if a.professions.first().profession == "nurse")
others = [a for a in accounts if a != target and a.professions.first().profession != "security-officer"]
for number in range({SESSIONS}):
    account = target if number < {TARGETS} else others[number % len(others)]
    client = Client(headers={{"host": "localhost"}})
    sign_in(client, account, account.professions.first().profession)
    made.append([account.username, {{name: morsel.value for name, morsel in client.cookies.items()}}])
print(json.dumps(made))
"""


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Path, str, Hospital]]:
    """Serve a small hospital."""
    home = Path(tempfile.mkdtemp(prefix="ecl-"))
    hospital = Hospital(patients=100, staff=30, seed=3)
    establishment.make(home)
    with establishment.serving(home) as url:
        establishment.fill(hospital, home)
        yield home, url, hospital
    shutil.rmtree(home, ignore_errors=True)


class Asker(threading.Thread):
    """Asks for a page in each of its sessions, in turn; keeps when it asked and what it got."""

    def __init__(self, url: str, sessions: list[tuple[str, dict[str, str]]]) -> None:
        super().__init__(daemon=True)
        nameless = {"User-Agent": ""}  # the browser the sessions were made for
        self.clients = [
            (account, httpx.Client(base_url=url, cookies=cookies, headers=nameless)) for account, cookies in sessions
        ]
        self.seen: list[tuple[str, float, int]] = []
        self.over = threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            for account, client in self.clients:
                asked = time.monotonic()
                self.seen.append((account, asked, client.get(PAGE).status_code))
        for _, client in self.clients:
            client.close()


def sessions(home: Path) -> list[tuple[str, dict[str, str]]]:
    done = subprocess.run(
        [sys.executable, "-c", MAKE_SESSIONS],
        env={**environment(), "ECLUSE_HOME": str(home)},
        capture_output=True,
        text=True,
        check=True,
    )
    return [(account, cookies) for account, cookies in json.loads(done.stdout)]


def test_s4_a_lock_while_200_sessions_are_active_stops_its_target_and_nobody_else(
    served: tuple[Path, str, Hospital],
) -> None:
    home, url, hospital = served
    made = sessions(home)
    target = made[0][0]
    officer = Browser(url)
    sign_in(officer, hospital.first(Profession.SECURITY_OFFICER))
    askers = [Asker(url, made[number::THREADS]) for number in range(THREADS)]
    for asker in askers:
        asker.start()
    until(lambda: len(seen(askers)) >= SESSIONS)
    _, acknowledged = locked(officer, target)
    until(lambda: len(asked_after(askers, target, acknowledged)) >= TARGETS)
    for asker in askers:
        asker.over.set()
        asker.join()
    officer.close()
    everything = seen(askers)
    after = asked_after(askers, target, acknowledged)
    before = [status for account, asked, status in everything if account == target and asked < acknowledged - 1]
    others = {status for account, _, status in everything if account != target}
    assert len({account for account, _, _ in everything}) > 10
    assert set(before) == {200}, "its sessions were open before"
    assert len(after) >= TARGETS
    assert set(after) == {403}, "nothing after the acknowledgement"
    assert others == {200}, "nobody else is refused"


def seen(askers: list[Asker]) -> list[tuple[str, float, int]]:
    return [one for asker in askers for one in list(asker.seen)]


def asked_after(askers: list[Asker], account: str, at: float) -> list[int]:
    """Return what the sessions of ``account`` were answered when they asked after ``at``."""
    return [status for one, asked, status in seen(askers) if one == account and asked > at]


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def watch_of(home: Path) -> int:
    """Return the process of the watch of ``home``."""
    for folder in Path("/proc").iterdir():
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            mine = f"ECLUSE_HOME={home}".encode() in (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if mine and b"ecluse.respond" in words and b"live" in words:
            return int(folder.name)
    return 0


def caught_up(home: Path, after: float) -> Standing:
    """Wait until the watch has looked at everything, and said so after ``after`` (Unix seconds)."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        now = standing(load(home))
        if now is not None and now.at > after and not now.lag_entries and not now.error:
            return now
        time.sleep(0.1)
    raise AssertionError(standing(load(home)))


def test_c3_a_watch_that_is_killed_stops_nothing_and_comes_back_where_it_was(
    served: tuple[Path, str, Hospital],
) -> None:
    home, url, hospital = served
    before = caught_up(home, time.time())
    first = watch_of(home)
    assert first
    os.kill(first, signal.SIGKILL)
    officer = Browser(url)
    sign_in(officer, hospital.first(Profession.DPO))
    assert officer.get(PAGE).status_code == 200
    officer.close()
    after = caught_up(home, time.time())
    assert watch_of(home) not in {0, first}
    assert after.sequence > before.sequence


def test_c1_a_case_of_what_happens_now_is_there_within_ten_seconds(served: tuple[Path, str, Hospital]) -> None:
    home, url, hospital = served
    caught_up(home, time.time())
    nurse = [member for member in hospital.members if member.profession is Profession.SECRETARY][-1]
    browser = Browser(url)
    sign_in(browser, nurse)
    for number in range(9):
        assert browser.get(f"/patient/{number:032x}/").status_code in {403, 404}
    browser.close()
    started = time.time()
    assert caught_up(home, started).at - started < 10


def test_deep_runs_every_detector_over_the_trace_and_leaves_a_lake(served: tuple[Path, str, Hospital]) -> None:
    home, _, _ = served
    command = [sys.executable, "-m", "ecluse.respond", "deep"]
    for _ in range(2):
        done = subprocess.run(
            command, env={**environment(), "ECLUSE_HOME": str(home)}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    fed: dict[str, Any] = msgspec.json.decode((home / "watch" / "fed.json").read_bytes())
    assert fed["cursor"]["sequence"] > 100
    assert fed["duty"] > 0
    assert list((home / "watch" / "lake" / "accesses").glob("day=*/*.parquet"))


@pytest.mark.parametrize(
    ("database", "language"), [("sqlite", "fr"), pytest.param("postgresql", "en", marks=pytest.mark.postgres)]
)
def test_replay_goes_from_the_thief_to_the_letters_and_the_exposure_is_exact(
    tmp_path: Path, database: str, language: str
) -> None:
    out = tmp_path / "papers"
    words = ["--database", database, "--language", language, "--out", str(out), "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "ecluse.cli.main", "respond", "replay", "--patients", "300", *words],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = msgspec.json.decode(done.stdout)
    assert told["alarm_to_case_s"] < 60
    assert told["lock_to_refusal_s"] <= 1
    assert told["exposure_exact"] is True
    assert told["answered_after_lock"] == told["care_refused"] == 0
    assert told["exposed"] == told["exposure"]["patients"] > 20
    assert told["care_opened"] > 20
    assert list(told["steps"]) == list(STEPS)
    assert told["refused_while_empty"] is told["figures_agree"] is True
    assert [one["kind"] for one in told["notices"]] == list(KINDS)
    for one in told["notices"]:
        assert one["complete"]
        assert one["asked_of_a_person"]
        assert hashlib.sha256((out / one["file"]).read_bytes()).hexdigest() == one["sha256"]
        assert hashlib.sha256((out / one["json_file"]).read_bytes()).hexdigest() == one["json_sha256"]
    assert told["letters"]["letters"] + sum(told["letters"]["apart"].values()) == told["exposed"]
    assert len(list((out / "letters").glob("*.pdf"))) == told["letters"]["files"]
