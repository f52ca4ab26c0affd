"""A table with a mapping: every row is an access, an act of an account, skipped on purpose, or a reject."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecluse.core.errors import BadInputError
from ecluse.core.events import AccountAct, AccountEvent, Care
from ecluse.sources import csv_map, reading, times
from ecluse.sources.base import Context, Reject, Tally
from ecluse.sources.care_map import moments

MAP = """
delimiter = ";"
encoding = "cp1252"
time = "%d/%m/%Y %H:%M:%S"
[columns]
at = ["Date", "Heure"]
account = "Agent"
patient = "IPP"
deed = "Action"
duty = "Motif"
[deeds]
"Consultation" = "read"
"Édition" = "print"
"Connexion" = "login"
"Veille" = "skip"
"*" = "list"
"""
HEADER = "Date;Heure;Agent;IPP;Action;Motif\r\n"


class Read:
    """What became of a file."""

    def __init__(self, folder: Path, data: bytes, mapping: str = MAP, name: str = "export.csv") -> None:
        (folder / name).write_bytes(data)
        (folder / "map.toml").write_text(mapping, encoding="utf-8")
        self.rejects: list[Reject] = []
        self.tally = Tally(self.rejects.append)
        events = list(reading.read(csv_map, folder / name, self.tally, Context(map=folder / "map.toml")))
        self.rows: list[dict[str, Any]] = [
            row for batch in events if isinstance(batch, pa.RecordBatch) for row in batch.to_pylist()
        ]
        self.acts = [event for event in events if isinstance(event, AccountEvent)]
        self.care = [event for event in events if isinstance(event, Care)]


def test_rows_become_accesses_with_their_words_times_and_lines(tmp_path: Path) -> None:
    data = HEADER + "03/02/2025;07:05:09;AG1;0012;Consultation;URG\r\n3/2/2025;7:06:00; AG2 ;13;edition;\r\n"
    read = Read(tmp_path, data.encode("cp1252"))
    assert [(row["account"], row["patient"], row["deed"], row["row"]) for row in read.rows] == [
        ("AG1", "0012", "read", -2),
        ("AG2", "13", "print", -3),
    ]
    assert read.rows[0]["at"] == datetime.fromisoformat("2025-02-03 07:05:09")
    assert read.rows[0]["duty"] == "URG"


def test_l1_every_line_is_an_event_skipped_or_rejected_with_its_place(tmp_path: Path) -> None:
    lines = [
        "03/02/2025;07:05:09;AG1;1;Consultation;x",
        "03/02/2025;07:05:10;AG1;;Veille;x",
        "03/02/2025;07:05:11;AG1;;Connexion;x",
        "31/02/2025;07:05:12;AG1;1;Consultation;x",
        "03/02/2025;07:05:13;AG1;1",
        "",
        "03/02/2025;07:05:14;;1;Consultation;x",
        "03/02/2025;07:05:15;AG1;2;Inconnu;x",
    ]
    read = Read(tmp_path, (HEADER + "\r\n".join(lines)).encode("cp1252"))
    assert [row["deed"] for row in read.rows] == ["read", "list"]
    assert [act.act for act in read.acts] == [AccountAct.LOGIN]
    assert sorted(reject.line for reject in read.rejects) == [5, 6]
    assert read.tally.lines == 7
    assert len(read.rows) + len(read.acts) + len(read.rejects) + read.tally.skipped.total() == read.tally.lines


@pytest.mark.parametrize(
    "time", ["", "hier", "2025-02-03", "03/13/2025 10:00:00", "03/02/0025 10:00:00", "03/02/2025 25:00:00", "9" * 400]
)
def test_what_is_no_time_of_the_form_told_is_rejected_not_guessed(tmp_path: Path, time: str) -> None:
    day, _, hour = time.partition(" ")
    data = HEADER + "03/02/2025;10:00:00;A;1;x;\r\n" * 20 + f"{day};{hour};A;1;x;\r\n"
    read = Read(tmp_path, data.encode())
    assert len(read.rows) == 20
    assert [reject.line for reject in read.rejects] == [22]


def test_l2_a_mostly_unreadable_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"export\.csv is mostly unreadable: 3 of 4 lines"):
        Read(tmp_path, (HEADER + "03/02/2025;10:00:00;A;1;x;\r\n" + "a;b;c;d;e;f\r\n" * 3).encode())


def test_one_stray_quote_costs_no_other_line(tmp_path: Path) -> None:
    good = "03/02/2025;10:00:00;A;1;Consultation;x\r\n"
    stray = '03/02/2025;10:00:00;A;1;"Consultation;x\r\n'
    read = Read(tmp_path, (HEADER + good * 300 + stray + good * 300).encode())
    assert len(read.rows) + len(read.rejects) == 601
    assert len(read.rows) >= 600


def test_quoted_values_hold_delimiters_quotes_and_line_breaks(tmp_path: Path) -> None:
    data = HEADER + '03/02/2025;10:00:00;"A;B";"1";"Consul""tation";"two\r\nlines"\r\n03/02/2025;10:00:01;C;2;x;\r\n'
    read = Read(tmp_path, data.encode())
    assert [(row["account"], row["row"]) for row in read.rows] == [("A;B", -2), ("C", -4)]
    assert not read.rejects


def test_empty_fields_at_the_end_and_null_bytes_are_forgiven(tmp_path: Path) -> None:
    read = Read(tmp_path, (HEADER + "03/02/2025;10:00:00;A;1\0;x;;;;\r\n").encode())
    assert [row["patient"] for row in read.rows] == ["1"]


def test_utf8_and_latin1_lines_mixed_keep_their_letters(tmp_path: Path) -> None:
    lines = ["03/02/2025;10:00:00;É1;1;Édition;x\r\n".encode(code) for code in ("utf-8", "latin-1")]
    read = Read(tmp_path, HEADER.encode() + b"".join(lines))
    assert [(row["account"], row["deed"]) for row in read.rows] == [("É1", "print")] * 2


def test_utf16_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    data = HEADER + "03/02/2025;10:00:00;A;1;Édition;x\r\n"
    read = Read(tmp_path, data.encode("utf-16"), MAP.replace("cp1252", "utf-16"))
    assert [row["deed"] for row in read.rows] == ["print"]


def test_times_with_and_without_zone_are_not_mixed_up(tmp_path: Path) -> None:
    data = "at,who\n2025-02-03T10:00:00Z,A\n2025-02-03 10:00:00,B\n2025-02-03T10:00:00.5+02:00,C\n"
    read = Read(tmp_path, data.encode(), 'columns = { at = "at", account = "who" }')
    found = {row["account"]: row["at"].isoformat() for row in read.rows}
    assert found == {
        "A": "2025-02-03T10:00:00+00:00",
        "B": "2025-02-03T10:00:00",
        "C": "2025-02-03T08:00:00.500000+00:00",
    }


def test_seconds_and_milliseconds_since_1970_are_instants(tmp_path: Path) -> None:
    mapping = 'time = "unix-ms"\ncolumns = { at = "at", account = "who" }'
    read = Read(tmp_path, b"at,who\n1738576800123,A\nx,B\n1738576800123,C\n", mapping)
    assert [row["at"].isoformat() for row in read.rows] == ["2025-02-03T10:00:00.123000+00:00"] * 2


def test_a_reason_in_free_text_is_not_kept(tmp_path: Path) -> None:
    data = HEADER + "03/02/2025;10:00:00;A;1;x;le patient a une maladie que nul ne doit lire ici\r\n"
    assert Read(tmp_path, data.encode()).rows[0]["duty"] == "stated"


def test_a_key_makes_rows_of_two_files_the_same(tmp_path: Path) -> None:
    mapping = 'source = "dpi"\n[columns]\nat = "at"\naccount = "who"\nrow = "id"\n'
    read = Read(tmp_path, b"at,who,id\n2025-02-03,A,77\n2025-02-03,A,x\n", mapping)
    assert [(row["source"], row["row"]) for row in read.rows] == [("dpi", 77), ("export.csv", -3)]


def test_parquet_reads_like_csv(tmp_path: Path) -> None:
    times = pa.array([datetime.fromisoformat("2025-02-03 10:00"), None], pa.timestamp("us"))
    table = pa.table({"when": times, "who": pa.array(["A", "B"]).dictionary_encode(), "p": [12, 13]})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    mapping = 'columns = { at = "when", account = "who", patient = "p" }'
    read = Read(tmp_path, sink.getvalue().to_pybytes() * 1, mapping, "x.parquet")
    assert [(row["account"], row["patient"]) for row in read.rows] == [("A", "12")]
    assert len(read.rejects) == 1


def test_care_facts_come_from_a_table_too(tmp_path: Path) -> None:
    mapping = 'table = "care"\nkind = "encounter-in-unit"\ntime = "%d/%m/%Y"\n'
    mapping += '[columns]\nat = "in"\nuntil = "out"\npatient = "p"\nunit = "u"\n'
    read = Read(
        tmp_path, b"in,out,p,u\n01/02/2025,03/02/2025,12,CARDIO\n01/02/2025,,13,CARDIO\n01/02/2025,,,X\n", mapping
    )
    assert [(fact.patient, fact.unit, fact.until) for fact in read.care] == [
        ("12", "CARDIO", datetime.fromisoformat("2025-02-03 23:59:59.999999")),
        ("13", "CARDIO", None),
    ]
    assert [reject.line for reject in read.rejects] == [4]


def test_care_facts_keep_each_its_own_kind_of_clock(tmp_path: Path) -> None:
    mapping = 'table = "care"\nkind = "appointment"\n[columns]\nat = "in"\nuntil = "out"\npatient = "p"\nunit = "u"\n'
    rows = (
        "2025-02-01T08:00:00+01:00,2025-02-03,1,U",
        "2025-02-01 08:00:00 , 2025-02-01T09:00:00Z,2,U",
        "2025-02-30,2025-02-30,3,U",
        "2025-02-28,2025-02-30,4,U",
    )
    read = Read(tmp_path, "\n".join(["in,out,p,u", *rows]).encode(), mapping)
    assert [(fact.patient, fact.since.isoformat(), fact.until and fact.until.isoformat()) for fact in read.care] == [
        ("1", "2025-02-01T07:00:00+00:00", "2025-02-03T23:59:59.999999"),
        ("2", "2025-02-01T08:00:00", "2025-02-01T09:00:00+00:00"),
        ("4", "2025-02-28T00:00:00", None),
    ]
    assert [reject.line for reject in read.rejects] == [4]


TIME = st.sampled_from(["2025-02-01", "2025-02-01 08:00", "2025-02-01T08:00:00Z", "2025-02-30", "", "soon", "1/2/25"])


@given(st.lists(TIME, min_size=1, max_size=6))
def test_a_time_of_care_means_the_same_whatever_stands_beside_it(texts: list[str]) -> None:
    alone = [moments(pa.array([text]), times.ISO)[0] for text in texts]
    assert moments(pa.array(texts), times.ISO) == alone


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("columns = {", "not a mapping"),
        ("[columns]\nat = 'x'", "lacks 'account'"),
        ("[columns]\nat = []\naccount='a'", "lacks 'at'"),
        ("[columns]\nat='x'\naccount='a'\nwho='b'", "has no 'who'"),
        ("table='logs'\n[columns]\nat='x'", "unknown"),
        ("colour='x'\n[columns]\nat='x'\naccount='a'", "colour"),
        ("deed='steal'\n[columns]\nat='x'\naccount='a'", "'steal' is no deed"),
        ("delimiter=';;'\n[columns]\nat='x'\naccount='a'", "one character"),
        ("[columns]\nat='Jour'\naccount='Agent'", "no column Jour"),
    ],
)
def test_a_wrong_mapping_is_refused_with_what_is_wrong(tmp_path: Path, mapping: str, says: str) -> None:
    with pytest.raises(BadInputError, match=says):
        Read(tmp_path, HEADER.encode() + b"03/02/2025;10:00:00;A;1;x;\r\n", mapping)


def test_memory_stays_small_and_blocks_join_without_a_seam(tmp_path: Path) -> None:
    line = "03/02/2025;10:00:00;AGENT-{};{};Consultation;x\r\n"
    data = HEADER + "".join(line.format(number % 7, number) for number in range(120_000))
    read = Read(tmp_path, data.encode())
    assert [row["patient"] for row in read.rows] == [str(number) for number in range(120_000)]
    assert [row["row"] for row in read.rows[-2:]] == [-120_000, -120_001]
