"""Tables by name of column, from a dump or from CSV."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ecluse.sources.base import Reject, Tally
from ecluse.sources.tables import contents, is_dump, known, parts, sources

Dump = Callable[..., Path]
Listed = Callable[..., list[Path]]
SHAPES = {"pets": frozenset({"pet_id", "name"}), "owners": frozenset({"owner_id", "name"})}
PETS: dict[str, list[dict[str, str | None]]] = {
    "pets": [
        {"pet_id": "1", "name": 'Éla, "la" chatte\nnoire', "tag": "0x0A14", "born": None},
        {"pet_id": "2", "name": "", "tag": None, "born": "2020-01-02"},
    ]
}


def taken(path: Path, *columns: str, tally: Tally | None = None) -> list[tuple[str | None, ...]]:
    return [row for part in parts(path, SHAPES, tally) for row in part.rows(*columns)]


@pytest.mark.parametrize("name", ["db.sql", "db.sql.gz"])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_l5_dump_and_csv_give_the_same_rows(dump: Dump, listed: Listed, name: str, encoding: str) -> None:
    (file,) = listed(PETS)
    columns = ("born", "name", "pet_id", "tag")
    rows = taken(dump(PETS, name, encoding), *columns)
    assert rows == taken(file, *columns)
    assert rows == [(None, 'Éla, "la" chatte\nnoire', "1", "0x0A14"), ("2020-01-02", "", "2", None)]


def test_l7_a_column_that_is_not_there_is_none_and_the_first_of_several_names_counts(dump: Dump) -> None:
    assert taken(dump(PETS), "nothing", "dob|born|name", "PET_ID") == [
        (None, None, "1"),
        (None, "2020-01-02", "2"),
    ]


@pytest.mark.parametrize(
    ("table", "columns", "name"),
    [
        ("pets", "pet_id name", "pets"),
        ("zoo_pets", "name x PET_ID", "pets"),
        ("pets", "pet_id title", ""),
        ("plants", "pet_id name", ""),
        ("", "name pet_id", "pets"),
        ("", "name", ""),
        ("carpets", "pet_id name", ""),
        ("", "pet_id name action utilisateur", ""),
        ("pets", "pet_id name action utilisateur", "pets"),
    ],
)
def test_l7_a_table_is_known_by_its_columns_and_in_a_dump_by_its_name_too(table: str, columns: str, name: str) -> None:
    assert known(table, columns.split(), SHAPES) == name


@pytest.mark.parametrize(
    ("start", "answer"),
    [
        (b"-- MySQL dump 10.13\n", True),
        (b"/*M!999999\\- enable the sandbox mode */\n-- MariaDB dump 10.19", True),
        (b"-- phpMyAdmin SQL Dump\n", True),
        (b"SET NAMES utf8;\nINSERT INTO `t` VALUES (1);", True),
        (b"set theory, 1\nuse of sets, 2", False),
        (b"INSERT INTO `t` VALUES (1);", True),
        (b"\xef\xbb\xbfCREATE TABLE t (a int);", True),
        (b"-- a poem\nroses are red", False),
        (b"a,b\n1,insert into t", False),
        (b'{"sql": "create table"}', False),
        (b"", False),
    ],
)
def test_a_dump_is_known_by_its_beginning(start: bytes, answer: bool) -> None:
    assert is_dump(start) is answer


def test_rows_with_other_numbers_of_fields_are_rejected_and_the_others_kept(tmp_path: Path) -> None:
    file = tmp_path / "pets.csv"
    file.write_text("pet_id;name\n1;a\n2\n3;b;c\n\n4;d\n", encoding="utf-8")
    rejects: list[Reject] = []
    tally = Tally(rejects.append)
    assert taken(file, "name", tally=tally) == [("a",), ("d",)]
    assert (tally.lines, tally.rejected) == (4, 2)
    assert all("2 values" in reject.reason and not reject.text for reject in rejects)


def test_tables_nobody_reads_are_counted_as_skipped(dump: Dump) -> None:
    tally = Tally()
    assert len(taken(dump({"plants": [{"a": "1"}], **PETS}), "name", tally=tally)) == 2
    assert tally.lines == 3
    assert tally.skipped["no table of a trace"] == 1


def test_a_table_without_the_names_of_its_columns_is_skipped_and_says_why(tmp_path: Path) -> None:
    file = tmp_path / "db.sql"
    file.write_text("-- MySQL dump\nINSERT INTO `pets` VALUES (1,'a');\n", encoding="utf-8")
    tally = Tally()
    assert not taken(file, "name", tally=tally)
    assert tally.skipped["a table without the names of its columns"] == 1


def test_the_tables_of_the_own_folder_come_before_those_of_another_hospital(dump: Dump, listed: Listed) -> None:
    near = listed({"owners": [{"owner_id": "1", "name": "near"}]}, "here")
    far = listed({**PETS, "owners": [{"owner_id": "1", "name": "far"}]}, "there")
    assert sources(near[0].parent, [*near, *far], SHAPES) == [
        (near[0], frozenset({"owners"})),
        (next(one for one in far if one.stem == "pets"), frozenset({"pets"})),
    ]


@pytest.mark.parametrize("data", [b"\x1f\x8bbroken", b"", b"\xff\xfe\x00", b"\x00" * 100])
def test_a_file_that_is_no_table_has_no_contents(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "x"
    file.write_bytes(data)
    assert contents(file, SHAPES) == frozenset()
    assert contents(tmp_path / "nothing", SHAPES) == frozenset()


def test_a_dump_that_breaks_off_is_said_in_the_report(tmp_path: Path) -> None:
    file = tmp_path / "db.sql"
    file.write_text("-- MySQL dump\nINSERT INTO `pets` (`pet_id`,`name`) VALUES (1,'a'),(2,'", encoding="utf-8")
    tally = Tally()
    assert taken(file, "name", tally=tally) == [("a",)]
    assert tally.rejected == 1
    assert [*tally.said] == ["db.sql breaks off in the middle of a row: what came after is missing."]


def test_a_packed_dump_that_breaks_off_is_known_by_what_is_left_of_it(dump: Dump) -> None:
    path = dump({**PETS, "filler": [{"x": str(number) * 50} for number in range(9000)]}, "db.sql.gz")
    path.write_bytes(path.read_bytes()[:-100])
    assert contents(path, SHAPES) == frozenset({"pets"})
