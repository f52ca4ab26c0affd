"""OpenEMR's ``log``: logins with addresses (in base64 comments), charts opened, changes, work on accounts.

The comments hold SQL with its values: only the patient's or the account's number is taken out of them.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed, Event
from ecluse.sources.fields import CLAIMED, address, number, when
from ecluse.sources.openemr_seals import LOG
from ecluse.sources.openemr_state import State
from ecluse.sources.tables import Part

VERBS = {
    "select": Deed.READ,
    "insert": Deed.CREATE,
    "update": Deed.WRITE,
    "replace": Deed.WRITE,
    "delete": Deed.DELETE,
    "view": Deed.READ,
    "print": Deed.PRINT,
}
OUT = ("export", "backup", "ccda", "download", "disclosure")
SEEN = re.compile(rb"(?:success|failure)\w*:\s*([0-9a-fA-F.:]+)(?:\s*\(([0-9a-fA-F.:]+)\))?")
COLUMN = re.compile(rb"(\w+)`?\s*=\s*\?")
TABLE = re.compile(rb"(?i)^\s*(INSERT\s+INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM)\s+`?(\w+)")
OWNERS = (b"pid", b"patient_id", b"pc_pid")
WORK = {
    "globals": AccountAct.LOG_OFF,
    "log": AccountAct.LOG_OFF,
    "log_comment_encrypt": AccountAct.LOG_OFF,
    "api_log": AccountAct.LOG_OFF,
    "users_secure": AccountAct.PASSWORD,
    "login_mfa_registrations": AccountAct.FACTOR,
}
ACTIVE = {"0": AccountAct.DISABLED, "1": AccountAct.UNLOCK}
TOLD_BY_API = "an API call: api_log tells it"
SOURCE = "openemr/log"


class Entry(NamedTuple):
    """A row of the log."""

    row: int
    at: datetime
    user: str
    event: str
    comments: bytes
    patient: str
    success: bool


def entries(part: Part, state: State) -> Iterator[Event]:
    """Yield what each row did; each is compared with its checksum on the way."""
    counter = state.counter(SOURCE)
    for row, *values in part.rows("id", *LOG):
        date, event, category, user, _, comments, _, patient, success, *_ = values
        at = when(date)
        if at is None or not event:
            part.reject(f"row {row} has no time or no event")
            continue
        counter.saw(number(row), at)
        told = f"Row {row} of log ({user or 'nobody'}, {event}, {date}) does not fit its checksum: it was changed."
        state.seals(LOG_SEALS).check(number(row), number(row), values, told, at)
        entry = Entry(
            number(row), at, user or "", event.lower(), _decoded(comments), _positive(patient), success != "0"
        )
        if event == "api" and "api_log" in state.world.has:
            part.skip(TOLD_BY_API)
        elif (found := _told(entry, category or "", state)) is not None:
            yield found
        else:
            part.skip("an event that concerns neither a patient nor an account")


LOG_SEALS = ("log", "checksum")


def _positive(text: str | None) -> str:
    return text if text and number(text) > 0 else ""


def _decoded(comments: str | None) -> bytes:
    try:
        return base64.b64decode(comments or "", validate=True)
    except (binascii.Error, ValueError):
        return (comments or "").encode("utf-8", "replace")


def _told(entry: Entry, category: str, state: State) -> Event | None:
    name, _, verb = entry.event.rpartition("-")
    if entry.event.startswith(("login", "logout", "auth")):
        return _session(entry)
    if name == "security-administration" or category.lower() == "security":
        return _administration(entry, state)
    deed = Deed.EXPORT if any(word in entry.event for word in OUT) else VERBS.get(verb)
    if deed is None and entry.event != "api":
        return None
    patient = entry.patient or _bound(entry.comments, OWNERS)
    return Access(
        entry.at, entry.user, deed or Deed.READ, patient, shown=1 if patient else 0, route=entry.event, source=SOURCE,
        row=entry.row,
    )  # fmt: skip


def _session(entry: Entry) -> AccountEvent:
    if entry.event.startswith("logout"):
        act = AccountAct.LOGOUT
    else:
        act = AccountAct.LOGIN if entry.success else AccountAct.LOGIN_FAILURE
    seen = SEEN.search(entry.comments)
    claimed = (seen[2] or seen[1]).decode().rstrip(".") if seen else ""
    detail = "timeout" if b"timeout" in entry.comments else ""
    return AccountEvent(
        entry.at, entry.user, act, address=address(claimed), detail=detail, source=SOURCE, row=entry.row
    )


def _administration(entry: Entry, state: State) -> AccountEvent | None:
    found = TABLE.match(entry.comments)
    if found is None:
        return None
    table, verb = found[2].decode("ascii", "replace").lower(), found[1][:6].upper()
    target = _bound(entry.comments, (b"id", b"user_id", b"username"))
    account = state.world.account(target) if number(target) else target
    act = _act(table, verb, entry.comments)
    if act is None:
        return None
    by = entry.user if entry.user != account else ""
    return AccountEvent(entry.at, account, act, by=by, detail=table, source=SOURCE, row=entry.row)


def _act(table: str, verb: bytes, comments: bytes) -> AccountAct | None:
    """Say what writing to ``table`` means for the account it concerns."""
    if table == "globals" and b"audit" not in comments:
        return None
    if table.startswith("gacl") or table == "groups":
        return AccountAct.REVOKE if verb == b"DELETE" else AccountAct.GRANT
    if table != "users":
        return WORK.get(table)
    return AccountAct.CREATED if verb == b"INSERT" else ACTIVE.get(_bound(comments, (b"active",)))


def _bound(sql: bytes, columns: tuple[bytes, ...]) -> str:
    """Return the value that the first of ``columns`` is compared with or set to, when it is a plain word."""
    text, _, given = sql.rpartition(b" (")
    names = COLUMN.findall(text)
    values = given.rstrip(b") ").rstrip(b",").removeprefix(b"'").removesuffix(b"'").split(b"','")
    if len(names) != len(values):
        return ""
    for column in columns:
        if column in names:
            word = values[names.index(column)].decode("utf-8", "replace")
            return word if word.replace("-", "").replace("_", "").replace(".", "").isalnum() else ""
    return ""


def disclosures(part: Part, _state: State) -> Iterator[Event]:
    """Yield the disclosures that somebody entered by hand (they can be edited and deleted)."""
    for row, date, event, user, patient in part.rows("id", "date", "event", "user", "patient_id"):
        at = when(date)
        if at is None or not user:
            part.reject(f"row {row} has no time or no user")
            continue
        yield Access(
            at, user, Deed.EXPORT, _positive(patient), route=event or "", source="openemr/extended_log",
            row=number(row),
        )  # fmt: skip


def claimed_address(text: str | None) -> str:
    """Return the client of ``proxy (client)``, or the only address there is."""
    behind = CLAIMED.search(text or "")
    return address(behind[1] if behind else (text or "").split(" ")[0])
