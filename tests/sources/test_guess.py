"""From a table nobody described to a mapping that reads it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ecluse.core.errors import BadInputError
from ecluse.sources import csv_map, guess, mapping, proposal, reading, words
from ecluse.sources.base import Context, Tally
from ecluse.sources.mapping import Mapping

START = datetime(2025, 3, 3, 7)  # noqa: DTZ001 - a local clock


def moments(form: str, number: int = 400) -> list[str]:
    return [(START + timedelta(hours=number)).strftime(form) for number in range(number)]


def guessed(file: Path) -> Mapping:
    """Return the mapping proposed for ``file``, after a round trip through its text."""
    return mapping.decode(proposal.toml(guess.propose(file), str(file)).encode(), "map.toml")


def rows_read(file: Path) -> tuple[int, int]:
    """Return (accesses, rejects) of ``file`` with the mapping proposed, unchanged."""
    text = file.with_suffix(".toml")
    text.write_text(proposal.toml(guess.propose(file), str(file)), encoding="utf-8")
    tally = Tally()
    events = list(reading.read(csv_map, file, tally, Context(map=text)))
    return sum(getattr(event, "num_rows", 1) for event in events), tally.rejected


def test_a_french_export_of_a_spreadsheet_is_understood(tmp_path: Path) -> None:
    file = tmp_path / "journal.csv"
    lines = ["Journal des accès du 01/04/2025", "", "Date;Heure;Code agent;Nom;IPP;Type d'accès;Poste;Adresse IP;Motif"]
    for number, moment in enumerate(moments("%d/%m/%Y;%H:%M")):
        deed = ["Consultation", "Impression", "Connexion", "Export", "Échec de connexion"][number % 5]
        lines.append(f"{moment};AG{number % 9};FICTIF;{number:07};{deed};PC{number % 4};10.0.0.{number % 9};soins")
    file.write_bytes("\r\n".join(lines).encode("cp1252"))
    found = guessed(file)
    assert found.columns == {
        "at": ["Date", "Heure"],
        "account": "Code agent",
        "patient": "IPP",
        "deed": "Type d'accès",
        "duty": "Motif",
        "device": "Poste",
        "address": "Adresse IP",
    }
    assert (found.delimiter, found.encoding, found.skip, found.time) == (";", "cp1252", 2, "%d/%m/%Y %H:%M")
    assert found.deeds == {
        "Consultation": "read",
        "Impression": "print",
        "Connexion": "login",
        "Export": "export",
        "Échec de connexion": "login-failure",
        "*": "read",
    }
    assert rows_read(file) == (400, 0)


def test_an_english_tab_separated_export_is_understood(tmp_path: Path) -> None:
    file = tmp_path / "access.tsv"
    lines = ["Access Time\tUser Name\tEmployee ID\tMRN\tAccess Type\tDate of Birth"]
    lines += [
        f"{moment}\tNURSE TEST\tE{number % 9}\tM{number}\t{['View', 'Print', 'Access denied'][number % 3]}\t01/02/1950"
        for number, moment in enumerate(moments("%m/%d/%Y %I:%M:%S %p"))
    ]
    file.write_text("\n".join(lines))
    found = guessed(file)
    assert found.columns["at"] == "Access Time"
    assert found.columns["account"] == "Employee ID"
    assert found.columns["patient"] == "MRN"
    assert found.time == "%m/%d/%Y %I:%M:%S %p"
    assert found.deeds["Access denied"] == "skip"


@pytest.mark.parametrize(
    ("form", "time"),
    [
        ("%Y-%m-%dT%H:%M:%SZ", "iso"),
        ("%Y-%m-%d %H:%M:%S.%f", "iso"),
        ("%Y-%m-%d %H:%M", "iso"),
        ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S"),
        ("%d/%m/%Y %H:%M:%S.%f", "%d/%m/%Y %H:%M:%S.%f"),
        ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M"),
        ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M:%S"),
        ("%d/%m/%y %H:%M", "%d/%m/%y %H:%M"),
        ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M:%S"),
        ("%Y%m%d%H%M%S", "%Y%m%d%H%M%S"),
        ("%d/%m/%Y à %Hh%M", "%d/%m/%Y à %Hh%M"),
        ("%s", "unix"),
    ],
)
def test_times_and_delimiters_of_every_usual_form_are_read(tmp_path: Path, form: str, time: str) -> None:
    file = tmp_path / "log.csv"
    delimiter = ",;\t|"[len(form) % 4]
    lines = [delimiter.join(("when", "user", "patient_id"))]
    lines += [delimiter.join((moment, f"u{place % 5}", str(place))) for place, moment in enumerate(moments(form))]
    file.write_text("\n".join(lines))
    found = guessed(file)
    assert (found.time, found.delimiter) == (time, delimiter)
    assert rows_read(file) == (400, 0)


def test_day_and_month_are_told_apart_by_the_order_of_rows(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    days = [f"0{month}/0{day}/2025 10:00" for month in (1, 2, 3) for day in range(1, 10)]
    file.write_text("date,user,patient\n" + "".join(f"{day},u,1\n" for day in days))
    found = guess.propose(file)
    assert found.mapping.time == "%m/%d/%Y %H:%M"
    assert any("other way round" in note for note in found.notes)


def test_a_day_above_12_further_on_settles_it(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    early, late = "05/04/2025 10:00,u,1\n", "05/14/2025 10:00,u,1\n"
    file.write_text("date,user,patient\n" + early * 30_000 + late * 3_000)
    found = guess.propose(file)
    assert found.mapping.time == "%m/%d/%Y %H:%M"
    assert not found.notes


def test_what_is_missing_is_said_and_never_invented(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("a,b,c\n" + "".join(f"{moment},x{n},y{n}\n" for n, moment in enumerate(moments("%Y-%m-%d %H:%M"))))
    found = guess.propose(file)
    assert found.unsure == ("account", "patient")
    text = proposal.toml(found, "log.csv")
    assert "CHECK: account" in text
    with pytest.raises(BadInputError, match="lacks 'account'"):
        mapping.decode(text.encode(), "map.toml")


def test_a_table_without_header_has_numbered_columns(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text("".join(f"{moment};u{n % 3};{n}\n" for n, moment in enumerate(moments("%d/%m/%Y %H:%M"))))
    found = guess.propose(file)
    assert not found.mapping.header
    assert found.names == ("1", "2", "3")
    assert found.mapping.columns == {"at": "1"}


@pytest.mark.parametrize(
    "data",
    [b"{}\n", b'{"a": 1, "b": 2}\n', b"<a>x,y</a>\n", b"just words\nand more\n", b"INSERT INTO a VALUES (1,2);\n"],
)
def test_what_is_no_table_is_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "x"
    file.write_bytes(data)
    assert csv_map.sniff(file, data) == 0
    with pytest.raises(BadInputError, match="no table"):
        guess.propose(file)


def test_hostile_names_of_columns_stay_inside_their_line(tmp_path: Path) -> None:
    file = tmp_path / "log.csv"
    file.write_text(
        '"date","user ""x""\\","patient\t]"\n'
        + "".join(f"{m},u{n % 3},{n}\n" for n, m in enumerate(moments("%Y-%m-%d %H:%M")))
    )
    found = guessed(file)
    assert found.columns["account"] == 'user "x"\\'


@pytest.mark.parametrize(
    ("word", "ours"),
    [
        ("Consultation des prescriptions", "read"),
        ("Prescription", "write"),
        ("OPEN_CHART", "read"),
        ("viewPatient", "read"),
        ("Chart Export", "export"),
        ("Export liste", "export"),
        ("Réimpression étiquettes", "print"),
        ("Recherche patient", "search"),
        ("Bris de glace", "break-glass"),
        ("Accès refusé", "skip"),
        ("Login failed", "login-failure"),
        ("Connexion réussie", "login"),
        ("Déconnexion", "logout"),
        ("U", "write"),
        ("login-failure", "login-failure"),
        ("Zorglub", ""),
    ],
)
def test_words_of_what_was_done_mean_what_they_say(word: str, ours: str) -> None:
    assert words.meant(word) == ours
