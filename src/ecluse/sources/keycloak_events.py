"""What one event of Keycloak says: of users (LOGIN, UPDATE_TOTP, …) or of administrators (CREATE on users/…)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ecluse.core.events import AccountAct, AccountEvent
from ecluse.sources.fields import address, key, masked

ACTS = {
    "LOGIN": AccountAct.LOGIN,
    "LOGOUT": AccountAct.LOGOUT,
    "REGISTER": AccountAct.CREATED,
    "CLIENT_LOGIN": AccountAct.LOGIN,
    "CODE_TO_TOKEN": None,
    "REFRESH_TOKEN": None,
    "INTROSPECT_TOKEN": None,
    "USER_INFO_REQUEST": None,
    "TOKEN_EXCHANGE": AccountAct.IMPERSONATE,
    "IMPERSONATE": AccountAct.IMPERSONATE,
    "UPDATE_PASSWORD": AccountAct.PASSWORD,
    "RESET_PASSWORD": AccountAct.PASSWORD,
    "UPDATE_TOTP": AccountAct.FACTOR,
    "REMOVE_TOTP": AccountAct.FACTOR,
    "UPDATE_CREDENTIAL": AccountAct.FACTOR,
    "REMOVE_CREDENTIAL": AccountAct.FACTOR,
    "UPDATE_EMAIL": AccountAct.FACTOR,
    "GRANT_CONSENT": AccountAct.GRANT,
    "REVOKE_GRANT": AccountAct.REVOKE,
    "DELETE_ACCOUNT": AccountAct.DISABLED,
    "USER_DISABLED_BY_PERMANENT_LOCKOUT": AccountAct.LOCK,
    "USER_DISABLED_BY_TEMPORARY_LOCKOUT": AccountAct.LOCK,
}
OPERATIONS = {
    "CREATE": AccountAct.GRANT,
    "UPDATE": AccountAct.GRANT,
    "ACTION": AccountAct.GRANT,
    "DELETE": AccountAct.REVOKE,
}
USER = re.compile(r"^users/([^/]+)(?:/(.*))?$")
LOG_SETTINGS = ("eventsenabled", "admineventsenabled", "events/config")
MILLIS = 1000
LATEST = 4_102_444_800  # the year 2100: larger numbers are milliseconds

Fields = Mapping[str, Any]


class Names:
    """Login names by user id, learned from the events themselves."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}

    def learn(self, user: str, name: str) -> None:
        """Note that ``user`` logs in as ``name``."""
        if user and name:
            self._names.setdefault(user, name)

    def of(self, user: str) -> str:
        """Return the login name of ``user``, else the id."""
        return self._names.get(user, user)


def instant(value: object) -> datetime | None:
    """Return the time of an event: milliseconds or seconds since 1970, or ISO 8601 with its zone."""
    try:
        if isinstance(value, str) and not value.isdigit():
            found = datetime.fromisoformat(value)
            return found if found.tzinfo else found.replace(tzinfo=UTC)
        number = int(str(value))
        return datetime.fromtimestamp(number / MILLIS if number > LATEST else number, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def event_of(fields: Fields, names: Names) -> AccountEvent | str:
    """Return the account event that ``fields`` are, or why they are none."""
    at = instant(fields.get("time") or fields.get("event_time") or fields.get("admin_event_time") or "")
    if at is None:
        return ""
    if word := _text(fields, "operationType", "operation_type"):
        return _administration(at, word.upper(), fields, names)
    if word := _text(fields, "type"):
        return _user(at, word.upper(), fields, names)
    return ""


def _text(fields: Fields, *wanted: str) -> str:
    return next((str(fields[name]) for name in wanted if fields.get(name)), "")


def _inner(fields: Fields, name: str) -> Fields:
    found = fields.get(name)
    return found if isinstance(found, Mapping) else fields


def _user(at: datetime, word: str, fields: Fields, names: Names) -> AccountEvent | str:
    details = _inner(fields, "details")
    user, name = _text(fields, "userId", "user_id"), _text(details, "username")
    failed = word.endswith("_ERROR")
    if not failed:
        names.learn(user, name)
    act = _act_of(word.removesuffix("_ERROR"), failed=failed)
    if act is None:
        return "an event of a token, of no account or of no interest"
    account = names.of(user) if user and not failed else name or names.of(user)
    client = _text(fields, "clientId", "client_id")
    impersonator = _text(details, "impersonator")
    detail = " ".join(one for one in (word.lower(), client, _text(fields, "error")) if one)
    return _event(at, account or client, act, fields, by=impersonator, detail=detail)


def _act_of(word: str, *, failed: bool) -> AccountAct | None:
    if failed:
        return AccountAct.LOGIN_FAILURE if word in {"LOGIN", "CLIENT_LOGIN", "IDENTITY_PROVIDER_LOGIN"} else None
    return ACTS.get(word)


def _event(
    at: datetime, account: str, act: AccountAct, fields: Fields, *, by: str = "", detail: str = ""
) -> AccountEvent:
    known = _text(fields, "id")
    return AccountEvent(
        at,
        account,
        act,
        by=by if by != account else "",
        session=masked(_text(fields, "sessionId", "session_id")),
        address=address(_text(_inner(fields, "authDetails"), "ipAddress", "ip_address")),
        detail=detail,
        source="keycloak",
        row=key(known) if known else key(at.isoformat(), account, act.value, detail),
    )


def _administration(at: datetime, word: str, fields: Fields, names: Names) -> AccountEvent | str:
    who = _inner(fields, "authDetails")
    by = names.of(_text(who, "userId", "auth_user_id", "user_id"))
    path = _text(fields, "resourcePath", "resource_path")
    told = _text(fields, "representation").lower()
    if any(setting in path.lower() or f'"{setting}":false' in told.replace(" ", "") for setting in LOG_SETTINGS):
        return _event(at, by, AccountAct.LOG_OFF, fields, detail=f"{word.lower()} {path}")
    found = USER.match(path)
    if found is None:
        return "work of an administrator on something other than an account"
    account, rest = names.of(found[1]), (found[2] or "")
    act = _work(word, rest, told)
    return _event(at, account, act, fields, by=by, detail=f"{word.lower()} {rest or 'account'}")


def _work(word: str, rest: str, told: str) -> AccountAct:
    """Say what an administrator's work on part ``rest`` of an account means."""
    if not rest:
        if word == "UPDATE" and '"enabled":false' in told.replace(" ", ""):
            return AccountAct.DISABLED
        whole = {"CREATE": AccountAct.CREATED, "DELETE": AccountAct.DISABLED}
        return whole.get(word, AccountAct.GRANT)
    words = {"reset-password": AccountAct.PASSWORD, "impersonation": AccountAct.IMPERSONATE, "logout": AccountAct.LOCK}
    first = rest.split("/", maxsplit=1)[0]
    if first in words:
        return words[first]
    if first in {"credentials", "disable-credential-types"}:
        return AccountAct.FACTOR
    return OPERATIONS.get(word, AccountAct.GRANT)
