"""The rows that Mediboard's own code leaves for what happened: logins, views, overrides, changes, slow requests."""

import hashlib
from collections.abc import Callable
from datetime import date, datetime, time
from ipaddress import ip_address

import msgspec

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed
from ecluse.drill.logs.directory import Directory
from ecluse.drill.logs.dump import Dump
from ecluse.drill.logs.mediboard_care import Stays, Visits
from ecluse.drill.logs.mediboard_tables import GROUP
from ecluse.drill.logs.timeline import Logged, clock

CHANGES = {Deed.WRITE: "store", Deed.CREATE: "create", Deed.DELETE: "delete"}
SLOW = 40  # patients in one request: at a quarter of a second each, it passes the ten seconds of the log
EACH = 0.25
WHY = "Urgence"
PATIENTS = 1  # the number of the module
REQUESTS = {
    Deed.EXPORT: {"m": "dPpatients", "a": "ajax_recherche_dossier_clinique", "export": "1"},
    Deed.REPORT: {"m": "dPstats", "a": "vw_hospitalisation"},
    Deed.PRINT: {"m": "soins", "a": "offline_sejours"},
}
SILENCED = "dont_log_connection"
SWITCHES = {  # what of an account changed, and its value before
    AccountAct.CREATED: ("CUser", "create", "user_username user_type", ""),
    AccountAct.DISABLED: ("CMediusers", "store", "actif", '{"actif":"1"}'),
    AccountAct.PASSWORD: ("CUser", "store", "user_password user_salt", ""),
    AccountAct.LOG_OFF: ("CUser", "store", SILENCED, '{"dont_log_connection":"0"}'),
}
RIGHTS = {AccountAct.GRANT: "create", AccountAct.REVOKE: "delete"}


class Traces:
    """The tables of traces while they fill. ``silent`` are the accounts whose logins leave no row."""

    def __init__(self, dump: Dump, who: Directory, stays: Stays, visits: Visits) -> None:
        self.silent = {one for one in who.people if who.service(one)}
        self._dump = dump
        self._who = who
        self._stays = stays
        self._visits = visits
        self._seen: set[tuple[str, datetime, int]] = set()
        self._day = date.min

    def take(self, one: Logged) -> None:
        """Put down what ``one`` leaves; much of it leaves nothing."""
        if isinstance(one, AccountEvent):
            self._happened(one)
        elif (rows := ROWS.get(one.deed)) is not None:
            rows(self, one)

    def view(self, one: Access) -> None:
        """A view of a stay on screen, once an hour; interfaces use no screen."""
        if self._who.service(one.account):
            return
        hour = clock(one.at).replace(minute=0, second=0, microsecond=0)
        stay = self._stays.at(one.patient, one.at)
        if stay and self._first(one.account, hour, stay.number):
            sheet = self._dump["log_access_medical_object"]
            sheet.add(sheet.rows + 1, self._who.number(one.account), hour, stay.number, "CSejour", GROUP)

    def override(self, one: Access) -> None:
        """An override of a stay that is somebody else's: it holds for the day."""
        at, stay = clock(one.at), self._stays.at(one.patient, one.at)
        if stay and stay.doctor != one.account and self._first(one.account, datetime.combine(at, time()), -stay.number):
            sheet = self._dump["bris_de_glace"]
            sheet.add(sheet.rows + 1, at, self._who.number(one.account), stay.number, "CSejour", WHY, GROUP)

    def change(self, one: Access) -> None:
        """A change of the patient's record; a consultation made is known by its own number."""
        visit = self._visits.made.get((one.account, one.patient, one.at)) if one.deed is Deed.CREATE else None
        kind, number = ("CConsultation", visit) if visit else ("CPatient", int(one.patient or 0))
        self._log(one, one.account, number, kind, CHANGES[one.deed])

    def request(self, one: Access) -> None:
        """A request about so many patients that it is slow."""
        if one.shown >= SLOW and not one.patient:
            sheet = self._dump["long_request_log"]
            asked = msgspec.json.encode(REQUESTS[one.deed]).decode()
            minute = clock(one.at).replace(second=0, microsecond=0)
            sheet.add(
                sheet.rows + 1, minute, one.shown * EACH, "", self._who.number(one.account), asked, None, None, None
            )

    def _first(self, account: str, at: datetime, number: int) -> bool:
        """Say whether this is the first of its kind; days that are over are forgotten."""
        if at.date() > self._day:
            self._day = at.date()
            self._seen.clear()
        key = (account, at, number)
        known = key in self._seen
        self._seen.add(key)
        return not known

    def _happened(self, one: AccountEvent) -> None:
        if one.act is AccountAct.LOGIN and one.account not in self.silent:
            self._login(one)
        elif one.act in SWITCHES:
            kind, verb, fields, before = SWITCHES[one.act]
            number = self._who.number(one.account)
            self._log(one, one.by or one.account, number, kind, verb, fields, before or None)
            self.silent |= {one.account} if one.act is AccountAct.LOG_OFF else set()
        elif one.act in RIGHTS:
            rights = self._dump["perm_module"]
            rights.add(rights.rows + 1, self._who.number(one.account), PATIENTS, 2, 2)
            self._log(one, one.by or one.account, rights.rows, "CPermModule", RIGHTS[one.act])

    def _login(self, one: AccountEvent) -> None:
        sheet = self._dump["user_authentication"]
        session = hashlib.blake2b(one.session.encode(), digest_size=16).hexdigest() if one.session else ""
        row = (sheet.rows + 1, self._who.number(one.account), None, "basic", clock(one.at), None)
        sheet.add(*row, one.address, session, None, None, None)

    def _log(self, one: Logged, by: str, number: int, *rest: str | None) -> None:
        kind, verb, *told = rest
        fields, extra = told or (None, None)
        sheet = self._dump["user_log"]
        address = ip_address(one.address).packed if one.address else None
        row = (sheet.rows + 1, self._who.number(by), number, kind, verb, clock(one.at))
        sheet.add(*row, fields, address, extra)


ROWS: dict[Deed, Callable[[Traces, Access], None]] = {
    Deed.READ: Traces.view,
    Deed.BREAK_GLASS: Traces.override,
    **dict.fromkeys(CHANGES, Traces.change),
    **dict.fromkeys(REQUESTS, Traces.request),
}
