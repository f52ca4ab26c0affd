"""What a lake takes in, how often, and what it refuses."""

import re
import stat
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.core.events import Access, AccountAct, AccountEvent, Care, CareKind, Deed, Event, Fault, Integrity, Person
from ecluse.watch import lake as lake_module
from ecluse.watch import views
from ecluse.watch.lake import Lake

Rows = Callable[[Lake], list[tuple[object, ...]]]
NOON = datetime(2026, 3, 2, 12)  # noqa: DTZ001 - a local clock
LOOK = Access(NOON, "n.one", Deed.READ, "p1")
KEYED = re.compile(rb"[0-9a-f]{16,}")  # keys and keyed hashes, in which any four digits stand one day by chance


def test_k1_the_same_bytes_read_again_add_nothing(lake: Lake, table: list[Event], rows: Rows) -> None:
    first = lake.add(Path("views.sql"), "d1", table)
    before = rows(lake)
    again = lake.add(Path("copy of views.sql"), "d1", table)
    assert (first.accesses, first.again, again.again) == (300, False, True)
    assert rows(lake) == before
    assert len(lake.manifest.files) == 1


def test_k2_a_row_counts_once_whatever_form_of_its_table_it_comes_in(
    lake: Lake, table: list[Event], rows: Rows
) -> None:
    lake.add(Path("views.sql"), "d1", table)
    before = rows(lake)
    other = lake.add(Path("views.csv"), "d2", reversed(table))
    assert (other.accesses, other.repeated) == (0, 300)
    assert rows(lake) == before


def test_k2_what_is_new_in_another_form_is_taken(lake: Lake, table: list[Event], rows: Rows) -> None:
    lake.add(Path("old.sql"), "d1", table[:200])
    more = lake.add(Path("new.sql"), "d2", table[100:])
    assert (more.accesses, more.repeated) == (100, 100)
    assert len(rows(lake)) == 300


def test_k2_a_row_twice_in_one_file_counts_once(lake: Lake, table: list[Event], rows: Rows) -> None:
    lake.add(Path("views.sql"), "d1", [*table, *table])
    assert len(rows(lake)) == 300


def test_k2_rows_without_a_key_stay_as_often_as_the_file_that_has_them_most_often(lake: Lake, rows: Rows) -> None:
    counts = []
    for digest, times in (("d1", 2), ("d2", 1), ("d3", 5), ("d4", 5)):
        lake.add(Path("web.log"), digest, [LOOK] * times)
        counts.append(len(rows(lake)))
    assert counts == [2, 2, 5, 5]


def test_k2_the_number_of_a_line_does_not_tell_two_copies_apart(lake: Lake, rows: Rows) -> None:
    lines = [msgspec.structs.replace(LOOK, at=NOON + timedelta(minutes=n), row=-n - 1) for n in range(50)]
    rotated = [msgspec.structs.replace(line, row=line.row - 1000, source="web.log.1") for line in lines[20:]]
    lake.add(Path("web.log"), "d1", lines)
    lake.add(Path("web.log.1"), "d2", rotated)
    assert len(rows(lake)) == 50


def test_k2_rows_of_two_tables_with_the_same_key_are_two(lake: Lake, rows: Rows) -> None:
    for source in ("views", "prints"):
        lake.add(Path(source), source, [msgspec.structs.replace(LOOK, source=source, row=7)])
    assert len(rows(lake)) == 2


def test_k2_one_row_that_names_several_patients_keeps_them_all(lake: Lake, rows: Rows) -> None:
    several = [msgspec.structs.replace(LOOK, patient=f"p{n}", source="audit", row=7) for n in range(3)]
    lake.add(Path("a"), "d1", several)
    lake.add(Path("b"), "d2", several)
    assert len(rows(lake)) == 3


