"""Keycloak's events, in each form they are met in."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ecluse.core.events import AccountAct, AccountEvent
from ecluse.sources import keycloak
from ecluse.sources.base import Context, Reject, Tally

Fields = dict[str, object]
USER = "6a1f3c52-0000-4000-8000-00000000000a"
ADMIN = "6a1f3c52-0000-4000-8000-00000000000b"
WHEN = datetime(2031, 5, 6, 10, 0, 0, 123000, tzinfo=UTC)
MILLIS = int(WHEN.timestamp() * 1000)


def user_event(kind: str, **more: object) -> Fields:
    fields: Fields = {"id": f"{kind}-1", "time": MILLIS, "type": kind, "realmId": "r", "clientId": "record"}
    fields |= {"userId": USER, "sessionId": "Zq9session", "ipAddress": "10.1.2.3"}
    return {**fields, "details": {"username": "test.nurse", "code_id": "Zq9code"}, **more}


def admin_event(operation: str, path: str, **more: object) -> Fields:
    who = {"realmId": "r", "clientId": "console", "userId": ADMIN, "ipAddress": "10.9.9.9"}
    fields: Fields = {"id": path, "time": MILLIS, "realmId": "r", "authDetails": who, "operationType": operation}
    return {**fields, "resourceType": "USER", "resourcePath": path, **more}


@pytest.fixture
def told(tmp_path: Path) -> Callable[[str], tuple[list[AccountEvent], Tally, list[Reject]]]:
    def read(text: str) -> tuple[list[AccountEvent], Tally, list[Reject]]:
        file = tmp_path / "events.json"
        file.write_text(text, encoding="utf-8")
        rejects: list[Reject] = []
        tally = Tally(rejects.append)
        events = [event for event in keycloak.read(file, tally, Context()) if isinstance(event, AccountEvent)]
        return events, tally, rejects

    return read


Told = Callable[[str], tuple[list[AccountEvent], Tally, list[Reject]]]
LOGIN = user_event("LOGIN")
TEXT = (
    '2031-05-06 10:00:00,123+00:00 DEBUG [org.keycloak.events] (executor-1) type="LOGIN", realmId="r", realmName="r", '
    'clientId="record", userId="' + USER + '", sessionId="Zq9session", ipAddress="10.1.2.3", username="test.nurse"'
)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(LOGIN),
        "\ufeff" + json.dumps(LOGIN) + "\n\n",
        json.dumps([LOGIN]),
        json.dumps([LOGIN], indent=2),
        TEXT,
        TEXT.replace(",123+00:00", ".123Z").replace(" 10:00:00", "T10:00:00"),
        json.dumps({"timestamp": WHEN.isoformat(), "level": "DEBUG", "message": TEXT.partition("(executor-1) ")[2]}),
    ],
)
def test_l5_a_login_is_the_same_event_in_every_form(told: Told, text: str) -> None:
    (event,), tally, rejects = told(text)
    assert not rejects
    assert tally.lines == 1
    assert (event.at, event.account, event.act, event.address) == (WHEN, "test.nurse", AccountAct.LOGIN, "10.1.2.3")
    assert len(event.session) == 16
    assert event.row > 0
    assert "Zq9" not in repr(event)


def test_l5_a_row_of_the_table_is_the_same_event_as_its_json(told: Told) -> None:
    (event,), *_ = told(json.dumps(LOGIN))
    details = '"{""username"":""test.nurse""}"'
    columns = "id,client_id,details_json,error,ip_address,realm_id,session_id,event_time,type,user_id"
    rows = f"LOGIN-1,record,{details},\\N,10.1.2.3,r,Zq9session,{MILLIS},LOGIN,{USER}\nx,,,,,,,soon,LOGIN,\n"
    events, tally, rejects = told(f"{columns}\n{rows}")
    assert events == [event]
    assert (tally.lines, len(rejects)) == (2, 1)


def test_a_row_of_the_table_of_administrators_names_both_accounts(told: Told) -> None:
    columns = "id,admin_event_time,realm_id,operation_type,auth_user_id,ip_address,resource_path,representation"
    (event,), *_ = told(f"{columns}\n1,{MILLIS},r,CREATE,{ADMIN},10.9.9.9,users/{USER}/role-mappings/realm,{{}}\n")
    assert (event.account, event.by, event.act, event.address) == (USER, ADMIN, AccountAct.GRANT, "10.9.9.9")


@pytest.mark.parametrize(
    ("fields", "act"),
    [
        (user_event("LOGIN_ERROR", error="invalid_user_credentials"), AccountAct.LOGIN_FAILURE),
        (user_event("LOGOUT"), AccountAct.LOGOUT),
        (user_event("UPDATE_TOTP"), AccountAct.FACTOR),
        (user_event("UPDATE_PASSWORD"), AccountAct.PASSWORD),
        (user_event("IMPERSONATE", details={"impersonator": "admin"}), AccountAct.IMPERSONATE),
        (user_event("USER_DISABLED_BY_PERMANENT_LOCKOUT"), AccountAct.LOCK),
        (admin_event("CREATE", f"users/{USER}/role-mappings/realm"), AccountAct.GRANT),
        (admin_event("DELETE", f"users/{USER}/groups/5"), AccountAct.REVOKE),
        (admin_event("CREATE", f"users/{USER}"), AccountAct.CREATED),
        (admin_event("UPDATE", f"users/{USER}", representation='{"enabled": false}'), AccountAct.DISABLED),
        (admin_event("ACTION", f"users/{USER}/reset-password"), AccountAct.PASSWORD),
        (admin_event("ACTION", f"users/{USER}/impersonation"), AccountAct.IMPERSONATE),
        (admin_event("DELETE", f"users/{USER}/credentials/9"), AccountAct.FACTOR),
        (admin_event("UPDATE", "events/config"), AccountAct.LOG_OFF),
        (admin_event("UPDATE", "", representation='{"eventsEnabled": false}'), AccountAct.LOG_OFF),
        (user_event("CODE_TO_TOKEN"), None),
        (user_event("REFRESH_TOKEN_ERROR"), None),
        (user_event("SOMETHING_NEW"), None),
        (admin_event("UPDATE", "clients/5"), None),
    ],
)
def test_each_kind_of_event_has_its_meaning_or_is_skipped(told: Told, fields: Fields, act: AccountAct | None) -> None:
    events, tally, rejects = told(json.dumps(fields))
    assert [event.act for event in events] == ([act] if act else [])
    assert tally.skipped.total() == (act is None)
    assert not rejects


def test_an_account_is_called_by_its_login_once_an_event_tells_it(told: Told) -> None:
    later = user_event("LOGOUT", details={})
    rights = admin_event("CREATE", f"users/{USER}/role-mappings/realm")
    events, *_ = told("\n".join(json.dumps(one) for one in [later, LOGIN, later, rights]))
    assert [event.account for event in events] == [USER, "test.nurse", "test.nurse", "test.nurse"]
    assert events[3].by == ADMIN
    assert events[3].address == "10.9.9.9"


def test_a_name_tried_in_vain_is_not_believed(told: Told) -> None:
    failed = user_event("LOGIN_ERROR", details={"username": "somebody.else"})
    events, *_ = told("\n".join(json.dumps(one) for one in [failed, user_event("LOGOUT", details={})]))
    assert [event.account for event in events] == ["somebody.else", USER]


@pytest.mark.parametrize(
    ("line", "rejected"),
    [
        ('{"type": "LOGIN", "realmId": "r"', True),
        ('{"type": "LOGIN", "realmId": "r"}', True),
        ('{"time": "later", "type": "LOGIN", "realmId": "r"}', True),
        ('{"time": 1e400, "type": "LOGIN"}', True),
        ('{"time": 99999999999999999999, "type": "LOGIN"}', True),
        ('{"time": 1, "realmId": "r"}', True),
        ("2031-05-06 10:00:00 INFO [org.keycloak] started", False),
        ('{"timestamp": "2031-05-06", "message": "started"}', False),
    ],
)
def test_a_line_that_is_no_event_is_rejected_or_skipped_and_stops_nobody(told: Told, line: str, rejected: bool) -> None:
    events, tally, rejects = told(f"{line}\n{json.dumps(LOGIN)}\n")
    assert len(events) == 1
    assert tally.lines == 2
    assert len(rejects) == rejected
    assert tally.skipped.total() == (not rejected)


@pytest.mark.parametrize(
    ("head", "score"),
    [
        (json.dumps(LOGIN), 85),
        (json.dumps([admin_event("CREATE", "users/x")]), 85),
        (TEXT, 80),
        ('{"resourceType": "AuditEvent", "type": {}, "time": 1, "clientId": "x", "realmId": "y"}', 0),
        ('{"a": 1}', 0),
        ("a,b,c", 0),
        ("id,event_time,type,realm_id,user_id\n", 85),
        ("", 0),
    ],
)
def test_a_file_is_known_by_the_names_of_its_fields(tmp_path: Path, head: str, score: int) -> None:
    file = tmp_path / "x"
    file.write_text(head, encoding="utf-8")
    assert keycloak.sniff(file, head.encode()) == score
