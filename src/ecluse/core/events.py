"""What every access log becomes: the events of the watch, whatever software wrote them.

``sources`` makes them, ``watch`` keeps and judges them, ``drill`` invents them. Plain values; nothing clinical, and no
secret: a search is kept as the number of patients it displayed, never as its words.

Times: ``at`` is an instant when it carries a zone, and the establishment's own clock when it does not.
"""

from datetime import date, datetime
from enum import StrEnum

import msgspec

NOBODY = ""


class Deed(StrEnum):
    """What an access did. Words shared with ``core.words.Action`` mean the same."""

    READ = "read"
    HISTORY = "history"
    SEARCH = "search"
    LIST = "list"
    PRINT = "print"
    EVERYTHING = "everything"
    WRITE = "write"
    CREATE = "create"
    DELETE = "delete"
    EXPORT = "export"
    REPORT = "report"
    BREAK_GLASS = "break-glass"


class AccountAct(StrEnum):
    """What happened to an account, or what it did that touches no patient."""

    LOGIN = "login"
    LOGIN_FAILURE = "login-failure"
    LOGOUT = "logout"
    STEP_UP = "step-up"
    FACTOR = "factor"
    PASSWORD = "password"  # noqa: S105 - a word of the vocabulary
    CREATED = "created"
    DISABLED = "disabled"
    GRANT = "grant"
    REVOKE = "revoke"
    LOCK = "lock"
    UNLOCK = "unlock"
    IMPERSONATE = "impersonate"
    LOG_OFF = "log-off"  # the account, or somebody, stopped a log


class CareKind(StrEnum):
    """Why a person may need a patient's record. The words are those of ``core.words.DutyKind``."""

    ENCOUNTER_IN_UNIT = "encounter-in-unit"
    APPOINTMENT = "appointment"
    TREATING_DOCTOR = "treating-doctor"
    CARE_TEAM = "care-team"
    ORDER = "order"


class Fault(StrEnum):
    """What is wrong with a log as evidence."""

    ROW_CHANGED = "row-changed"  # a checksum does not fit its row
    ROWS_MISSING = "rows-missing"  # a gap in a counter
    CLOCK_STEP = "clock-step"  # time runs backwards, or jumps, along a counter
    LOGGING_OFF = "logging-off"  # an account or a table set not to be logged
    ORPHAN = "orphan"  # a row that speaks of another one that is not there


class Access(msgspec.Struct, frozen=True):
    """An account was shown, or changed, something of at most one patient (a list of 20 is 20 events, or one ``shown``).

    ``patient`` is the log's own identifier, empty when the log names none. ``shown`` is how many distinct patients the
    event displayed, as far as the log tells; ``at_least`` says that it may be more. ``grain`` is the log's rounding in
    seconds (Mediboard's views: 3600). ``duty`` is the reason the log itself gives, if it does. ``row`` is the number or
    key of the row or line in ``source``, by which a person finds it again.
    """

    at: datetime
    account: str
    deed: Deed
    patient: str = NOBODY
    shown: int = 1
    at_least: bool = False
    grain: int = 0
    duty: str = ""
    session: str = ""
    device: str = ""
    address: str = ""
    site: str = ""
    route: str = ""
    request: str = ""
    source: str = ""
    row: int = 0


class AccountEvent(msgspec.Struct, frozen=True):
    """Something happened to ``account``, done ``by`` somebody else when that is known."""

    at: datetime
    account: str
    act: AccountAct
    by: str = ""
    session: str = ""
    device: str = ""
    address: str = ""
    detail: str = ""
    source: str = ""
    row: int = 0


class Person(msgspec.Struct, frozen=True):
    """A member of staff, or a technical account. ``service`` marks an account no person uses.

    ``family``, ``given``, ``birth``, ``postal`` and ``phone`` serve only to find relations to patients; the lake keeps
    keyed hashes of them.
    """

    account: str
    profession: str = ""
    unit: str = ""
    service: bool = False
    since: date | None = None
    until: date | None = None
    family: str = ""
    given: str = ""
    birth: date | None = None
    postal: str = ""
    phone: str = ""
    known_as: tuple[str, ...] = ()  # other identifiers of the same account in other logs


class PatientFacts(msgspec.Struct, frozen=True):
    """What relates a patient to members of staff: kept as keyed hashes only. ``vip`` marks a well-known person."""

    patient: str
    family: str = ""
    given: str = ""
    birth: date | None = None
    postal: str = ""
    phone: str = ""
    vip: bool = False


class Care(msgspec.Struct, frozen=True):
    """A fact of care that explains accesses to ``patient`` by ``account``, or by everybody of ``unit``."""

    patient: str
    kind: CareKind
    since: datetime
    until: datetime | None = None
    account: str = ""
    unit: str = ""
    made_by: str = ""


class Integrity(msgspec.Struct, frozen=True):
    """A fault of a log as evidence: what, where, and the row or the first and last key it concerns."""

    fault: Fault
    source: str
    text: str
    first: int = 0
    last: int = 0
    account: str = ""
    at: datetime | None = None


Event = Access | AccountEvent | Person | PatientFacts | Care | Integrity
