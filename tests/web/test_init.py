"""`ecluse init`: a home folder that only its owner reads, and that a second try mends."""

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ecluse.cli import init
from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.core.home import Home, Settings, Site, load


@pytest.fixture
def no_steps(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Write down which programs would run instead of running them."""
    ran: list[tuple[str, ...]] = []
    monkeypatch.setattr(init, "step", lambda _home, *arguments: ran.append(arguments))
    return ran


def test_a_folder_that_holds_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work")
    with pytest.raises(BadInputError, match="holds other things"):
        init.init_home(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.odt"]


def test_secrets_are_readable_by_the_owner_alone_from_the_first_byte_on(
    tmp_path: Path, no_steps: list[tuple[str, ...]]
) -> None:
    home = init.init_home(tmp_path / "h")
    assert stat.S_IMODE(home.django_key.stat().st_mode) == 0o600
    for folder in (home.path, home.django_key.parent, home.socket.parent, home.rejects):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_second_try_keeps_settings_and_keys(tmp_path: Path, no_steps: list[tuple[str, ...]]) -> None:
    home = init.init_home(tmp_path / "h", Settings(site=Site(name="Premier", port=8001)))
    key = home.django_key.read_text()
    again = init.init_home(tmp_path / "h", Settings(site=Site(name="Second", port=8002)))
    assert again.settings.site.name == "Premier"
    assert again.django_key.read_text() == key


def test_the_safe_is_made_before_the_tables_and_only_once(tmp_path: Path, no_steps: list[tuple[str, ...]]) -> None:
    home = init.init_home(tmp_path / "h")
    assert [words[-1] for words in no_steps] == ["init", "ecluse.cli.first"]
    home.safe.mkdir()
    (home.safe / "master.key").touch()
    no_steps.clear()
    init.init_home(home.path)
    assert [words[-1] for words in no_steps] == ["ecluse.cli.first"]


def test_names_with_quotes_and_accents_come_back_as_they_went(tmp_path: Path, no_steps: list[tuple[str, ...]]) -> None:
    name = 'Clinique "L’Écluse"\\ du Nord\n'
    init.init_home(tmp_path / "h", Settings(site=Site(name=name)))
    assert load(tmp_path / "h").settings.site.name == name


def test_a_step_that_fails_says_its_last_word(tmp_path: Path) -> None:
    with pytest.raises(BrokenWorldError, match="not_there"):
        init.step(Home(tmp_path, Settings()), "ecluse.not_there")


def test_r1_nobody_but_the_owner_reads_what_a_command_writes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    command = [sys.executable, "-m", "ecluse.cli.main", "init", str(home)]
    subprocess.run(command, check=True, capture_output=True, umask=0o022)
    written = [file for file in home.rglob("*") if file.is_file() and file.name != "key.vkey"]
    assert home / "db.sqlite3" in written
    assert [file for file in written if file.stat().st_mode & 0o077] == []
