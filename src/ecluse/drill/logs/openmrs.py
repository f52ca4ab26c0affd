"""The world as a dump of a Bahmni hospital: OpenMRS's database with the ``audit_log`` that Bahmni's web page fills.

Left out, because no table has it: what interfaces do (they call the server, past the page); lists, prints and exports;
how many patients a search or a report displayed, and what stood in a history or a whole record (both are the dashboard
opened once more); that an opening was an override; addresses, workstations, sessions; what happened to accounts, but
for sign-ins, failed ones and sign-outs. Left out, because the world does not tell: the message of an entry.

It tells no care: all its facts lie beside.
"""

from collections.abc import Sequence
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from ecluse.core.events import Access, AccountAct, Deed, Event
from ecluse.drill.logs.directory import Directory
from ecluse.drill.logs.dump import Database, Dump
from ecluse.drill.logs.timeline import Logged, clock, timeline
from ecluse.drill.world import facts
from ecluse.drill.world.world import World

FILE = "openmrs.sql"
TABLES = {
    "audit_log": """
        audit_log_id int(11) NOT NULL AUTO_INCREMENT
        user_id int(11) DEFAULT NULL
        patient_id int(11) DEFAULT NULL
        event_type varchar(100) NOT NULL
        message longblob
        date_created datetime NOT NULL
        uuid char(38) NOT NULL
    """,
    "patient": """
        patient_id int(11) NOT NULL
        creator int(11) NOT NULL DEFAULT 0
        voided tinyint(1) NOT NULL DEFAULT 0
    """,
    "person_name": """
        person_name_id int(11) NOT NULL AUTO_INCREMENT
        person_id int(11) NOT NULL
        given_name varchar(50) DEFAULT NULL
        family_name varchar(50) DEFAULT NULL
    """,
    "user_role": """
        user_id int(11) NOT NULL DEFAULT 0
        role varchar(50) NOT NULL DEFAULT ''
    """,
    "users": """
        user_id int(11) NOT NULL AUTO_INCREMENT
        system_id varchar(50) NOT NULL DEFAULT ''
        username varchar(50) DEFAULT NULL
        person_id int(11) NOT NULL
        retired tinyint(1) NOT NULL DEFAULT 0
    """,
}
OPENMRS = Database("openmrs", "InnoDB DEFAULT CHARSET=utf8", TABLES)
FIRST_USER = 10
SCREENS = {
    Deed.READ: "VIEWED_CLINICAL_DASHBOARD",
    Deed.HISTORY: "VIEWED_CLINICAL_DASHBOARD",
    Deed.EVERYTHING: "VIEWED_CLINICAL_DASHBOARD",
    Deed.BREAK_GLASS: "VIEWED_CLINICAL_DASHBOARD",
    Deed.SEARCH: "VIEWED_REGISTRATION_PATIENT_SEARCH",
    Deed.REPORT: "RUN_REPORT",
    Deed.WRITE: "EDIT_ENCOUNTER",
    Deed.CREATE: "CREATE_ENCOUNTER",
}
SESSIONS = {
    AccountAct.LOGIN: "USER_LOGIN_SUCCESS",
    AccountAct.LOGIN_FAILURE: "USER_LOGIN_FAILED",
    AccountAct.LOGOUT: "USER_LOGOUT_SUCCESS",
}


def write(world: World, folder: Path, more: Sequence[Event] = ()) -> list[Path]:
    """Write the dump of ``world``, with ``more`` events laid over it, into ``folder``; return the file."""
    path = folder / FILE
    with Dump(path, OPENMRS) as dump:
        who = Directory(world, more, FIRST_USER)
        for one in timeline(world, more):
            _entry(dump, who, one)
        _people(dump, world, who)
    return [path]


def event_type(one: Logged, who: Directory) -> str:
    """Return the type of the entry that ``one`` leaves, empty where it leaves none."""
    if isinstance(one, Access):
        return "" if who.service(one.account) else SCREENS.get(one.deed, "")
    return SESSIONS.get(one.act, "")


def _entry(dump: Dump, who: Directory, one: Logged) -> None:
    if kind := event_type(one, who):
        sheet = dump["audit_log"]
        number = sheet.rows + 1
        patient = int(one.patient) if isinstance(one, Access) and one.patient else None
        uuid = str(uuid5(NAMESPACE_OID, f"ecluse-drill-entry-{number}"))
        sheet.add(number, who.number(one.account), patient, kind, None, clock(one.at), uuid)


def _people(dump: Dump, world: World, who: Directory) -> None:
    names = dump["person_name"]
    for one in who.people.values():
        number = who.number(one.account)
        dump["users"].add(number, one.account, one.account, number, 0)
        dump["user_role"].add(number, str(one.profession))
        names.add(names.rows + 1, number, one.given, one.family)
    for ill in facts.patients(world.plan):
        dump["patient"].add(int(ill.patient), FIRST_USER, 0)
        names.add(names.rows + 1, int(ill.patient), ill.given, ill.family)
