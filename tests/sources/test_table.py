"""Cutting a table into cells: the fast way and the careful one agree, and no row is lost between them."""

import csv
import io
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecluse.sources import table, times
from ecluse.sources.base import Reject, Tally
from ecluse.sources.mapping import Mapping

LETTERS = st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"])
CELL = st.text(LETTERS, max_size=8)
NAMES = ["a", "b", "c"]
MAPPING = Mapping(columns={"at": "a", "account": "b", "patient": "c"}, delimiter=";")


def written(rows: list[list[str]], quoting: int = csv.QUOTE_MINIMAL) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=";", quoting=quoting, lineterminator="\n").writerows([NAMES, *rows])  # type: ignore[arg-type]
    return out.getvalue().encode()


def read(file: Path, mapping: Mapping = MAPPING) -> tuple[list[list[str]], list[int], list[Reject]]:
    rejects: list[Reject] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    for part in table.parts(file, mapping, Tally(rejects.append)):
        rows += [list(row.values()) for row in part.rows.to_pylist()]
        lines += part.lines.tolist()
    return rows, lines, rejects


@pytest.fixture(name="file", scope="module")
def _file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("table") / "t.csv"


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.lists(CELL, min_size=3, max_size=3), max_size=12), quoted=st.booleans())
def test_what_is_written_is_read_back_whichever_way(file: Path, rows: list[list[str]], quoted: bool) -> None:
    rows = [row for row in rows if "".join(row).strip()]
    file.write_bytes(written(rows, csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL))
    back, _, rejects = read(file)
    assert back == rows
    assert not rejects


@settings(max_examples=150, deadline=None)
@given(lines=st.lists(st.text(st.sampled_from('ab;"é \t\\'), max_size=12), max_size=30))
def test_any_lines_at_all_end_as_rows_or_rejects(file: Path, lines: list[str]) -> None:
    file.write_text("\n".join(["a;b;c", *lines]), encoding="utf-8")
    _, numbers, rejects = read(file)
    places = sorted([*numbers, *(reject.line for reject in rejects)])
    assert len(places) == len(set(places))
    covered = sum(1 for line in lines if line.strip())
    assert len(places) <= covered
    if not any('"' in line for line in lines):
        assert len(places) == covered


def test_the_number_of_a_row_is_the_line_it_stands_on_across_blocks(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "blocks", lambda path: (path.read_bytes()[at : at + 6] for at in range(0, 36, 6)))
    file.write_text("a;b;c\n1;2;3\n4;5\nx\n7;8;9\n0;0;0\n")
    rows, lines, rejects = read(file)
    assert rows == [["1", "2", "3"], ["7", "8", "9"], ["0", "0", "0"]]
    assert lines == [2, 5, 6]
    assert [reject.line for reject in rejects] == [3, 4]


def test_a_header_is_found_after_a_line_that_names_the_delimiter(file: Path) -> None:
    file.write_text("sep=;\na;b;c\n1;2;3\n")
    assert read(file)[:2] == ([["1", "2", "3"]], [3])


def test_columns_of_the_same_name_are_told_apart() -> None:
    assert table.unique(["Date", "", "Date", " Nom "]) == ["Date", "2", "Date (3)", "Nom"]


@settings(max_examples=200, deadline=None)
@given(
    moment=st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)),  # noqa: DTZ001 - a local clock
    form=st.sampled_from(
        [
            "%d/%m/%Y %H:%M:%S",
            "%m/%d/%Y %I:%M:%S %p",
            "%Y%m%d%H%M%S",
            "%d/%m/%Y %H:%M:%S.%f",
            "%Y-%m-%d %H:%M",
            "%d/%m/%Y",
        ]
    ),
)
def test_every_moment_comes_back_from_the_form_it_was_written_in(moment: datetime, form: str) -> None:
    text = moment.strftime(form)
    assert times.parse(pa.array([text]), form)[0].as_py() == datetime.strptime(text, form)  # noqa: DTZ007


@settings(max_examples=200, deadline=None)
@given(day=st.integers(0, 40), month=st.integers(0, 14), year=st.integers(1980, 2110))
def test_a_day_that_does_not_exist_is_no_time(day: int, month: int, year: int) -> None:
    text = f"{day:02}/{month:02}/{year}"
    try:
        there = datetime.strptime(text, "%d/%m/%Y")  # noqa: DTZ007
    except ValueError:
        there = None
    if there and not times.FIRST_YEAR <= there.year <= times.LAST_YEAR:
        there = None
    assert times.parse(pa.array([text]), "%d/%m/%Y")[0].as_py() == there


@settings(max_examples=200, deadline=None)
@given(text=st.text(st.sampled_from("0123456789-:T Z+./"), max_size=26))
def test_any_text_is_a_time_or_null_never_an_error(text: str) -> None:
    for form in ("iso", "unix", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S.%f"):
        times.parse(pa.array([text, ""]), form)