def test_k2_signs_count_once_too(lake: Lake) -> None:
    login = AccountEvent(NOON, "n.one", AccountAct.LOGIN, source="logins", row=4)
    plain = AccountEvent(NOON, "n.one", AccountAct.LOGIN)
    first = lake.add(Path("a"), "d1", [login, plain, plain])
    second = lake.add(Path("b"), "d2", [login, plain])
    assert (first.signs, second.signs, second.repeated) == (3, 0, 2)


def test_k6_no_name_address_birth_date_or_telephone_is_kept(lake: Lake) -> None:
    person = Person(
        "n.one", "nurse", "U1", family="Zorglub", given="Ysolde", postal="1 quai Xerxès", phone="0199001122"
    )
    person = msgspec.structs.replace(person, birth=date(1971, 11, 17))
    lake.add(Path("staff.csv"), "d1", [person])
    kept = b"".join(path.read_bytes() for path in lake.folder.rglob("*") if path.is_file())
    kept = KEYED.sub(b"", kept)
    assert b"n.one" in kept
    for word in (b"orglub", b"ORGLUB", b"solde", b"Xerx", b"xerx", b"0199001122", b"1971", b"19711117"):
        assert word not in kept


def test_k6_the_key_is_the_owners_alone_and_stays_the_same(lake: Lake) -> None:
    key = lake.folder / "key"
    before = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    Lake(lake.folder, "UTC")
    assert key.read_bytes() == before


def test_k7_what_lies_before_the_first_day_kept_is_gone(lake: Lake, table: list[Event], rows: Rows) -> None:
    sign = AccountEvent(NOON - timedelta(days=1), "n.one", AccountAct.LOGIN)
    fault = Integrity(Fault.CLOCK_STEP, "views", "back", at=NOON - timedelta(days=1))
    timeless = Integrity(Fault.ROWS_MISSING, "views", "3 rows")
    lake.add(Path("views.sql"), "d1", [*table, sign, fault, timeless])
    lake.forget_before(date(2026, 3, 20))
    assert min(lake.days()) == date(2026, 3, 20)
    assert not lake.files("signs")
    assert views.integrity_of(lake)["text"].to_pylist() == ["3 rows"]


def test_k7_no_later_reading_brings_it_back(lake: Lake, table: list[Event], rows: Rows) -> None:
    lake.forget_before(date(2026, 3, 20))
    added = Lake(lake.folder, "UTC").add(Path("views.sql"), "d1", table)
    assert added.old == 177
    assert len(rows(lake)) == 0  # another process wrote: this one has not looked yet
    assert len(rows(Lake(lake.folder, "UTC"))) == added.accesses == 123


def test_retention_never_goes_back(lake: Lake) -> None:
    lake.forget_before(date(2026, 3, 20))
    lake.forget_before(date(2026, 1, 1))
    assert Lake(lake.folder, "UTC").since == date(2026, 3, 20)


def test_a_lake_of_another_zone_is_refused(lake: Lake) -> None:
    with pytest.raises(BadInputError, match="made for UTC"):
        Lake(lake.folder, "Europe/Paris")


def test_a_zone_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="time zone"):
        Lake(tmp_path, "Europe/Lutetia")


def test_a_lake_of_another_version_is_refused(lake: Lake) -> None:
    (lake.folder / "lake.json").write_text('{"zone": "UTC", "version": 99, "since": "0001-01-01"}')
    with pytest.raises(BrokenWorldError, match="version 99"):
        Lake(lake.folder, "UTC")


@pytest.mark.parametrize("name", ["lake.json", "files.jsonl"])
def test_a_damaged_list_is_an_error_that_names_it(lake: Lake, name: str) -> None:
    (lake.folder / name).write_text("{broken\n")
    with pytest.raises(BrokenWorldError, match=name):
        Lake(lake.folder, "UTC")


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BrokenWorldError, match="cannot be opened"):
        Lake(tmp_path / "file", "UTC")


@pytest.mark.parametrize("digest", ["", "../escape", "a b", "a/b"])
def test_a_digest_that_is_no_word_is_refused(lake: Lake, digest: str) -> None:
    with pytest.raises(BadInputError, match="digest"):
        lake.add(Path("a"), digest, [LOOK])


