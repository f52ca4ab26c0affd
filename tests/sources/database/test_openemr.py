"""OpenEMR's tables: logins with addresses, charts, API calls by patient, and rows that do not fit their checksums."""

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecluse.core.events import Access, AccountAct, AccountEvent, Care, Deed, Event, Fault, Integrity, Person
from ecluse.sources import openemr, openemr_seals
from ecluse.sources.base import Reject, Tally

Row = dict[str, str | None]
Rows = dict[str, list[Row]]
Dump = Callable[..., Path]
Listed = Callable[..., list[Path]]
Told = Callable[..., tuple[list[Event], Tally, list[Reject]]]
UUID = "35108c8a-5f57-4a3b-8736-b5171e72134a"


def b64(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def entry(number: int, event: str = "view", comments: str | bytes = "", **more: str | None) -> Row:
    row: Row = {"id": str(number), "date": "2031-06-02 07:10:18", "event": event, "category": event}
    row |= {"user": "test-doctor", "groupname": "Default", "comments": b64(comments), "user_notes": ""}
    row |= {"patient_id": "5", "success": "1", "checksum": None, "crt_user": "", "log_from": "open-emr"}
    return {**row, "menu_item_id": None, "ccda_doc_id": None, **more}


def call(number: int, url: str, log: int = 0, **more: str | None) -> Row:
    row: Row = {"id": str(number), "log_id": str(log or number), "user_id": "14", "patient_id": "0"}
    row |= {"ip_address": "10.60.0.2 (198.51.100.23)", "method": "GET", "request": "patient", "request_url": url}
    return {**row, "request_body": "", "response": "", "created_time": "2031-06-02 05:10:18", **more}


def seal(log: int, row: Row | None = None, api: Row | None = None) -> Row:
    return {
        "id": str(log),
        "log_id": str(log),
        "encrypt": "No",
        "checksum": openemr_seals.digest([row[name] for name in openemr_seals.LOG]) if row else "",
        "checksum_api": openemr_seals.digest([api[name] for name in openemr_seals.API]) if api else "",
    }


PEOPLE: Rows = {
    "patient_data": [
        {"uuid": "0x" + UUID.replace("-", "").upper(), "pid": "5", "fname": "A", "lname": "B", "providerID": "14"},
        {"uuid": None, "pid": "6", "fname": "C", "lname": "D", "providerID": "0"},
    ],
    "users": [
        {"id": "14", "username": "test-doctor", "authorized": "1", "fname": "T", "lname": "F", "specialty": ""},
        {
            "id": "15",
            "username": "test-nurse",
            "authorized": "0",
            "fname": "T",
            "lname": "G",
            "specialty": "Ward nurse",
        },
        {"id": "16", "username": "test-api-lab", "authorized": "0", "fname": "T", "lname": "H", "specialty": None},
        {"id": "17", "username": None, "authorized": "0", "fname": "T", "lname": "I", "specialty": None},
    ],
}


def faults(events: list[Event]) -> list[tuple[Fault, str, int, int]]:
    return [(event.fault, event.source, event.first, event.last) for event in events if isinstance(event, Integrity)]


def test_the_checksum_is_sha3_of_the_values_one_after_the_other_null_being_nothing() -> None:
    assert openemr_seals.digest(["a", None, "é", "1"]) == hashlib.sha3_512("aé1".encode()).hexdigest()


@pytest.mark.parametrize("form", ["dump", "csv"])
def test_l8_rows_changed_or_removed_are_named_and_the_others_are_not(
    dump: Dump, listed: Listed, told: Told, form: str
) -> None:
    rows = [entry(number) for number in (1, 2, 3, 4, 7)]
    calls = [call(number, f"/apis/default/api/patient/{number}", number) for number in (1, 2, 3)]
    seals = [seal(number, row, api) for number, row, api in zip((1, 2, 3), rows, calls, strict=False)]
    seals += [seal(4, rows[3]), seal(5, entry(5)), seal(7, rows[4])]
    rows[1]["user"] = "test-nurse"
    calls[2]["request_url"] = "/apis/default/api/facility"
    tables: Rows = {"api_log": calls, "log": rows, "log_comment_encrypt": seals, **PEOPLE}
    events, tally, rejects = told(openemr, *([dump(tables)] if form == "dump" else listed(tables)))
    assert sorted(faults(events)) == [
        (Fault.ORPHAN, "openemr/log", 5, 5),
        (Fault.ROW_CHANGED, "openemr/api_log", 3, 3),
        (Fault.ROW_CHANGED, "openemr/log", 2, 2),
        (Fault.ROWS_MISSING, "openemr/log", 5, 6),
    ]
    said = " ".join(tally.said)
    assert "4 of 5 rows of log fit their checksum: row intact" in said
    assert "does not say that the log is intact" in said
    assert not rejects


@given(
    order=st.permutations(range(1, 9)),
    changed=st.sets(st.integers(1, 8)),
    removed=st.sets(st.integers(2, 7)),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_l8_in_whatever_order_the_checksums_stand(
    dump: Dump, told: Told, order: list[int], changed: set[int], removed: set[int]
) -> None:
    rows = {number: entry(number) for number in range(1, 9)}
    seals = [seal(number, rows[number]) for number in order]
    kept = [{**row, "event": "delete"} if number in changed else row for number, row in rows.items()]
    kept = [row for row in kept if int(row["id"] or 0) not in removed]
    events, *_ = told(openemr, dump({"log": kept, "log_comment_encrypt": seals}))
    found = faults(events)
    assert {first for fault, _, first, _ in found if fault is Fault.ROW_CHANGED} == changed - removed
    assert {first for fault, _, first, _ in found if fault is Fault.ORPHAN} == removed


def test_l8_when_most_rows_do_not_fit_it_is_the_reading_that_is_doubted(dump: Dump, told: Told) -> None:
    rows = [entry(number) for number in range(1, 40)]
    seals = [seal(number, entry(number, date="2031-06-02 05:10:18")) for number in range(1, 40)]
    events, *_ = told(openemr, dump({"log": rows, "log_comment_encrypt": seals}))
    assert faults(events) == [(Fault.ROW_CHANGED, "openemr/log", 1, 39)]
    assert "another time zone" in repr(events)


@pytest.mark.parametrize("old", ["da39a3ee5e6b4b0d3255bfef95601890afd80709", "", None])
def test_l8_checksums_of_older_kinds_accuse_nobody(dump: Dump, told: Told, old: str | None) -> None:
    seals: list[Row] = [{**seal(1), "checksum": old}]
    events, *_ = told(openemr, dump({"log": [entry(1)], "log_comment_encrypt": seals}))
    assert faults(events) == []


def test_l8_without_checksums_that_is_said(dump: Dump, told: Told) -> None:
    events, tally, _ = told(openemr, dump({"log": [entry(1)]}))
    assert faults(events) == []
    assert any("cannot be told" in said for said in tally.said)


@pytest.mark.parametrize(
    ("event", "success", "comments", "act", "address"),
    [
        ("login", "1", "success: 10.60.2.52", AccountAct.LOGIN, "10.60.2.52"),
        ("login", "0", "failure: 10.60.2.24. user password incorrect", AccountAct.LOGIN_FAILURE, "10.60.2.24"),
        ("login", "0", "failure: 10.60.0.2 (198.51.100.23). no", AccountAct.LOGIN_FAILURE, "198.51.100.23"),
        ("login", "1", "success: 2001:db8::12", AccountAct.LOGIN, "2001:db8::12"),
        ("login", "1", b"\xff\xfe", AccountAct.LOGIN, ""),
        ("logout", "1", "timeout, so force logout", AccountAct.LOGOUT, ""),
    ],
)
def test_logins_are_told_with_the_address_in_their_comments(
    dump: Dump, told: Told, event: str, success: str, comments: str | bytes, act: AccountAct, address: str
) -> None:
    events, *_ = told(openemr, dump({"log": [entry(1, event, comments, success=success, patient_id=None)]}))
    (found,) = [one for one in events if isinstance(one, AccountEvent)]
    assert (found.act, found.address, found.account, found.row) == (act, address, "test-doctor", 1)


@pytest.mark.parametrize(
    ("sql", "act", "account"),
    [
        ("UPDATE users SET active = ? WHERE id = ? ('0','15',)", AccountAct.DISABLED, "test-nurse"),
        ("UPDATE users SET active = ? WHERE id = ? ('1','15',)", AccountAct.UNLOCK, "test-nurse"),
        (
            "UPDATE users_secure SET password = ? WHERE username = ? ('x','test-nurse')",
            AccountAct.PASSWORD,
            "test-nurse",
        ),
        ("INSERT INTO gacl_groups_aro_map SET group_id = ? ('12')", AccountAct.GRANT, ""),
        ("DELETE FROM `gacl_groups_aro_map` WHERE group_id = ? ('12')", AccountAct.REVOKE, ""),
        ("UPDATE globals SET gl_value = ? WHERE gl_name = 'enable_auditlog' ('0')", AccountAct.LOG_OFF, ""),
        ("DELETE FROM log WHERE id = ? ('15')", AccountAct.LOG_OFF, "test-nurse"),
        ("UPDATE globals SET gl_value = ? WHERE gl_name = 'css' ('0')", None, ""),
        ("SELECT 1", None, ""),
        ("", None, ""),
    ],
)
def test_work_on_accounts_is_told_from_its_sql(
    dump: Dump, told: Told, sql: str, act: AccountAct | None, account: str
) -> None:
    row = entry(1, "security-administration-update", sql, category="Security", patient_id="0", user="test-admin")
    events, *_ = told(openemr, dump({"log": [row], **PEOPLE}))
    found = [(one.act, one.account, one.by) for one in events if isinstance(one, AccountEvent)]
    assert found == ([(act, account, "test-admin")] if act else [])


@pytest.mark.parametrize(
    ("event", "patient", "sql", "deed", "expected"),
    [
        ("view", "5", "", Deed.READ, "5"),
        ("patient-record-select", "5", b"SELECT * WHERE uuid = ? ('\xff',)", Deed.READ, "5"),
        ("patient-record-insert", "5", "", Deed.CREATE, "5"),
        ("patient-record-update", "5", "", Deed.WRITE, "5"),
        ("order-delete", "5", "", Deed.DELETE, "5"),
        ("order-insert", "0", "INSERT INTO p SET patient_id = ?, drug = ? ('175','x')", Deed.CREATE, "175"),
        ("scheduling-insert", None, "INSERT INTO e SET pc_pid = ?, t = ? ('9','2031-01-01',)", Deed.CREATE, "9"),
        ("order-insert", "0", "INSERT INTO p SET patient_id = ?, a = ? ('1','b','c')", Deed.CREATE, ""),
        ("order-insert", "0", "INSERT INTO p SET patient_id = ? ('a name')", Deed.CREATE, ""),
        ("ehi-export", "0", "", Deed.EXPORT, ""),
        ("other-thing", "0", "", None, ""),
    ],
)
def test_charts_and_changes_are_told_with_their_patient(
    dump: Dump, told: Told, event: str, patient: str | None, sql: str | bytes, deed: Deed | None, expected: str
) -> None:
    events, tally, _ = told(openemr, dump({"log": [entry(1, event, sql, patient_id=patient)]}))
    found = [(one.deed, one.patient, one.shown) for one in events if isinstance(one, Access)]
    assert found == ([(deed, expected, int(bool(expected)))] if deed else [])
    assert tally.skipped.total() == (deed is None)


@pytest.mark.parametrize(
    ("method", "url", "expected"),
    [
        ("GET", f"/apis/default/api/patient/{UUID}", (Deed.READ, "5", 1, False)),
        ("GET", f"/apis/default/api/patient/{UUID.upper()}/medical_problem", (Deed.READ, "5", 1, False)),
        ("GET", "/apis/default/fhir/Patient/00000000-0000-4000-8000-000000000000", (Deed.READ, "0" * 8, 1, False)),
        ("GET", f"/apis/default/fhir/Observation?patient={UUID}", (Deed.READ, "5", 1, False)),
        ("GET", f"/apis/default/fhir/Observation?subject=Patient/{UUID}", (Deed.READ, "5", 1, False)),
        ("GET", "/apis/default/api/patient/6/encounter", (Deed.READ, "6", 1, False)),
        ("POST", "/apis/default/api/patient", (Deed.CREATE, "", 1, False)),
        ("DELETE", f"/apis/default/api/patient/{UUID}/allergy/3", (Deed.DELETE, "5", 1, False)),
        ("GET", f"/apis/default/fhir/Encounter/{UUID}", (Deed.READ, "", 1, True)),
        ("GET", "/apis/default/api/patient", (Deed.LIST, "", 2, True)),
        ("GET", "/apis/default/fhir/Coverage?_count=100&_offset=0", (Deed.SEARCH, "", 100, True)),
        ("GET", "/apis/default/fhir/Patient?name=Zq9", (Deed.SEARCH, "", 1, True)),
        ("GET", "/apis/default/fhir/$export", (Deed.EXPORT, "", 2, True)),
        ("GET", f"/apis/default/fhir/Patient/{UUID}/$everything", (Deed.EVERYTHING, "5", 1, False)),
        ("GET", "/apis/default/api/facility", None),
        ("GET", "/apis/default/fhir/metadata", None),
        ("GET", "/nothing", None),
    ],
)
def test_l9_an_api_call_is_told_by_what_its_url_asks_for(
    dump: Dump, told: Told, method: str, url: str, expected: tuple[Deed, str, int, bool] | None
) -> None:
    events, *_ = told(openemr, dump({"api_log": [call(1, url, method=method)], **PEOPLE}))
    found = [event for event in events if isinstance(event, Access)]
    assert [(one.deed, one.patient[:8], one.shown, one.at_least) for one in found] == ([expected] if expected else [])
    assert all((one.account, one.address) == ("test-doctor", "198.51.100.23") for one in found)
    assert "Zq9" not in repr(events)
    assert UUID not in repr([one.route for one in found]).lower()


def test_an_api_call_counts_once_and_at_the_server_s_own_clock(dump: Dump, told: Told) -> None:
    tables: Rows = {"api_log": [call(80, "/apis/default/api/patient/5", 1)], "log": [entry(1, "api")], **PEOPLE}
    events, tally, _ = told(openemr, dump(tables))
    (event,) = [one for one in events if isinstance(one, Access)]
    assert (event.at, event.source, event.row) == (datetime.fromisoformat("2031-06-02T07:10:18"), "openemr/api_log", 80)
    assert tally.skipped["an API call: api_log tells it"] == 1


def test_api_calls_follow_summer_time_and_believe_no_single_row(dump: Dump, told: Told) -> None:
    zone = ZoneInfo("Europe/Paris")
    begin = datetime(2031, 3, 29, 22, tzinfo=UTC)  # the clock is put forward at 01:00 UTC
    times = [begin + timedelta(minutes=30 * place) for place in range(12)]
    local = [f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" for at in times]
    back_dated = [*local[:4], "2031-03-01 09:00:00", *local[5:]]
    calls = [
        call(number, "/apis/default/api/patient/5", number, created_time=f"{at:%Y-%m-%d %H:%M:%S}")
        for number, at in enumerate(times, 1)
    ]
    log = [entry(number, "api", date=date) for number, date in enumerate(back_dated, 1)]
    events, *_ = told(openemr, dump({"api_log": calls, "log": log, **PEOPLE}))
    assert [f"{one.at:%Y-%m-%d %H:%M:%S}" for one in events if isinstance(one, Access)] == local


def test_staff_and_the_doctor_who_follows_a_patient(dump: Dump, told: Told) -> None:
    events, tally, _ = told(openemr, dump(PEOPLE))
    people = [(one.account, one.profession, one.service) for one in events if isinstance(one, Person)]
    assert people == [
        ("test-doctor", "physician", False),
        ("test-nurse", "nurse", False),
        ("test-api-lab", "interface-service", True),
    ]
    assert [(one.patient, one.account) for one in events if isinstance(one, Care)] == [("5", "test-doctor")]
    assert tally.skipped["an entry of the address book, not an account"] == 1


def test_disclosures_entered_by_hand_are_told(dump: Dump, told: Told) -> None:
    row: Row = {"id": "1", "date": "2031-06-04 15:00:00", "event": "disclosure-treatment", "user": "test-doctor"}
    events, *_ = told(openemr, dump({"extended_log": [{**row, "recipient": "Zq9", "patient_id": "157"}]}))
    assert [(one.deed, one.patient) for one in events if isinstance(one, Access)] == [(Deed.EXPORT, "157")]
    assert "Zq9" not in repr(events)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("log", entry(1, date=None)),
        ("log", entry(1, date="0000-00-00 00:00:00")),
        ("log", entry(1, event="")),
        ("api_log", call(1, "")),
        ("api_log", call(1, "/apis/x", created_time="yesterday")),
        ("extended_log", {"id": "1", "date": None, "event": "x", "user": "y", "recipient": "z"}),
        ("patient_data", {"pid": "", "fname": "x", "lname": "y"}),
    ],
)
def test_a_row_that_says_too_little_is_rejected(dump: Dump, told: Told, table: str, row: Row) -> None:
    events, tally, rejects = told(openemr, dump({table: [row]}))
    assert not [event for event in events if not isinstance(event, Integrity)]
    assert (tally.lines, len(rejects)) == (1, 1)


def test_a_file_is_known_by_its_columns(listed: Listed, dump: Dump) -> None:
    files = {file.stem: file for file in listed({"log": [entry(1)], **PEOPLE, "pets": [{"id": "1", "date": "x"}]})}
    scores = {name: openemr.sniff(file, file.read_bytes()) for name, file in files.items()}
    assert scores == {"log": 90, "patient_data": 70, "users": 70, "pets": 0}
