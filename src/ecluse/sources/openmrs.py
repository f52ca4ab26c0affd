"""OpenMRS and Bahmni: their audit tables, as a dump of the database or as CSV."""

from collections.abc import Callable, Iterator
from pathlib import Path

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed, Event, PatientFacts, Person
from ecluse.sources.base import Context, Reading, Story, Tally
from ecluse.sources.counters import Counter
from ecluse.sources.fields import address, key, masked, number, when
from ecluse.sources.openmrs_world import SHAPES, TRACES, World, world_of
from ecluse.sources.tables import Part, contents, parts

STORY = Story(
    "openmrs",
    "OpenMRS, Bahmni",
    "Tables audit_log (Bahmni), audit_security_event, authentication_event_log, auditlog_audit_log as SQL or CSV.",
    shows=(
        "screens of a patient opened, searches, reports, changes (Bahmni audit_log)",
        "logins, failures, lock-outs, sessions that ran out, passwords changed, with address",
        "objects created, updated, deleted (auditlog)",
    ),
    blind=(
        "Bahmni's web page writes its own audit_log: a program that calls the server directly leaves nothing there.",
        "A search or a report names no patient: counts are 'at least'.",
        "auditlog sees writes only, and none until classes are chosen (its default is none).",
        "Bahmni's audit_log has no address and no session.",
        "No table carries a checksum: a changed row cannot be told.",
    ),
)
SESSION_ACTS = (  # in this order: the first word that occurs in the type
    ("LOCKED", AccountAct.LOCK),
    ("PASSWORD", AccountAct.PASSWORD),
    ("LOGOUT", AccountAct.LOGOUT),
    ("TIMEOUT", AccountAct.LOGOUT),
    ("EXPIRED", AccountAct.LOGOUT),
    ("LOGIN_FAIL", AccountAct.LOGIN_FAILURE),
    ("AUTHENTICATION_FAILED", AccountAct.LOGIN_FAILURE),
    ("LOGIN_SUCCE", AccountAct.LOGIN),
    ("AUTHENTICATION_SUCCEEDED", AccountAct.STEP_UP),
)
DEEDS = (
    ("SEARCH", Deed.SEARCH),
    ("REPORT", Deed.REPORT),
    ("EXPORT", Deed.EXPORT),
    ("DOWNLOAD", Deed.EXPORT),
    ("PRINT", Deed.PRINT),
    ("VIEWED", Deed.READ),
    ("VIEW", Deed.READ),
    ("DELETE", Deed.DELETE),
    ("VOID", Deed.DELETE),
    ("CREATE", Deed.CREATE),
    ("REGISTER", Deed.CREATE),
    ("OPEN_VISIT", Deed.CREATE),
    ("EDIT", Deed.WRITE),
    ("UPDATE", Deed.WRITE),
    ("SAVE", Deed.WRITE),
    ("CLOSE_VISIT", Deed.WRITE),
)
MANY = {Deed.SEARCH, Deed.REPORT, Deed.EXPORT}
ACTIONS = {"CREATED": Deed.CREATE, "UPDATED": Deed.WRITE, "DELETED": Deed.DELETE}


