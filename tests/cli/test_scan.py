"""``ecluse scan`` on small logs made here: the thief is case 1, nothing is dropped, and every error says what to do."""

import json
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ecluse.cli import scan_read
from ecluse.cli.main import run
from ecluse.cli.scan_jobs import Asked, Job, jobs
from ecluse.cli.scan_read import take
from ecluse.core.errors import Exit
from ecluse.sources import csv_map
from ecluse.sources.base import Context
from ecluse.watch.lake import Lake
from ecluse.watch.views import staff_of

START = datetime(2025, 3, 3, 7)  # noqa: DTZ001 - a local clock
HEADER = "Date;Heure;Utilisateur;IPP;Type d'accès;Poste"
STAFF = 24
STOLEN = "AG07"


def quiet_rows() -> list[tuple[datetime, str, str, str, str]]:
    """Return 20 days of work: each account sees its own unit's patients, about a dozen a day."""
    chance = random.Random(7)
    rows = []
    for day in range(20):
        for agent in range(STAFF):
            unit = agent % 4
            for _ in range(chance.randint(8, 16)):
                at = START + timedelta(days=day, minutes=chance.randint(0, 600))
                patient = f"{unit * 1000 + day * 5 + chance.randint(0, 25):07}"
                rows.append((at, f"AG{agent:02}", patient, "Consultation", f"PC{unit}"))
    return rows


def theft_rows() -> list[tuple[datetime, str, str, str, str]]:
    """Return what the stolen account does in the last night: 400 patients, one every four seconds."""
    night = START + timedelta(days=18, hours=19)
    return [
        (night + timedelta(seconds=4 * number), STOLEN, f"{5000 + number:07}", "Consultation", "PC-DEHORS")
        for number in range(400)
    ]


def write(file: Path, rows: list[tuple[datetime, str, str, str, str]], more: str = "") -> None:
    """Write an export as a French spreadsheet does."""
    lines = [f"{at:%d/%m/%Y;%H:%M:%S};{who};{patient};{deed};{place}" for at, who, patient, deed, place in sorted(rows)]
    file.write_bytes("\r\n".join([HEADER, *lines, more]).encode("cp1252"))


def line(at: datetime, who: str, patient: str) -> str:
    """Return a line of a web server."""
    return (
        f'10.0.0.{who[2:]} - {who} [{at:%d/%b/%Y:%H:%M:%S} +0100] "GET /fhir/Patient/{patient} HTTP/1.1" 200 9 "-" "T"'
    )


