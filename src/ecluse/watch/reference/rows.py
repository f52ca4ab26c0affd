"""The rows of the tables, as plain values: what the lake keeps, and what is derived from it (``watch.schema``)."""

from datetime import date, datetime

import msgspec

FAR = datetime(9999, 12, 31)  # noqa: DTZ001 - the instants of the lake are UTC without a zone


class Seen(msgspec.Struct, frozen=True, order=True):
    """An access as kept: ``ts`` is UTC, ``day`` and ``hour`` the establishment's clock."""

    ts: datetime
    day: date
    hour: int
    account: str
    patient: str = ""
    deed: str = "read"
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


class Sign(msgspec.Struct, frozen=True, order=True):
    """An event of an account that shows no patient."""

    ts: datetime
    day: date
    hour: int
    account: str
    act: str
    by: str = ""
    session: str = ""
    device: str = ""
    address: str = ""
    detail: str = ""
    source: str = ""
    row: int = 0


class Member(msgspec.Struct, frozen=True):
    """A member of staff, or an account no person uses."""

    account: str
    profession: str = ""
    unit: str = ""
    service: bool = False
    since: date | None = None
    until: date | None = None


class CareFact(msgspec.Struct, frozen=True):
    """Why an account, or everybody of a unit, may need a patient's record."""

    patient: str
    account: str
    unit: str
    kind: str
    since: datetime
    until: datetime
    since_day: date
    until_day: date
    made_by: str = ""


class Mark(msgspec.Struct, frozen=True, order=True):
    """A relation between an account, or all of them when empty, and a patient."""

    account: str
    patient: str
    relation: str


class Flaw(msgspec.Struct, frozen=True):
    """A fault of a log as evidence."""

    fault: str
    source: str
    text: str
    first: int = 0
    last: int = 0
    account: str = ""
    ts: datetime | None = None
    day: date | None = None


class Stand(msgspec.Struct, frozen=True, order=True):
    """A place an account worked from on a day."""

    day: date
    account: str
    kind: str
    key: str


class Visit(msgspec.Struct, frozen=True):
    """What an account did with a patient, or with none, on a day."""

    day: date
    account: str
    patient: str
    n: int
    since: datetime
    until: datetime
    hours: int
    deeds: int
    shown: int
    out: int
    duty: bool
    grain: int
    at_least: bool


class Pair(msgspec.Struct, frozen=True):
    """An account and a patient it touched."""

    account: str
    patient: str
    first_day: date
    last_day: date
    days: int
    deeds: int
    duty: bool


class First(msgspec.Struct, frozen=True):
    """The first touch of a pair, and why."""

    touch: Visit
    why: str

    @property
    def explained(self) -> bool:
        """Tell whether anything explains it."""
        return self.why != ""


class Day(msgspec.Struct, frozen=True):
    """What an account did on a day, in numbers."""

    day: date
    account: str
    profession: str
    accesses: int
    patients: int
    firsts: int
    unexplained: int
    shown: int
    displayed_only: int
    exported: int
    hour_max: int
    night: int
    reads: int
    writes: int
    break_glass: int


class Log(msgspec.Struct, frozen=True):
    """What the lake keeps, and the teams."""

    accesses: list[Seen] = []
    signs: list[Sign] = []
    staff: list[Member] = []
    care: list[CareFact] = []
    marks: list[Mark] = []
    integrity: list[Flaw] = []
    teams: dict[str, str] = {}