class State:
    """The file that is read, and what is known beside it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.counters: dict[str, Counter] = {}

    def saw(self, part: Part, row: str | None, text: str | None) -> None:
        """Note a row in the counter of its table."""
        name = f"openmrs/{part.table}"
        self.counters.setdefault(name, Counter(name)).saw(number(row), when(text))


def _screens(part: Part, state: State) -> Iterator[Event]:
    for row, user, patient, kind, date in part.rows(
        "audit_log_id", "user_id", "patient_id", "event_type", "date_created"
    ):
        at, word = when(date), (kind or "").upper()
        if at is None or not word:
            part.reject(f"row {row} has no time or no type")
            continue
        state.saw(part, row, date)
        account, source = state.world.account(user), f"openmrs/{part.table}"
        act = next((one for name, one in SESSION_ACTS if name in word), None) if word.startswith("USER_") else None
        deed = next((one for name, one in DEEDS if name in word), None)
        if act is not None:
            yield AccountEvent(at, account, act, source=source, row=number(row))
        elif deed is None and not patient:
            part.skip("an event that concerns no patient")
        else:
            deed = deed or Deed.WRITE
            many = deed in MANY and not patient
            shown = 1 if patient or many else 0
            yield Access(
                at, account, deed, patient or "", shown=shown, at_least=many, route=word, source=source, row=number(row)
            )


def _security(part: Part, state: State) -> Iterator[Event]:
    for row, date, kind, user, client, session, agent in part.rows(
        "id|login_id",
        "event_time|event_datetime",
        "event_type",
        "username",
        "ip_address",
        "session_id|http_session_id",
        "user_agent|scheme_id",
    ):
        at, word = when(date), (kind or "").upper()
        act = next((one for name, one in SESSION_ACTS if name in word), None)
        if at is None or not word:
            part.reject(f"row {row} has no time or no type")
            continue
        if act is None:
            part.skip("an event of a type that says nothing of an account")
            continue
        if number(row):
            state.saw(part, row, date)
        yield AccountEvent(
            at,
            user or "",
            act,
            session=masked(session),
            device=agent or "" if part.has("user_agent") else "",
            address=address(client),
            detail=word,
            source=f"openmrs/{part.table}",
            row=number(row) or key(row or "", date or "", word),
        )


def _objects(part: Part, state: State) -> Iterator[Event]:
    for row, kind, identifier, action, date, user in part.rows(
        "audit_log_id", "type|simple_type", "identifier", "action", "date_created", "user_id"
    ):
        at, deed = when(date), ACTIONS.get((action or "").upper())
        if at is None or deed is None:
            part.reject(f"row {row} has no time or no known action")
            continue
        state.saw(part, row, date)
        name = (kind or "").rpartition(".")[2]
        source, account = f"openmrs/{part.table}", state.world.account(user)
        if name == "User":
            act = {Deed.CREATE: AccountAct.CREATED, Deed.DELETE: AccountAct.DISABLED}.get(deed, AccountAct.GRANT)
            yield AccountEvent(
                at, state.world.account(identifier), act, by=account, detail=name, source=source, row=number(row)
            )
            continue
        patient = state.world.patient(identifier or "") if name == "Patient" else ""
        yield Access(at, account, deed, patient, shown=1 if patient else 0, route=name, source=source, row=number(row))


def _staff(part: Part, state: State) -> Iterator[Event]:
    for user, person in part.rows("user_id", "person_id"):
        given, family = state.world.names.get(person or "", ("", ""))
        login = state.world.account(user)
        if login:
            profession = state.world.profession(user or "")
            yield Person(login, profession, service=login == "daemon", family=family, given=given,
                         known_as=(user or "",))  # fmt: skip


def _names(part: Part, state: State) -> Iterator[Event]:
    for person, given, family in part.rows("person_id", "given_name", "family_name"):
        if person in state.world.patients:
            yield PatientFacts(person or "", family or "", given or "")
        else:
            part.skip("a name of nobody who is a patient")


def _known(part: Part, _state: State) -> Iterator[Event]:
    for _ in part.rows():
        part.skip("a table of names, used with the others")
    yield from ()


HANDLERS: dict[str, Callable[[Part, State], Iterator[Event]]] = {
    "audit_log": _screens,
    "audit_security_event": _security,
    "authentication_event_log": _security,
    "auditlog_audit_log": _objects,
    "users": _staff,
    "person_name": _names,
}


def sniff(path: Path, head: bytes) -> int:  # noqa: ARG001 - a table may begin far behind the head
    """Say how surely the file is OpenMRS's: by its tables."""
    found = contents(path, SHAPES)
    return 90 if found & TRACES else 60 if found - {"patient", "person"} else 30 if found else 0


def read(path: Path, tally: Tally, context: Context) -> Reading:
    """Yield the events of the file, then what its counters lack."""
    state = State(world_of(path, context.siblings))
    for part in parts(path, SHAPES, tally):
        yield from HANDLERS.get(part.table, _known)(part, state)
    for counter in state.counters.values():
        yield from counter.faults()