@pytest.fixture(name="here", autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECLUSE_HOME", raising=False)
    return tmp_path


def scanned(capsys: pytest.CaptureFixture[str], *words: str | Path) -> dict[str, Any]:
    """Return the JSON of a scan that ends well."""
    assert run(["scan", *map(str, words), "--json"]) == Exit.OK, capsys.readouterr().err
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.slow
def test_from_a_table_nobody_described_to_the_thief(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = here / "export.csv"
    write(file, quiet_rows() + theft_rows(), "31/02/2025;x")
    assert run(["sources", "guess", str(file)]) == Exit.OK
    (here / "map.toml").write_text(capsys.readouterr().out, encoding="utf-8")
    found = scanned(capsys, file, "--map", here / "map.toml")
    case = found["cases"][0]
    assert case["account"] == STOLEN
    assert (case["from"][:16], case["to"][:16]) == ("2025-03-22T02:00", "2025-03-22T02:26")
    assert case["patients"] == 400
    assert not case["at_least"]
    assert case["reasons"]
    assert found["events"] == len(quiet_rows()) + 400
    assert found["rejected"] == 1
    assert found["span_days"] == 20
    reject = json.loads(next(Path(found["rejects"]).glob("*.jsonl")).read_text())
    assert reject["line"] == found["events"] + 2
    assert run(["explain", "1", "--json"]) == Exit.OK
    told = json.loads(capsys.readouterr().out)
    assert len(told["exposure"]["certain"]) == 400
    places = {event["row"] for event in told["events"] if event["account"] == STOLEN and event["patient"] >= "0005000"}
    lines = file.read_text(encoding="cp1252").split("\n")
    assert len(places) == 400
    assert all(STOLEN in lines[-place - 1] for place in places)


@pytest.mark.slow
def test_k15_who_stops_the_log_is_told_though_no_case_comes_of_it(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    night = START + timedelta(days=3, hours=20)
    write(here / "export.csv", [*quiet_rows(), (night, "AG03", "", "Arrêt du journal", "PC3")])
    assert run(["sources", "guess", str(here / "export.csv")]) == Exit.OK
    guessed = capsys.readouterr().out.replace('"Arrêt du journal" = "read"', '"Arrêt du journal" = "log-off"')
    (here / "map.toml").write_text(guessed, encoding="utf-8")
    found = scanned(capsys, here / "export.csv", "--map", here / "map.toml", "--html", here / "report.html")
    assert found["integrity"] == ["export.csv: AG03 stopped or weakened the log on 2025-03-07."]
    assert "AG03 stopped or weakened the log" in (here / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_quiet_log_keeps_the_queue_within_what_was_asked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "export.csv", quiet_rows())
    found = scanned(capsys, here / "export.csv", "--cases-per-day", "0.1")
    assert len(found["cases"]) <= 2
    assert any("guessed" in words for words in found["blind_spots"])


@pytest.mark.slow
def test_l5_the_same_rows_in_two_files_and_the_same_file_twice_count_once(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = quiet_rows()
    folder = here / "logs"
    folder.mkdir()
    write(here / "half.csv", rows[: len(rows) // 2])
    write(folder / "whole.csv", rows)
    assert run(["sources", "guess", str(folder / "whole.csv")]) == Exit.OK
    (here / "map.toml").write_text(capsys.readouterr().out, encoding="utf-8")
    words: list[str | Path] = [folder, here / "half.csv", "--map", here / "map.toml", "--lake", here / "lake"]
    first = scanned(capsys, *words)
    assert first["events"] == len(rows)
    assert first["repeated"] == len(rows) // 2
    again = scanned(capsys, *words)
    assert again["events"] == first["events"]
    assert again["cases"] == first["cases"]


@pytest.mark.slow
def test_l5_small_files_read_together_count_the_rows_they_share_once(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [line(at, who, patient) for at, who, patient, _, _ in sorted(theft_rows())]
    twice = [*rows[:50], *rows[:50]]  # a page really opened twice
    folder = here / "logs"
    folder.mkdir()
    for number in range(10):
        (folder / f"access.log.{number}").write_text("\n".join(rows[number * 10 :]))
    (folder / "access.log.twice").write_text("\n".join(twice))
    found = scanned(capsys, folder)
    assert found["events"] == 400 + 50
    assert found["files"] == 11
    assert found["repeated"] == found["lines"] - 450


def test_a_bundle_keeps_large_and_packed_files_alone(here: Path) -> None:
    files = [here / name for name in ("a", "b", "large", "c", "packed", "d")]
    for file in files:
        file.write_bytes(b"x")
    files[2].write_bytes(b"x" * (scan_read.SMALL + 1))
    files[4].write_bytes(b"\x1f\x8b")
    work = [Job(file, csv_map, Context()) for file in files]
    assert [[job.path.name for job in some] for some in scan_read.bundles(work)] == [
        ["a", "b"],
        ["large"],
        ["c"],
        ["packed"],
        ["d"],
    ]


@pytest.mark.slow
def test_a_mapping_put_right_is_read_anew(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "export.csv", quiet_rows())
    text = 'delimiter = ";"\nencoding = "cp1252"\ntime = "%d/%m/%Y %H:%M:%S"\n[columns]\nat = ["Date", "Heure"]\n'
    for column, patients in (("Poste", 4), ("IPP", 400)):
        (here / "map.toml").write_text(f'{text}account = "Utilisateur"\npatient = "{column}"\n', encoding="utf-8")
        assert (scanned(capsys, here / "export.csv", "--map", "map.toml")["patients"] > 4) == (patients > 4)


@pytest.mark.slow
def test_a_web_server_log_gives_the_thief_without_a_mapping(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line(at, who, patient) for at, who, patient, _, _ in sorted(quiet_rows() + theft_rows())]
    (here / "access.log").write_text("\n".join(lines))
    found = scanned(capsys, here / "access.log")
    assert found["cases"][0]["account"] == STOLEN
    assert found["rejected"] == 0


@pytest.mark.slow
def test_the_table_for_people_tells_cases_blind_spots_and_places(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here / "export.csv", quiet_rows() + theft_rows(), "x;y")
    (here / "readme.md").write_text("words\n")
    assert run(["scan", str(here / "export.csv"), str(here / "readme.md")]) == Exit.OK
    out = capsys.readouterr().out
    assert STOLEN in out
    assert "What these logs cannot show" in out
    assert "1 lines could not be read" in out
    assert "1 files are no logs" in out
    assert str(here / "ecluse-lake") in out
    assert run(["explain", STOLEN]) == Exit.BAD_INPUT
    assert run(["explain", "1"]) == Exit.OK
    assert "export.csv line" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere"], "There is no nowhere"),
        (["empty"], "There is no file"),
        (["words.txt"], "No reader knows this format"),
        (["unclear.csv"], "ecluse sources guess"),
        (["good.csv", "--map", "words.txt"], "not a mapping"),
        (["good.csv", "--map", "other.toml"], "has no column Quand"),
        (["good.csv", "--staff", "words.txt"], "is no staff list"),
        (["good.csv", "--care", "words.txt"], "holds no care facts"),
        (["good.csv", "--care", "care.csv"], "that no mapping describes"),
        (["good.csv", "--since", "hier"], "is no day"),
        (["good.csv", "--time-zone", "Mars/Olympus"], "is not a time zone"),
        (["good.csv", "--engine", "abacus"], "no engine"),
        (["good.csv", "--lake", "kept"], "is not a lake"),
        (["good.csv", "--html", "nowhere/report.html"], "cannot be written"),
        (["bad.csv", "--map", "good.toml"], "mostly unreadable"),
        (["skipped.log"], "No access was found"),
    ],
)
def test_what_cannot_be_scanned_is_refused_with_what_to_do(
    here: Path, capsys: pytest.CaptureFixture[str], words: list[str], says: str
) -> None:
    (here / "empty").mkdir()
    (here / "kept").mkdir()
    (here / "kept" / "thesis.txt").write_text("dear")
    (here / "words.txt").write_text("only\nwords\n")
    (here / "unclear.csv").write_text("a,b\n1,2\n3,4\n")
    (here / "care.csv").write_text("patient;service;entree\n1;CARDIO;03/03/2025\n")
    write(here / "good.csv", theft_rows())
    (here / "other.toml").write_text('[columns]\nat = "Quand"\naccount = "Qui"\n')
    (here / "good.toml").write_text('[columns]\nat = "at"\naccount = "who"\n')
    (here / "bad.csv").write_text("at,who\n" + "nonsense,A\n" * 50)
    (here / "skipped.log").write_text('10.0.0.1 - - [03/Mar/2025:07:00:01 +0100] "GET /a.css HTTP/1.1" 200 1\n')
    assert run(["scan", *words]) == Exit.BAD_INPUT
    said = " ".join(capsys.readouterr().err.split())
    assert says in said
    assert (here / "kept" / "thesis.txt").exists()


@pytest.mark.slow
def test_l2_a_file_that_is_mostly_unreadable_is_said_and_the_others_still_tell(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here / "good.csv", quiet_rows() + theft_rows())
    (here / "bad.log").write_text('10.0.0.1 - a [x] "GET / HTTP/1.1" 200 1\n' * 50)
    (here / "bad.log").write_text(
        '10.0.0.1 - a [03/Mar/2025:07:00:01 +0100] "GET /fhir/Patient/1 HTTP/1.1" 200 1\n' * 9
        + '10.0.0.1 - a [32/Mar/2025:07:00:01 +0100] "GET /fhir/Patient/9 HTTP/1.1" 200 1\n' * 12
    )
    assert run(["scan", str(here / "good.csv"), str(here / "bad.log"), "--json"]) == Exit.BAD_INPUT
    found = json.loads(capsys.readouterr().out)
    assert found["cases"][0]["account"] == STOLEN
    assert found["events"] == len(quiet_rows()) + 400
    assert [one["path"] for one in found["unread"] if one["broken"]] == [str(here / "bad.log")]


@pytest.mark.slow
def test_staff_and_care_facts_are_taken_in_and_the_report_is_written(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(here / "export.csv", quiet_rows() + theft_rows())
    staff = "".join(f"AG{agent:02};infirmier;U{agent % 4}\n" for agent in range(STAFF))
    (here / "staff.csv").write_text("login;profession;unité\n" + staff)
    (here / "care.csv").write_text("patient;service;entree\n0005001;U3;03/03/2025\n")
    care_map = 'table = "care"\ndelimiter = ";"\ntime = "%d/%m/%Y"\n[columns]\nat = "entree"\n'
    (here / "care.toml").write_text(care_map + 'patient = "patient"\nunit = "service"\n')
    words = ["--staff", "staff.csv", "--care", "care.csv", "--map", "care.toml", "--html", "report.html"]
    case = scanned(capsys, "export.csv", *words)["cases"][0]
    assert (case["account"], case["profession"]) == (STOLEN, "nurse")
    page = (here / "report.html").read_text(encoding="utf-8")
    assert STOLEN in page
    assert (here / "report.html").stat().st_mode & 0o077 == 0


def test_the_staff_list_that_is_named_outranks_the_accounts_of_a_log(here: Path) -> None:
    (here / "users.csv").write_text("user_id,system_id,username\n10,10,AG01\n11,11,AG02\n")
    (here / "user_role.csv").write_text("user_id,role\n10,Nurse\n11,Nurse\n")
    (here / "staff.csv").write_text("login;profession;unité\nAG01;sage-femme;MAT\n")
    work, unread = jobs(Asked((Path("users.csv"), Path("user_role.csv")), staff=(Path("staff.csv"),)))
    kept = Lake(here / "lake")
    take(kept, work, unread, lambda *_: None)
    found = {row["account"]: row["profession"] for row in staff_of(kept).to_pylist()}
    assert found == {"AG01": "midwife", "AG02": "nurse"}


@pytest.mark.slow
def test_cases_before_the_day_asked_for_are_not_told(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "export.csv", quiet_rows() + theft_rows())
    found = scanned(capsys, "export.csv", "--since", "2025-03-23")
    assert found["cases"] == []
    assert found["span_days"] == 20


def test_a_folder_that_is_no_lake_of_ours_is_never_emptied(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(here / "good.csv", theft_rows())
    (here / "ecluse-lake").mkdir()
    (here / "ecluse-lake" / "thesis.txt").write_text("dear")
    assert run(["scan", str(here / "good.csv")]) == Exit.BAD_INPUT
    assert (here / "ecluse-lake" / "thesis.txt").exists()
    assert run(["explain", "1"]) == Exit.BAD_INPUT
    assert "holds no lake" in " ".join(capsys.readouterr().err.split())


def test_the_list_of_sources_tells_what_each_cannot_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["sources", "list"]) == Exit.OK
    out = capsys.readouterr().out
    assert "Mediboard" in out
    assert out.count("blind:") > 12
