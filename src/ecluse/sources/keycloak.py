"""Keycloak: events of users and administrators: JSON (one a line, or an array), lines of its own log, or tables."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from ecluse.core.events import AccountEvent
from ecluse.sources.base import Context, Reading, Story, Tally
from ecluse.sources.json_walk import Walk
from ecluse.sources.keycloak_events import Names, event_of
from ecluse.sources.opening import head, lines, stream
from ecluse.sources.tables import contents, parts

STORY = Story(
    "keycloak",
    "Keycloak",
    "Events of users and administrators: JSON (lines, or the REST API's answer), lines of the server's log, tables.",
    shows=(
        "logins, failures and why, logouts, factors and passwords changed, sessions opened as somebody else",
        "accounts made, closed or given rights by administrators, and by whom",
        "events of accounts switched off",
    ),
    blind=(
        "No access to a patient is in these events: they say who was there, not what was seen.",
        "Events are kept in the database only when that is turned on, and for as long as was set.",
        "An account is called by its user id where no event of it says its login name.",
        "Behind a proxy, the address is the one the proxy tells.",
    ),
)
SHAPES = {
    "event_entity": frozenset({"id", "event_time", "type", "realm_id", "user_id"}),
    "admin_event_entity": frozenset({"id", "admin_event_time", "operation_type", "resource_path"}),
}
COLUMNS = {  # of the tables: the name of the field in JSON
    "id": "id",
    "event_time|admin_event_time": "time",
    "type": "type",
    "operation_type": "operationType",
    "resource_path": "resourcePath",
    "representation": "representation",
    "user_id": "userId",
    "auth_user_id": "auth_user_id",
    "client_id": "clientId",
    "session_id": "sessionId",
    "ip_address": "ipAddress",
    "error": "error",
    "details_json|details_json_long_value": "details",
}
PAIR = re.compile(r'([A-Za-z_.]+)="((?:[^"\\]|\\.)*)"|([A-Za-z_.]+)=([^\s,"]+)')
WORDS = (b'"realmId"', b'"operationType"', b'"clientId"', b'"ipAddress"')
LINE = re.compile(rb'type="?[A-Z_]{4,}"?, realm(?:Id|Name)="?')
FHIR = re.compile(rb'"resourceType"\s*:\s*"[A-Z][a-z]')  # Keycloak's own are in capitals
ADMIN = re.compile(rb'operationType="?[A-Z]{4,}"?, realm(?:Id|Name)="?')


def sniff(path: Path, head: bytes) -> int:
    """Say how surely the file is Keycloak's: by the names of its fields, or by its tables."""
    start = head.lstrip(b"\xef\xbb\xbf \r\n\t")
    if LINE.search(head) or ADMIN.search(head):
        return 80
    if not start.startswith((b"{", b"[")) or FHIR.search(head, 0, 4096):
        return 85 if contents(path, SHAPES) else 0
    told = sum(word in head for word in WORDS)
    timed = b'"time"' in head and (b'"type"' in head or b'"operationType"' in head)
    return 85 if told > 1 and timed else 0


def read(path: Path, tally: Tally, context: Context) -> Reading:  # noqa: ARG001 - the file tells all
    """Yield the account events of the file, in its order."""
    names = Names()
    if contents(path, SHAPES):
        for part in parts(path, SHAPES, tally):
            for row in part.rows(*COLUMNS):
                yield from _told(_of_row(row), path, part.row, tally, names)
        return
    if head(path).lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"["):
        with stream(path) as file:
            walk = Walk(file, lambda number, reason: _broken(path, tally, number, reason))
            for number, found in walk.objects():
                tally.lines += 1
                yield from _told(found, path, number, tally, names)
        return
    for number, line in lines(path):
        if not line.strip():
            continue
        tally.lines += 1
        fields = _fields(line)
        if fields is None:
            tally.reject(path, number, "It is no JSON.")
        elif not fields:
            tally.skip("a line of the server's log that is no event")
        else:
            yield from _told(fields, path, number, tally, names)


def _of_row(row: tuple[str | None, ...]) -> dict[str, Any]:
    fields: dict[str, Any] = {name: one for name, one in zip(COLUMNS.values(), row, strict=True) if one}
    try:
        fields["details"] = msgspec.json.decode((fields.get("details") or "{}").encode())
    except (msgspec.DecodeError, RecursionError):
        fields["details"] = {}
    return fields


def _broken(path: Path, tally: Tally, number: int, reason: str) -> None:
    tally.lines += 1
    tally.reject(path, number, reason)


def _told(fields: dict[str, Any], path: Path, number: int, tally: Tally, names: Names) -> Iterator[AccountEvent]:
    found = event_of(fields, names)
    if isinstance(found, AccountEvent):
        yield found
    elif found:
        tally.skip(found)
    else:
        tally.reject(path, number, "It has no time, or no type of an event.")


def _fields(line: bytes) -> dict[str, Any] | None:
    """Return the fields of a line: JSON, or ``name="value"`` in the server's log; {} for other lines of that log."""
    if line.lstrip(b"\xef\xbb\xbf \t").startswith(b"{"):
        try:
            found = msgspec.json.decode(line.lstrip(b"\xef\xbb\xbf \t"))
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return _unwrapped(found) if isinstance(found, dict) else None
    if not LINE.search(line) and not ADMIN.search(line):
        return {}
    text = line.decode("utf-8", "replace")
    return {**_pairs(text), "time": _time(text)}


def _unwrapped(found: dict[str, Any]) -> dict[str, Any]:
    """Return the event inside a line of the JSON log; the event itself if it is one; {} for another line."""
    if "realmId" in found or "operationType" in found or "type" in found:
        return found
    message = str(found.get("message") or "")
    if LINE.search(message.encode()) or ADMIN.search(message.encode()):
        return {**_pairs(message), "time": str(found.get("timestamp") or "")}
    return {}


def _pairs(text: str) -> dict[str, Any]:
    return {a or c: b or d for a, b, c, d in PAIR.findall(text)}


def _time(text: str) -> str:
    found = re.search(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?", text)
    return found[0].replace(",", ".") if found else ""
