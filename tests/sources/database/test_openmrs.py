"""OpenMRS's and Bahmni's audit tables."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed, Event, Integrity, PatientFacts, Person
from ecluse.sources import openmrs
from ecluse.sources.base import Reject, Tally

Row = dict[str, str | None]
Rows = dict[str, list[Row]]
Dump = Callable[..., Path]
Told = Callable[..., tuple[list[Event], Tally, list[Reject]]]
UUID = "35108c8a-5f57-4a3b-8736-b5171e72134a"
WORLD: Rows = {
    "patient": [{"patient_id": "40", "creator": "1"}],
    "person": [
        {"person_id": "40", "birthdate": "1980-01-01", "uuid": UUID},
        {"person_id": "3", "birthdate": None, "uuid": "x"},
    ],
    "person_name": [
        {"person_name_id": "1", "person_id": "40", "given_name": "Test", "family_name": "Sample"},
        {"person_name_id": "2", "person_id": "3", "given_name": "Test", "family_name": "Staff"},
        {"person_name_id": "3", "person_id": "77", "given_name": "No", "family_name": "Body"},
    ],
    "user_role": [{"user_id": "9", "role": "Clinical-App-Nurse"}, {"user_id": "9", "role": "Provider"}],
    "users": [{"user_id": "9", "system_id": "9-3", "username": "test.nurse", "person_id": "3"}],
}


def screen(number: int, kind: str, patient: str | None = None, **more: str | None) -> Row:
    row: Row = {"audit_log_id": str(number), "user_id": "9", "patient_id": patient, "event_type": kind}
    return {**row, "message": "Zq9clinical", "date_created": "2031-06-02 07:10:18", "uuid": "x", **more}


@pytest.mark.parametrize(
    ("kind", "patient", "expected"),
    [
        ("VIEWED_CLINICAL_DASHBOARD", "40", (Deed.READ, 1, False)),
        ("VIEWED_REGISTRATION_PATIENT_SEARCH", None, (Deed.SEARCH, 1, True)),
        ("RUN_REPORT", None, (Deed.REPORT, 1, True)),
        ("EDIT_PATIENT_DETAILS", "40", (Deed.WRITE, 1, False)),
        ("REGISTER_NEW_PATIENT", "40", (Deed.CREATE, 1, False)),
        ("PRINT_REGISTRATION_CARD", "40", (Deed.PRINT, 1, False)),
        ("SOMETHING_NEW", "40", (Deed.WRITE, 1, False)),
        ("VIEWED_ADMIN", None, (Deed.READ, 0, False)),
        ("SOMETHING_NEW", None, None),
    ],
)
def test_l9_a_screen_of_bahmni_is_told_by_its_name(
    dump: Dump, told: Told, kind: str, patient: str | None, expected: tuple[Deed, int, bool] | None
) -> None:
    events, tally, _ = told(openmrs, dump({"audit_log": [screen(1, kind, patient)], **WORLD}))
    found = [event for event in events if isinstance(event, Access)]
    assert [(one.deed, one.shown, one.at_least) for one in found] == ([expected] if expected else [])
    assert all((one.account, one.patient) == ("test.nurse", patient or "") for one in found)
    assert tally.skipped["an event that concerns no patient"] == (expected is None)
    assert "Zq9" not in repr(events)


@pytest.mark.parametrize(
    ("kind", "act"),
    [("USER_LOGIN_SUCCESS", AccountAct.LOGIN), ("USER_LOGIN_FAILED", AccountAct.LOGIN_FAILURE),
     ("USER_LOGOUT_SUCCESS", AccountAct.LOGOUT)],
)  # fmt: skip
def test_logins_in_bahmni_s_log_are_logins(dump: Dump, told: Told, kind: str, act: AccountAct) -> None:
    events, *_ = told(openmrs, dump({"audit_log": [screen(1, kind)]}))
    assert [(one.act, one.account) for one in events if isinstance(one, AccountEvent)] == [(act, "9")]


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        ("LOGIN_SUCCESS", AccountAct.LOGIN),
        ("LOGIN_FAILURE", AccountAct.LOGIN_FAILURE),
        ("ACCOUNT_LOCKED", AccountAct.LOCK),
        ("SESSION_TIMEOUT", AccountAct.LOGOUT),
        ("PASSWORD_RESET_REQUEST_SUCCESS", AccountAct.PASSWORD),
        ("LOGIN_SUCCEEDED", AccountAct.LOGIN),
        ("LOGIN_FAILED", AccountAct.LOGIN_FAILURE),
        ("AUTHENTICATION_FAILED", AccountAct.LOGIN_FAILURE),
        ("AUTHENTICATION_SUCCEEDED", AccountAct.STEP_UP),
        ("UNHEARD_OF", None),
    ],
)
def test_events_of_accounts_carry_address_and_device_and_no_session(
    dump: Dump, told: Told, kind: str, act: AccountAct | None
) -> None:
    one: Row = {"id": "5", "uuid": "x", "event_type": kind, "username": "test.nurse", "ip_address": "10.0.0.7"}
    one |= {"event_time": "2031-06-02 07:10:18", "user_agent": "Browser 1", "session_id": "Zq9session"}
    two: Row = {"login_id": UUID, "event_datetime": "2031-06-02 07:10:18", "scheme_id": "basic", "event_type": kind}
    two |= {"username": "test.nurse", "ip_address": "10.0.0.7", "http_session_id": "Zq9session"}
    events, *_ = told(openmrs, dump({"audit_security_event": [one], "authentication_event_log": [two]}))
    found = [event for event in events if isinstance(event, AccountEvent)]
    assert [event.act for event in found] == ([act, act] if act else [])
    assert all((event.account, event.address) == ("test.nurse", "10.0.0.7") for event in found)
    assert [event.device for event in found] == (["Browser 1", ""] if act else [])
    assert "Zq9" not in repr(events)
    assert all(event.row > 0 for event in found)


def test_objects_changed_are_told_with_the_patient_s_number(dump: Dump, told: Told) -> None:
    def row(number: int, kind: str, identifier: str, action: str) -> Row:
        made: Row = {"audit_log_id": str(number), "type": kind, "identifier": identifier, "action": action}
        return {**made, "date_created": "2031-06-02 07:10:18", "user_id": "9"}

    rows = [
        row(1, "org.openmrs.Patient", UUID, "UPDATED"),
        row(2, "org.openmrs.Obs", "5", "CREATED"),
        row(3, "org.openmrs.User", "9", "DELETED"),
        row(6, "org.openmrs.Patient", "40", "EXPLODED"),
    ]
    events, _, rejects = told(openmrs, dump({"auditlog_audit_log": rows, **WORLD}))
    accesses = [(one.deed, one.patient, one.shown) for one in events if isinstance(one, Access)]
    assert accesses == [(Deed.WRITE, "40", 1), (Deed.CREATE, "", 0)]
    assert [one.act for one in events if isinstance(one, AccountEvent)] == [AccountAct.DISABLED]
    assert len(rejects) == 1


def test_numbers_missing_in_the_counter_are_told(dump: Dump, told: Told) -> None:
    events, *_ = told(openmrs, dump({"audit_log": [screen(number, "VIEWED_X", "40") for number in (1, 2, 5)]}))
    assert [(one.first, one.last) for one in events if isinstance(one, Integrity)] == [(3, 4)]


def test_staff_and_patients_are_told_and_nobody_else(dump: Dump, told: Told) -> None:
    events, *_ = told(openmrs, dump(WORLD))
    (person,) = [one for one in events if isinstance(one, Person)]
    assert (person.account, person.profession, person.family) == ("test.nurse", "nurse", "Staff")
    assert [(one.patient, one.family) for one in events if isinstance(one, PatientFacts)] == [("40", "Sample")]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("audit_log", screen(1, "")),
        ("audit_log", screen(1, "VIEWED_X", date_created="0000-00-00")),
        ("audit_security_event", {"id": "1", "event_type": "LOGIN_SUCCESS", "username": "x", "event_time": None}),
    ],
)
def test_a_row_that_says_too_little_is_rejected(dump: Dump, told: Told, table: str, row: Row) -> None:
    events, tally, rejects = told(openmrs, dump({table: [row]}))
    assert not events
    assert (tally.lines, len(rejects)) == (1, 1)


def test_a_file_is_known_by_its_tables(dump: Dump) -> None:
    path = dump({"audit_log": [screen(1, "X")]})
    assert openmrs.sniff(path, path.read_bytes()) == 90
    path = dump({"patient": WORLD["patient"]}, "p.sql")
    assert openmrs.sniff(path, path.read_bytes()) == 30
    path = dump({"audit_log": [{"id": "1", "what": "x"}]}, "q.sql")
    assert openmrs.sniff(path, path.read_bytes()) == 0
