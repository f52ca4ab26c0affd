"""Of a web server's log only the meaning is kept; secrets and search words never."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from ecluse.core.errors import BadInputError
from ecluse.core.events import AccountAct, AccountEvent
from ecluse.sources import reading, web_rules, web_server
from ecluse.sources.base import Context, Reject, Tally

AGENT = '"-" "Mozilla/5.0 (X11; Linux x86_64)"'


def line(target: str, *, user: str = "dr.test", status: int = 200, method: str = "GET", before: str = "") -> str:
    return f'{before}192.0.2.7 - {user} [03/Mar/2025:07:00:01 +0100] "{method} {target} HTTP/1.1" {status} 512 {AGENT}'


class Read:
    """What became of a log."""

    def __init__(self, folder: Path, *lines: str, rules: str = "") -> None:
        file = folder / "access.log"
        file.write_text("\n".join(lines) + "\n", encoding="latin-1")
        own = folder / "rules.toml" if rules else None
        if own:
            own.write_text(rules)
        self.rejects: list[Reject] = []
        self.tally = Tally(self.rejects.append)
        events = list(reading.read(web_server, file, self.tally, Context(rules=own)))
        self.rows: list[dict[str, Any]] = [
            row for batch in events if isinstance(batch, pa.RecordBatch) for row in batch.to_pylist()
        ]
        self.acts = [event for event in events if isinstance(event, AccountEvent)]


@pytest.mark.parametrize(
    ("target", "deed", "patient"),
    [
        ("/index.php?m=dPpatients&tab=vw_full_patients&patient_id=4711", "read", "4711"),
        ("/mediboard/?m=system&a=export_object&object_guid=CPatient-12", "export", "12"),
        ("/index.php?m=dPpatients&a=do_export_patients&start=50&step=50", "export", ""),
        ("/index.php?m=dPpatients&a=ajax_recherche_dossier_clinique&export=1", "export", ""),
        ("/index.php?m=dPpatients&a=ajax_recherche_dossier_clinique&nom=X", "search", ""),
        ("/index.php?m=dPpatients&a=print_patient&patient_id=3", "print", "3"),
        ("/index.php?m=soins&a=offline_sejours&service_id=3", "report", ""),
        ("/fhir/Patient/ab-12", "read", "Patient/ab-12"),
        ("/baseR4/Patient/12/_history/3", "history", "Patient/12"),
        ("/fhir/Patient/12/$everything", "everything", "Patient/12"),
        ("/fhir/Observation?patient=Patient/12&_count=50", "read", "Patient/12"),
        ("/fhir/Observation?subject=Patient%2F12", "read", "Patient/12"),
        ("/fhir/Patient?family=FICTIF", "search", ""),
        ("/fhir/$export", "export", ""),
        ("/interface/patient_file/summary/demographics.php?set_pid=33", "read", "33"),
        ("/apis/default/api/patient/91-ab/encounter", "read", "91-ab"),
        (
            "/openmrs/ws/rest/v1/patient/0123abcd-1111-2222-3333-444455556666?v=full",
            "read",
            "0123abcd-1111-2222-3333-444455556666",
        ),
        ("/dossiers/12/imprimer", "print", "12"),
        ("/patients/A12/notes", "read", "A12"),
        ("/app/export.do?format=x&ipp=0012", "read", "0012"),
        ("/patients.csv", "export", ""),
    ],
)
def test_requests_mean_what_the_rules_say(tmp_path: Path, target: str, deed: str, patient: str) -> None:
    assert [(row["deed"], row["patient"]) for row in Read(tmp_path, line(target)).rows] == [(deed, patient)]


@pytest.mark.parametrize(
    "target", ["/style.css", "/static/patients/12.png", "/", "/index.php?m=system&a=about", "/help?topic=x"]
)
def test_what_shows_no_patient_is_skipped_and_counted(tmp_path: Path, target: str) -> None:
    read = Read(tmp_path, line(target))
    assert not read.rows
    assert read.tally.skipped.total() == read.tally.lines == 1


def test_l3_secrets_and_search_words_are_nowhere_in_what_is_kept(tmp_path: Path) -> None:
    secret = "Zq9secretZq9"
    read = Read(
        tmp_path,
        line(f"/index.php?login=dr.test:{secret}&m=dPpatients"),
        line(f"/index.php?m=dPpatients&tab=vw_full_patients&patient_id=1&token={secret}"),
        line(f"/index.php?m=dPpatients&a=vw_idx_patients&nom={secret}"),
        line(f"/patients/12/{secret}{secret}{secret}"),
        line(f"/fhir/Patient?name={secret}"),
        f"broken password={secret} line",
        *[line("/fhir/Patient/1")] * 3,
    )
    assert secret not in repr((read.rows, read.acts, read.rejects, read.tally.said, read.tally.skipped))
    assert [act.account for act in read.acts] == ["dr.test"]
    assert len(read.rejects) == 1


def test_where_the_server_knows_no_user_the_address_stands_for_the_account_and_it_is_said(tmp_path: Path) -> None:
    read = Read(tmp_path, line("/fhir/Patient/1", user="-"))
    assert [row["account"] for row in read.rows] == ["@192.0.2.7"]
    assert any("address stands for the account" in said for said in read.tally.said)


@pytest.mark.parametrize(("status", "shown"), [(200, 1), (304, 1), (403, 0), (404, 0)])
def test_an_attempt_shows_nothing(tmp_path: Path, status: int, shown: int) -> None:
    assert [row["shown"] for row in Read(tmp_path, line("/fhir/Patient/1", status=status)).rows] == [shown]


def test_a_server_error_is_no_access(tmp_path: Path) -> None:
    assert not Read(tmp_path, line("/fhir/Patient/1", status=500)).rows


def test_a_wrong_password_of_a_known_user_is_a_failed_login(tmp_path: Path) -> None:
    read = Read(tmp_path, line("/fhir/Patient/1", status=401))
    assert [(act.act, act.account) for act in read.acts] == [(AccountAct.LOGIN_FAILURE, "dr.test")]


@pytest.mark.parametrize(
    "text",
    [
        line("/fhir/Patient/1", before="dpi.example:443 "),
        line("/fhir/Patient/1") + ' "10.0.0.1" 0.003',
        '192.0.2.7 - dr.test [03/Mar/2025:07:00:01 +0100] "GET /fhir/Patient/1 HTTP/2.0" 200 -',
        '192.0.2.7 - dr.test [2025-03-03T07:00:01+01:00] "GET /fhir/Patient/1 HTTP/2.0" 200 12 "-" "a \\"b\\" c"',
        '2001:db8::7 - "dr.test" [03/Mar/2025:06:00:01 +0000] "GET /fhir/Patient/1 HTTP/2.0" 200 12',
    ],
)
def test_every_usual_form_of_a_line_is_read(tmp_path: Path, text: str) -> None:
    rows = Read(tmp_path, text).rows
    assert [(row["account"], row["patient"], row["at"].isoformat()) for row in rows] == [
        ("dr.test", "Patient/1", "2025-03-03T06:00:01+00:00")
    ]
    assert web_server.sniff(tmp_path, text.encode()) >= 60


def test_a_log_of_iis_is_read_by_its_fields_line(tmp_path: Path) -> None:
    text = [
        "#Software: Microsoft Internet Information Services 10.0",
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query cs-username c-ip cs(User-Agent) sc-status took",
        "2025-03-03 06:00:01 10.0.0.1 GET /dossier/12/print - CHU\\a.test 10.0.0.9 Mozilla/5.0+(Windows) 200 15",
        "2025-03-03 06:00:02 10.0.0.1 GET /view ipp=0013&token=Zq9secret CHU\\a.test 10.0.0.9 - 200 15",
        "2025-03-03 06:00:03 10.0.0.1 GET /view",
        "2025-03-03 06:00:04 10.0.0.1 GET /view ipp=14 - 10.0.0.9 - x 15",
    ]
    read = Read(tmp_path, *text)
    assert [(row["account"], row["patient"], row["deed"], row["address"]) for row in read.rows] == [
        ("CHU\\a.test", "12", "print", "10.0.0.9"),
        ("CHU\\a.test", "0013", "read", "10.0.0.9"),
    ]
    assert read.rows[0]["at"].isoformat() == "2025-03-03T06:00:01+00:00"
    assert [reject.line for reject in read.rejects] == [5, 6]
    assert web_server.sniff(tmp_path, "\n".join(text).encode()) >= 60


def test_a_json_object_a_line_is_read(tmp_path: Path) -> None:
    flat = {"time_iso8601": "2025-03-03T07:00:01+01:00", "remote_addr": "10.0.0.9", "remote_user": "a", "status": "200"}
    nginx = {**flat, "request": "GET /fhir/Patient/1?_format=json HTTP/1.1", "http_user_agent": "T"}
    caddy = {
        "ts": 1740981601.5,
        "status": 200,
        "request": {"remote_ip": "10.0.0.9", "method": "GET", "uri": "/fhir/Patient/2", "host": "h"},
        "user_id": "",
    }
    read = Read(tmp_path, json.dumps(nginx), json.dumps(caddy), "{", json.dumps({**flat, "time_iso8601": "x"}))
    assert [(row["account"], row["patient"]) for row in read.rows] == [("a", "Patient/1"), ("@10.0.0.9", "Patient/2")]
    assert [reject.line for reject in read.rejects] == [3, 4]
    assert web_server.sniff(tmp_path, json.dumps(nginx).encode()) >= 60


def test_a_user_name_with_spaces_is_one_user(tmp_path: Path) -> None:
    assert [row["account"] for row in Read(tmp_path, line("/fhir/Patient/1", user="Dr Test Fictif")).rows] == [
        "Dr Test Fictif"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "words",
        '192.0.2.7 - a [03/Foo/2025:07:00:01 +0100] "GET / HTTP/1.1" 200 1',
        '192.0.2.7 - a [32/Mar/2025:07:00:01 +0100] "GET / HTTP/1.1" 200 1',
        '192.0.2.7 - a [03/Mar/2025:07:00:01 +0100] "GET / HTTP/1.1',
        "\x00\x01",
    ],
)
def test_l1_a_line_that_is_none_is_a_reject_with_its_number(tmp_path: Path, text: str) -> None:
    read = Read(tmp_path, line("/fhir/Patient/1"), line("/fhir/Patient/1"), text)
    assert [reject.line for reject in read.rejects] == [3]


def test_bytes_of_an_attacker_instead_of_a_request_are_skipped(tmp_path: Path) -> None:
    read = Read(tmp_path, '192.0.2.7 - - [03/Mar/2025:07:00:01 +0100] "\\x16\\x03\\x01" 400 150 "-" "-"')
    assert read.tally.skipped == {"requests that are no HTTP": 1}


def test_own_rules_are_asked_first(tmp_path: Path) -> None:
    rules = """[[rule]]
    name = "our chart"
    path = '/chart'
    query = { "id|nr" = '\\d+' }
    deed = "history"
    patient = { query = "id|nr", shape = '0*(\\d+)', prefix = "P" }
    """
    read = Read(tmp_path, line("/chart?nr=0042"), line("/chart?ID=7"), line("/other?nr=12"), rules=rules)
    assert [(row["deed"], row["patient"]) for row in read.rows] == [("history", "P42"), ("history", "P7")]


@pytest.mark.parametrize(
    ("rules", "says"),
    [
        ("[[rule]]\nname='x'\n", "deed"),
        ("[[rule]]\nname='x'\ndeed='steal'\n", "no deed"),
        ("[[rule]]\nname='x'\ndeed='read'\npath='('\n", "no file of rules"),
        ("[[rule]]\nname='x'\ndeed='read'\nquery={'a b'='x'}\n", "no list of query words"),
        ("x", "no file of rules"),
    ],
)
def test_wrong_rules_are_refused(tmp_path: Path, rules: str, says: str) -> None:
    with pytest.raises(BadInputError, match=says):
        Read(tmp_path, line("/"), rules=rules)


def test_remembering_the_rule_of_a_request_never_changes_its_meaning() -> None:
    rules = "[[rule]]\nname='a'\ndeed='export'\nquery={ id = '4711' }\n"
    rules += "[[rule]]\nname='b'\ndeed='read'\nquery={ id = '.*' }\n"
    judge = web_rules.Judge(web_rules._decode(rules.encode(), "x"))
    assert [judge.judge("GET", f"/x?id={number}").deed for number in (1234, 4711, 1235, 4711)] == ["read", "export"] * 2
