"""The world written as files is read back by the readers as the same world."""

import csv
from itertools import islice
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from ecluse.cli.drill import app
from ecluse.cli.drill_world import Hidden
from ecluse.core.errors import BadInputError
from ecluse.core.events import Access, AccountEvent, Care, Person
from ecluse.drill.trials import act, trials
from ecluse.drill.world.files import write
from ecluse.drill.world.settings import Settings
from ecluse.drill.world.world import World
from ecluse.sources import mapping

SETTINGS = Settings(patients=600, staff=60, days=21, seed=8)
WORLD = World(SETTINGS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("world")
    write(WORLD, made)
    return made


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def test_every_access_and_every_sign_is_a_line_in_order_of_time(folder: Path) -> None:
    lines = rows(folder / "accesses.csv")
    accesses = [one for day in WORLD.days for one in WORLD.accesses(day)]
    signs = [one for day in WORLD.days for one in WORLD.signs(day)]
    assert len(lines) == len(accesses) + len(signs)
    assert [line["time"] for line in lines] == sorted(line["time"] for line in lines)
    assert sum(line["number"] != "" for line in lines) == len(accesses)


def test_the_staff_list_and_the_tables_of_care_are_whole(folder: Path) -> None:
    persons = [one for one in WORLD.people() if isinstance(one, Person)]
    assert [line["account"] for line in rows(folder / "staff.csv")] == [one.account for one in persons]
    care = [line for file in folder.glob("care-*.csv") for line in rows(file)]
    assert len(care) == len(list(WORLD.care()))


def test_every_table_has_a_mapping_that_is_understood_and_fits_its_columns(folder: Path) -> None:
    maps = sorted(folder.glob("*.toml"))
    assert len(maps) >= 4
    for file in maps:
        found = mapping.load(file)
        assert set(found.wanted) <= set(rows(file.with_suffix(".csv"))[0])


def test_a_theft_is_written_among_the_rest(tmp_path: Path) -> None:
    wanted = next(one for one in trials(["forged-duties"]))
    loot = act(WORLD, wanted).loot
    write(WORLD, tmp_path, loot.events)
    mine = [one for one in loot.events if isinstance(one, Access | AccountEvent)]
    quiet = sum(1 for day in WORLD.days for _ in (*WORLD.accesses(day), *WORLD.signs(day)))
    assert len(rows(tmp_path / "accesses.csv")) == quiet + len(mine)
    made = [line for line in rows(tmp_path / "care-appointment.csv") if line["made by"]]
    assert len(made) == sum(isinstance(one, Care) for one in loot.events)


def test_the_command_writes_the_truth_beside_the_theft(tmp_path: Path) -> None:
    common = ["--patients", "400", "--staff", "60", "--days", "20"]
    found = CliRunner().invoke(app, ["world", "--out", str(tmp_path / "w"), "--attack", "fast-grab", *common])
    assert found.exit_code == 0, found.output
    assert "ecluse scan" in found.output
    truth = msgspec.json.decode((tmp_path / "w" / "truth.json").read_bytes(), type=Hidden)
    stolen = {line["patient"] for line in rows(tmp_path / "w" / "accesses.csv") if line["account"] in truth.accounts}
    assert set(truth.patients) <= stolen
    assert list(islice(truth.accounts, 2)) != []


def test_a_quiet_world_has_no_truth(tmp_path: Path) -> None:
    options = ["--patients", "400", "--staff", "60", "--days", "20"]
    CliRunner().invoke(app, ["world", "--out", str(tmp_path / "w"), *options])
    assert not (tmp_path / "w" / "truth.json").exists()


@pytest.mark.parametrize("wrong", [["--attack", "nonsense"], ["--attack", "clerk", "--as", "nurse"]])
def test_the_command_refuses_what_it_does_not_know(wrong: list[str], tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["world", "--out", str(tmp_path / "w"), *wrong])
    assert isinstance(found.exception, BadInputError)


def test_the_command_does_not_write_into_a_full_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    found = CliRunner().invoke(app, ["world", "--out", str(tmp_path)])
    assert isinstance(found.exception, BadInputError)
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
