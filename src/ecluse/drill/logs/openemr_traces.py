"""The rows that OpenEMR's own code leaves for what happened, each with its checksum.

People work on screens, which ``log`` tells; interfaces call the API, which ``api_log`` tells beside it. The checksum is
SHA3-512 of a row's values one after the other (``LogTablesSink``); ``api_log`` counts time in UTC.
"""

import base64
import hashlib
from datetime import datetime
from uuid import NAMESPACE_OID, UUID, uuid5

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed
from ecluse.drill.logs.directory import Directory
from ecluse.drill.logs.dump import Dump, Value
from ecluse.drill.logs.timeline import Logged, clock, universal

API = "/apis/default/fhir"
OPENS = frozenset({Deed.READ, Deed.HISTORY, Deed.EVERYTHING, Deed.BREAK_GLASS})
SCREENS = {
    Deed.WRITE: "patient-record-update",
    Deed.CREATE: "patient-record-insert",
    Deed.DELETE: "patient-record-delete",
}
CATEGORIES = {
    "patient-record": "Patient Demographics",
    "scheduling": "Scheduling",
    "security-administration": "Security",
}
METHODS = {Deed.WRITE: "PUT", Deed.DELETE: "DELETE"}
LISTED = frozenset({Deed.SEARCH, Deed.LIST})
SESSIONS = {
    AccountAct.LOGIN: ("login", "success: {address}", 1),
    AccountAct.LOGIN_FAILURE: ("login", "failure: {address}", 0),
    AccountAct.LOGOUT: ("logout", "success", 1),
}
WORK = {
    AccountAct.CREATED: "INSERT INTO users SET username = ? ('{account}',)",
    AccountAct.DISABLED: "UPDATE users SET active = ? WHERE id = ? ('0','{number}',)",
    AccountAct.UNLOCK: "UPDATE users SET active = ? WHERE id = ? ('1','{number}',)",
    AccountAct.PASSWORD: "UPDATE users_secure SET password = ? WHERE id = ? ('***','{number}',)",
    AccountAct.FACTOR: "INSERT INTO login_mfa_registrations SET user_id = ? ('{number}',)",
    AccountAct.GRANT: "INSERT INTO gacl_groups_aro_map (group_id,aro_id) VALUES (12,{number})",
    AccountAct.REVOKE: "DELETE FROM gacl_groups_aro_map WHERE group_id = 12 AND aro_id = {number}",
    AccountAct.LOG_OFF: "UPDATE globals SET gl_value = ? WHERE gl_name = ? ('0','enable_auditlog',)",
}


class Traces:
    """The tables of the log while they fill; ``_open`` is whose chart each account has open, in which session."""

    def __init__(self, dump: Dump, who: Directory) -> None:
        self._dump = dump
        self._who = who
        self._open: dict[str, tuple[str, str]] = {}

    def take(self, one: Logged) -> None:
        """Put down what ``one`` leaves; much of it leaves nothing."""
        if isinstance(one, AccountEvent):
            self._happened(one)
        elif self._who.service(one.account):
            self._call(one)
        else:
            self._screen(one)

    def _screen(self, one: Access) -> None:
        if one.deed in OPENS and one.patient:
            chart = (one.session, one.patient)
            if self._open.get(one.account) != chart:
                self._open[one.account] = chart
                self._log(one, "view", one.account, patient=int(one.patient))
        elif one.deed in SCREENS:
            planned = one.route == "appointment" and one.deed is Deed.CREATE
            event = "scheduling-insert" if planned else SCREENS[one.deed]
            self._log(one, event, one.account, patient=int(one.patient or 0))
        elif one.deed is Deed.PRINT:
            self._log(one, "print", one.account)

    def _happened(self, one: AccountEvent) -> None:
        if one.act in SESSIONS:
            event, comments, success = SESSIONS[one.act]
            said = comments.format(address=one.address) if one.address or "{" not in comments else comments[:7]
            self._log(one, event, one.account, said, success=success)
        elif one.act in WORK:
            told = WORK[one.act].format(account=one.account, number=self._who.number(one.account))
            verb = told.split(" ", 1)[0].lower()
            self._log(one, f"security-administration-{verb}", one.by or one.account, told, patient=0)

    def _call(self, one: Access) -> None:
        """Put down a call of the API: its row, and the row of the log that stands for it."""
        method, url = call(one)
        if not url:
            return
        log = self._dump["log"].rows + 1
        asked = (one.address, method, url.split("/")[4].partition("?")[0], url)
        values = (log, self._who.number(one.account), 0, *asked, "", "", universal(one.at))
        self._dump["api_log"].add(self._dump["api_log"].rows + 1, *values)
        self._log(one, "api", one.account, "api log", api=digest(values))

    def _log(
        self,
        one: Logged,
        event: str,
        user: str,
        comments: str = "",
        *,
        patient: int | None = None,
        success: int = 1,
        api: str = "",
    ) -> None:
        sheet, seals = self._dump["log"], self._dump["log_comment_encrypt"]
        category = CATEGORIES.get(event.rpartition("-")[0], event)
        said = base64.b64encode(comments.encode()).decode()
        before = (clock(one.at), event, category, user, "Default", said, "", patient, success)
        after = ("", "open-emr", None, None)
        sheet.add(sheet.rows + 1, *before, None, *after)
        seals.add(seals.rows + 1, sheet.rows, "No", digest((*before, *after)), api, 4)


def call(one: Access) -> tuple[str, str]:
    """Return method and address of the call that an access of an interface is; empty where the API has none."""
    if one.patient:
        path = f"{API}/Patient/{uuid_of(one.patient)}"
        if one.deed is Deed.CREATE:
            return "POST", f"/apis/default/api/patient/{uuid_of(one.patient)}/encounter"
        return METHODS.get(one.deed, "GET"), path
    if one.deed in LISTED:
        return "GET", f"{API}/Patient?_count={one.shown}"
    return ("GET", f"{API}/$export") if one.deed is Deed.EXPORT else ("", "")


def uuid_of(patient: str) -> UUID:
    """Return the uuid by which the API names a patient."""
    return uuid5(NAMESPACE_OID, f"ecluse-drill-{patient}")


def digest(values: tuple[Value, ...]) -> str:
    """Return the checksum of a row, NULL being nothing."""
    return hashlib.sha3_512("".join(map(_plain, values)).encode()).hexdigest()


def _plain(value: Value) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    return "" if value is None else str(value)
