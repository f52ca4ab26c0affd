"""The theft against a real establishment over real HTTP, and the demonstration: slow, and the point of it all."""

import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from ecluse.core.words import Profession
from ecluse.drill import establishment
from ecluse.drill.attacks import stolen_account
from ecluse.drill.establishment import environment
from ecluse.drill.hospital import Hospital
from ecluse.drill.staff import Work
from ecluse.drill.theft import Knobs, Scene, Theft, people_at_work, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
P = Profession
MOST = 50
STOLEN = (P.IT_ADMINISTRATOR, P.DIM_PHYSICIAN, P.NURSE, P.ADMISSIONS, P.INTERFACE_SERVICE, P.PHYSICIAN)
STOLEN_IN_DEMO = (P.IT_ADMINISTRATOR, P.DIM_PHYSICIAN, P.NURSE, P.INTERFACE_SERVICE)
KEYS = [
    "attack", "as", "population", "seed", "requests", "exposed", "exposed_by_route", "exposed_compartments",
    "contained", "contained_after_s", "legitimate_refused", "trace_ok",
]  # fmt: skip


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder whose path is short enough for a socket."""
    home = Path(tempfile.mkdtemp(prefix="ecl-"))
    yield home
    shutil.rmtree(home, ignore_errors=True)


def silent(_: str) -> None:
    """Say nothing."""


def stolen(folder: Path, *, patient: bool, seed: int) -> tuple[list[Theft], Work, Work]:
    hospital = Hospital(patients=300, seed=seed)
    establishment.make(folder)
    with establishment.serving(folder) as url:
        establishment.fill(hospital, folder)
        scene = Scene(hospital, folder, url)
        before = people_at_work(scene, 2)
        thefts, work = run(scene, STOLEN, Knobs(seconds=40, patient=patient), silent)
    return thefts, before, work


@pytest.mark.parametrize(("patient", "seed"), [(True, 1), (False, 2)])
def test_six_stolen_accounts_at_once_get_little_care_goes_on_and_the_trace_is_exact(
    folder: Path, monkeypatch: pytest.MonkeyPatch, patient: bool, seed: int
) -> None:
    monkeypatch.setattr(stolen_account, "LAST_ROUND_S", 8.0)
    thefts, before, work = stolen(folder, patient=patient, seed=seed)
    assert before.refused == 0, before.reasons
    assert work.refused == 0, work.reasons
    assert work.opened > 20
    assert work.written > 5
    for theft in thefts:
        result = theft.result(work)
        assert (theft.unsaid, theft.unseen) == (set(), set()), result
        assert result.trace_ok, result
        assert result.contained, result
        assert result.exposed <= (0 if theft.profession is P.IT_ADMINISTRATOR else MOST), result
    if patient:
        assert sum(len(theft.haul.patients) for theft in thefts) > 60, "a thief that gets nothing proves nothing"


def ecluse(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ecluse.cli.main", *arguments]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, check=False, timeout=300)


def test_the_drill_command_prints_one_object_with_exactly_the_keys_agreed() -> None:
    done = ecluse(
        "drill", "stolen-account", "--as", "it-administrator", "--patients", "300", "--seconds", "6", "--json"
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = msgspec.json.decode(done.stdout)
    assert list(found) == KEYS
    assert (found["exposed"], found["population"], found["trace_ok"]) == (0, 300, True)


INTERRUPTIBLE = ("env", "--default-signal=INT")  # tests started in the background would ignore it, and so would this
SMALL = ("--patients", "300", "--seconds", "5", "--port", "0")


def test_the_demonstration_shows_four_thefts_and_is_left_open_until_replaced_or_interrupted(folder: Path) -> None:
    home = folder / "demo"
    done = ecluse("demo", "--dir", str(home), *SMALL, "--json")
    assert done.returncode == 0, done.stderr
    found = msgspec.json.decode(done.stdout)
    assert [P(one["as"]) for one in found["results"]] == list(STOLEN_IN_DEMO)
    assert all(list(one) == KEYS and one["trace_ok"] and one["exposed"] <= MOST for one in found["results"]), found
    assert "758,912" in done.stderr
    assert httpx.get(f"{found['url']}/accounts/login/", timeout=10).status_code == 200
    stays_open_until_interrupted(home, folder / "said")
    with pytest.raises(httpx.ConnectError):
        httpx.get(found["url"], timeout=5)
    assert ecluse("demo", "--dir", str(home), "--stop").returncode == 0


def stays_open_until_interrupted(home: Path, said: Path) -> None:
    command = [*INTERRUPTIBLE, sys.executable, "-m", "ecluse.cli.main", "demo", "--dir", str(home), *SMALL, "--wait"]
    with said.open("w") as out:
        shown = subprocess.Popen(command, env=environment(), stdout=out, stderr=out, text=True)
        deadline = time.monotonic() + 200
        while time.monotonic() < deadline and shown.poll() is None and "a.moreau" not in said.read_text():
            time.sleep(0.5)
        busy = ecluse("demo", "--dir", str(home), "--no-wait")
        shown.send_signal(signal.SIGINT)
        shown.wait(60)
    assert "The site is open: http://127.0.0.1:" in said.read_text()
    assert "i.garnier" in said.read_text()
    assert busy.returncode == 4
    assert "is being served" in busy.stderr


@pytest.mark.parametrize("settings", ["", '[site]\nname = "CH"\n'])
def test_a_folder_that_is_not_a_demonstration_is_left_alone(folder: Path, settings: str) -> None:
    (folder / ("ecluse.toml" if settings else "letter.txt")).write_text(settings)
    done = ecluse("demo", "--dir", str(folder), "--no-wait")
    assert done.returncode == 4
    assert "nothing was touched" in done.stderr
    assert len(list(folder.iterdir())) == 1


def test_a_drill_refuses_a_home_that_is_not_a_demonstration(folder: Path) -> None:
    (folder / "ecluse.toml").write_text('[site]\nname = "CH"\n')
    url = ("--url", "http://127.0.0.1:1", "--home", str(folder))
    done = ecluse("drill", "stolen-account", "--as", "nurse", *url)
    assert done.returncode == 4
    assert "not a demonstration" in done.stderr
