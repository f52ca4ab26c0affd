"""The commands of the safe and of the trace, as an operator types them."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from ecluse.cli.main import run
from ecluse.core.errors import Exit
from ecluse.safe import snapshot
from ecluse.safe.testing import SMALL_POLICY, SafeInHand, running_safe, who


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


class Ecluse:
    """The command, in this process."""

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self.captured = captured

    def __call__(self, *arguments: str | Path) -> Done:
        code = run([str(argument) for argument in arguments])
        out, err = self.captured.readouterr()
        return Done(code, out, " ".join(err.split()))


@pytest.fixture
def ecluse(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ecluse:
    monkeypatch.setenv("ECLUSE_HOME", "/nowhere")
    monkeypatch.setenv("COLUMNS", "200")
    return Ecluse(capfd)


@pytest.fixture
def home(safe: SafeInHand, tmp_path: Path) -> Path:
    safe.open("p1", "p2")
    safe.open("p3", by=who("nurse.two"))
    safe.sign()
    snapshot.save(safe.desk.trace, safe.desk.state)
    return tmp_path


def test_init_makes_a_private_folder_and_prints_the_key_to_keep(ecluse: Ecluse, tmp_path: Path) -> None:
    done = ecluse("safe", "init", "--home", tmp_path / "h", "--json")
    assert done.returncode == Exit.OK, done.stderr
    assert json.loads(done.stdout)["vkey"].startswith("ecluse.local/")
    assert (tmp_path / "h" / "safe").stat().st_mode & 0o777 == 0o700


def test_a_second_init_is_refused(ecluse: Ecluse, home: Path) -> None:
    done = ecluse("safe", "init", "--home", home)
    assert done.returncode == Exit.BROKEN_WORLD
    assert "already holds a safe" in done.stderr


def test_init_with_a_bad_policy_makes_nothing(ecluse: Ecluse, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("[wizards]\n")
    done = ecluse("safe", "init", "--home", tmp_path / "h", "--policy", bad)
    assert done.returncode == Exit.BAD_INPUT
    assert "wizards" in done.stderr
    assert not (tmp_path / "h").exists()


def test_a_wrapped_key_needs_its_passphrase_to_serve(ecluse: Ecluse, tmp_path: Path) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse battery\n")
    assert ecluse("safe", "init", "--home", tmp_path, "--passphrase-file", passphrase).returncode == Exit.OK
    done = ecluse("safe", "serve", "--home", tmp_path)
    assert done.returncode == Exit.BAD_INPUT
    assert "--passphrase-file" in done.stderr


def test_serving_what_is_not_a_safe_is_refused(ecluse: Ecluse, tmp_path: Path) -> None:
    assert ecluse("safe", "serve", "--home", tmp_path).returncode == Exit.BROKEN_WORLD


def test_status_without_a_safe_says_so(ecluse: Ecluse, tmp_path: Path) -> None:
    done = ecluse("safe", "status", "--home", tmp_path)
    assert done.returncode == Exit.BROKEN_WORLD
    assert "cannot be reached" in done.stderr


def test_status_of_a_running_safe(ecluse: Ecluse, tmp_path: Path) -> None:
    with running_safe(tmp_path, policy=SMALL_POLICY, accounts={"n": ("nurse",)}):
        done = ecluse("safe", "status", "--home", tmp_path, "--json")
    assert json.loads(done.stdout)["accounts"] == 1


def test_show_filters_by_account_patient_and_time(ecluse: Ecluse, home: Path) -> None:
    shown = [json.loads(line) for line in ecluse("trace", "show", "--home", home, "--json").stdout.splitlines()]
    assert [entry["seq"] for entry in shown] == list(range(len(shown)))
    assert len(ecluse("trace", "show", "--home", home, "--account", "nurse.two").stdout.splitlines()) == 1
    assert "p2" in ecluse("trace", "show", "--home", home, "--patient", "p2").stdout
    assert ecluse("trace", "show", "--home", home, "--since", "2999-01-01").stdout == ""
    assert ecluse("trace", "show", "--home", home, "--since", "yesterday").returncode == Exit.BAD_INPUT


def test_verify_says_yes_and_then_no(ecluse: Ecluse, home: Path) -> None:
    done = ecluse("trace", "verify", "--home", home, "--json")
    assert done.returncode == Exit.OK, done.stdout
    assert json.loads(done.stdout)["ok"] is True
    path = home / "safe" / "trace" / "000000000000.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"patient":"p2"', b'"patient":"p9"'))
    done = ecluse("trace", "verify", "--home", home, "--json")
    (fault,) = json.loads(done.stdout)["faults"]
    assert done.returncode == Exit.NOT_PROVEN
    assert fault["file"] == "trace/000000000000.jsonl"
    assert {"offset", "line", "sequence"} <= set(fault)
    assert "NOT as it was signed" in ecluse("trace", "verify", "--home", home).stdout


def test_a_proof_goes_from_one_machine_to_another(ecluse: Ecluse, home: Path, tmp_path: Path) -> None:
    proof, vkey = tmp_path / "9.tlog-proof", (home / "safe" / "key.vkey").read_text().strip()
    assert ecluse("trace", "prove", "9", "--out", proof, "--home", home).returncode == Exit.OK
    done = ecluse("trace", "check-proof", proof, "--key", vkey, "--json")
    assert json.loads(done.stdout)["entry"]["seq"] == 9
    proof.write_text(proof.read_text().replace("index 9", "index 8"))
    assert ecluse("trace", "check-proof", proof, "--key", vkey).returncode == Exit.NOT_PROVEN
    assert ecluse("trace", "check-proof", tmp_path / "none", "--key", vkey).returncode == Exit.BAD_INPUT
    assert ecluse("trace", "prove", "999999", "--out", proof, "--home", home).returncode == Exit.BAD_INPUT


def test_exposure_is_patient_by_patient(ecluse: Ecluse, home: Path) -> None:
    done = ecluse("trace", "exposure", "--home", home, "--account", "nurse.one", "--json")
    assert json.loads(done.stdout) == [
        {"patient": "p1", "compartments": ["identity"], "times": 1},
        {"patient": "p2", "compartments": ["identity"], "times": 1},
    ]
    assert "3 patients" in ecluse("trace", "exposure", "--home", home).stdout


@pytest.mark.parametrize("command", ["init", "serve", "status"])
def test_every_command_of_the_safe_shows_an_example(ecluse: Ecluse, command: str) -> None:
    assert f"ecluse safe {command}" in ecluse("safe", command, "--help").stdout


@pytest.mark.parametrize("command", ["show", "verify", "prove", "check-proof", "exposure"])
def test_every_command_of_the_trace_shows_an_example(ecluse: Ecluse, command: str) -> None:
    assert f"ecluse trace {command}" in ecluse("trace", command, "--help").stdout
