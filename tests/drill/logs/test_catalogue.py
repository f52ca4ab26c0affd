"""The formats by their words: what is written, what lies beside it, and what is refused."""

import errno
import hashlib
import importlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO

import msgspec
import pytest
from typer.testing import CliRunner

from ecluse.cli.drill import app
from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.core.events import Access, AccountEvent, CareKind
from ecluse.drill.logs import catalogue
from ecluse.drill.logs.dump import Sheet
from ecluse.drill.logs.timeline import timeline
from ecluse.drill.trials import act, trials
from ecluse.drill.world.settings import Settings
from ecluse.drill.world.world import World
from ecluse.sources.base import Context, Tally
from ecluse.sources.readers import NAMES, load

SMALL = ["--patients", "300", "--staff", "40", "--days", "20"]
WORDS = [one.word for one in catalogue.FORMATS]
READERS = {"audit-event": "audit_event", "web-server": "web_server", "csv": "csv_map"}


@pytest.fixture(scope="module")
def small() -> World:
    return World(Settings(patients=300, staff=40, days=20, seed=2))


@pytest.mark.parametrize("word", WORDS)
def test_each_format_says_what_it_is_and_what_it_leaves_out(word: str) -> None:
    form = catalogue.named(word)
    assert form.says
    assert READERS.get(word, word) in NAMES
    if form.tells is not None:
        assert "Left out" in (importlib.import_module(form.write.__module__).__doc__ or "")


@pytest.mark.parametrize("word", WORDS)
def test_the_same_seed_writes_the_same_bytes(small: World, tmp_path: Path, word: str) -> None:
    sums: list[list[tuple[str, str]]] = []
    for world in (small, World(small.settings)):
        folder = tmp_path / str(len(sums))
        files = catalogue.write(catalogue.named(word), world, folder)
        sums.append([(file.name, hashlib.sha256(file.read_bytes()).hexdigest()) for file in files])
        assert sorted(folder.iterdir()) == sorted(files)
    assert sums[0] == sums[1]


@pytest.mark.parametrize("word", [word for word in WORDS if word != "csv"])
def test_every_theft_can_be_told_and_no_line_of_it_is_rejected(small: World, tmp_path: Path, word: str) -> None:
    stolen = [event for trial in trials() for event in act(small, trial).loot.events]
    files = catalogue.write(catalogue.named(word), small, tmp_path, stolen)
    tally = Tally()
    rules = next((file for file in files if file.name.endswith(".rules.toml")), None)
    reader = load(READERS.get(word, word))
    read = list(reader.read(files[0], tally, Context(siblings=(files[0],), rules=rules)))
    assert read
    assert tally.lines
    assert tally.rejected == 0


@pytest.mark.parametrize("word", WORDS)
def test_the_tables_beside_a_log_are_those_that_it_does_not_tell(small: World, tmp_path: Path, word: str) -> None:
    form = catalogue.named(word)
    files = {file.name for file in catalogue.write(form, small, tmp_path)}
    assert "staff.csv" in files
    assert ("accesses.csv" in files) == (word == "csv")
    kinds = set(CareKind) - {CareKind.TREATING_DOCTOR} - set(form.tells or ())
    assert {name for name in files if name.startswith("care-")} == {
        f"care-{kind}.{end}" for kind in kinds for end in ("csv", "toml")
    }


@pytest.mark.parametrize("word", WORDS)
def test_the_command_printed_names_every_file_written(tmp_path: Path, word: str) -> None:
    done = CliRunner().invoke(app, ["world", "--out", str(tmp_path / "w"), "--format", word, *SMALL])
    assert done.exit_code == 0, done.output
    words = done.output.split("ecluse scan ", 1)[1].split()
    again = CliRunner().invoke(app, ["world", "--out", str(tmp_path / "j"), "--format", word, *SMALL, "--json"])
    told = msgspec.json.decode(again.stdout)
    assert [word.replace(str(tmp_path / "j"), str(tmp_path / "w")) for word in told["command"][2:]] == words
    assert sorted(told["files"]) == sorted(str(file) for file in (tmp_path / "j").iterdir())
    assert {word for word in words if not word.startswith("--")} == {str(file) for file in (tmp_path / "w").iterdir()}


@pytest.mark.parametrize("word", ["xls", "", "Mediboard", "mediboard ", "../csv"])
def test_a_format_that_nobody_writes_is_refused_before_anything_is_written(tmp_path: Path, word: str) -> None:
    refused = CliRunner().invoke(app, ["world", "--out", str(tmp_path / "w"), "--format", word, *SMALL])
    assert isinstance(refused.exception, BadInputError)
    assert all(known in refused.exception.next_step for known in WORDS)
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize("place", ["file", "file/under"])
def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    refused = CliRunner().invoke(app, ["world", "--out", str(tmp_path / place), "--format", "atna", *SMALL])
    assert isinstance(refused.exception, BadInputError)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"


def test_a_full_disk_is_said_and_leaves_no_half_a_dump(
    small: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Sheet, file: IO[bytes]) -> None:
        file.write(b"INSERT INTO")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Sheet, "move", full)
    with pytest.raises(BrokenWorldError, match="No space left on device"):
        catalogue.write(catalogue.named("mediboard"), small, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_more_than_two_days_of_a_log_are_ever_asked_for_ahead(small: World) -> None:
    asked: list[int] = []

    class Watched(World):
        def accesses(self, day: int) -> Iterator[Access]:
            asked.append(day)
            return super().accesses(day)

    world = Watched(small.settings)
    for one in islice(timeline(world), 2_000):
        assert isinstance(one, Access | AccountEvent)
        day = (one.at - world.settings.midnight).days
        assert asked[-1] <= max(day, 0) + 1
    assert len(asked) > 1