def test_a_batch_without_a_time_is_refused_and_nothing_is_kept(lake: Lake, rows: Rows) -> None:
    batch = pa.RecordBatch.from_pydict({"account": ["a"], "deed": ["read"]})
    with pytest.raises(BadInputError, match="lacks at"):
        lake.add(Path("a.csv"), "d1", [LOOK, batch])
    assert rows(lake) == []
    assert not (lake.folder / "incoming").exists()


def test_a_batch_that_does_not_fit_is_refused(lake: Lake) -> None:
    batch = pa.RecordBatch.from_pydict({"at": [NOON], "account": ["a"], "deed": ["read"], "shown": ["many"]})
    with pytest.raises(BadInputError, match="does not fit"):
        lake.add(Path("a.csv"), "d1", [batch])


def test_a_batch_says_the_same_as_its_events(tmp_path: Path, table: list[Event], rows: Rows) -> None:
    one, two = Lake(tmp_path / "one", "Europe/Paris"), Lake(tmp_path / "two", "Europe/Paris")
    one.add(Path("a"), "d1", table)
    named = [event for event in table if isinstance(event, Access)]
    columns = {
        name: [getattr(event, name) for event in named] for name in ("at", "account", "patient", "source", "row")
    }
    columns["deed"] = [event.deed.value for event in named]
    two.add(Path("a"), "d1", [pa.RecordBatch.from_pydict(columns)])
    assert rows(one) == rows(two) != []


def test_two_writers_at_once_are_refused(lake: Lake, table: list[Event]) -> None:
    def while_reading() -> Iterator[Event]:
        with pytest.raises(BrokenWorldError, match="Another process"):
            Lake(lake.folder, "UTC").add(Path("b"), "d2", table)
        yield from table

    assert lake.add(Path("a"), "d1", while_reading()).accesses == 300


def test_an_open_care_fact_lasts_and_a_closed_one_ends(lake: Lake) -> None:
    since = datetime(2026, 3, 1, 23, 30)  # noqa: DTZ001 - a local clock
    care = [Care("p1", CareKind.ORDER, since), Care("p2", CareKind.ORDER, since, since + timedelta(hours=1))]
    lake.add(Path("care"), "d1", care)
    kept = pq.read_table(lake.files("care")[0])
    assert kept["since_day"].to_pylist() == [date(2026, 3, 1)] * 2
    assert kept["until_day"].to_pylist() == [date(9999, 12, 31), date(2026, 3, 2)]


def test_the_staff_list_read_last_is_right(lake: Lake) -> None:
    lake.add(Path("a"), "d1", [Person("n.one", "nurse", "U1"), Person("n.two", "nurse", "U1")])
    lake.add(Path("b"), "d2", [Person("n.one", "secretary", "U2")])
    assert [tuple(row.values())[:3] for row in views.staff_of(lake).to_pylist()] == [
        ("n.one", "secretary", "U2"),
        ("n.two", "nurse", "U1"),
    ]


def test_rejects_are_kept_and_no_reject_makes_no_file(lake: Lake) -> None:
    with lake.rejects("d1") as keep:
        keep(msgspec.convert({}, type=Nothing))
    with lake.rejects("d2"):
        pass
    assert [path.name for path in (lake.folder / "rejects").iterdir()] == ["d1.jsonl"]


class Nothing(msgspec.Struct):
    reason: str = "no time"


def test_k2_many_days_and_few_are_settled_alike(
    tmp_path: Path, table: list[Event], rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for few in (300_000, 25, 1):
        monkeypatch.setattr(lake_module, "FEW", few)
        lake = Lake(tmp_path / str(few), "UTC")
        lake.add(Path("a"), "d1", [*table[:200], *table[100:150]])
        lake.add(Path("b"), "d2", table)
        found.append(rows(lake))
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 300
