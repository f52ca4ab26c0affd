"""`ecluse passwords`: import, status, check. A password is never an argument and never printed."""

import json
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings
from typer.testing import CliRunner, Result

from ecluse.accounts.breached import sha1
from ecluse.cli.passwords import app
from ecluse.core.errors import BadInputError, BrokenWorldError, RefusedError
from ecluse.core.home import Home

KNOWN = "quai lentille rouet"


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, settings: Settings) -> Path:
    """A home folder without a list."""
    settings.HOME = Home(tmp_path, settings.HOME.settings)
    return tmp_path


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    file = tmp_path / "list.txt"
    lines = sorted(f"{sha1(one).hex().upper()}:3" for one in (KNOWN, "second", "third"))
    file.write_text("\n".join([*lines, "rubbish"]))
    return file


def run(*words: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, list(words), input=typed)


def test_an_import_says_what_was_taken_and_what_was_not(listing: Path) -> None:
    said = json.loads(run("import", str(listing), "--json").stdout)
    assert (said["passwords"], said["list"], said["rejects"]) == (3, "sha1", {"too short": 1})
    assert 0 < said["false_positives"] < 1 / 2**18
    assert "3 passwords" in run("import", str(listing)).stdout


def test_status_says_which_list_is_in_force(listing: Path) -> None:
    assert json.loads(run("status", "--json").stdout) == {"list": None}
    assert "No list" in run("status").stdout
    run("import", str(listing))
    assert json.loads(run("status", "--json").stdout)["passwords"] == 3


def test_a33_a_known_password_is_told_and_not_repeated(listing: Path) -> None:
    run("import", str(listing))
    answer = run("check", "--json", typed=f"{KNOWN}\n")
    assert isinstance(answer.exception, RefusedError)
    assert json.loads(answer.stdout) == {"known": True, "where": "breached"}
    assert KNOWN not in answer.output


def test_a32_a_common_password_is_told_without_any_list() -> None:
    answer = run("check", "--json", typed="Motdepasse2026!\n")
    assert json.loads(answer.stdout)["where"] == "common"


def test_a_password_nobody_knows_passes(listing: Path) -> None:
    run("import", str(listing))
    answer = run("check", typed="tuba ocre lavoir\n")
    assert answer.exit_code == 0
    assert "tuba" not in answer.output


def test_a_password_is_never_an_argument() -> None:
    assert run("check", "tuba ocre lavoir").exit_code == 2


def test_a_file_that_is_not_there_is_named() -> None:
    assert isinstance(run("import", "/nowhere/list.txt").exception, BadInputError)


def test_a_broken_list_is_told_and_not_passed_over(own_home: Path) -> None:
    (own_home / "passwords.filter").write_bytes(b"half")
    assert isinstance(run("status").exception, BrokenWorldError)
    assert isinstance(run("check", typed="tuba ocre lavoir\n").exception, BrokenWorldError)
