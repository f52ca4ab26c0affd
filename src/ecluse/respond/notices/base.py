"""What a notice is: its legal basis, its fields and where each value comes from, its clock, what to check by hand."""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple, Protocol

import msgspec

from ecluse.core.home import Breach as Settings
from ecluse.core.words import Action, Compartment
from ecluse.respond.words import Said


class From(StrEnum):
    """Where the value of a field comes from."""

    TRACE = "trace"
    SETTING = "setting"
    PERSON = "person"


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the trace and the settings say of a breach. Times are aware; every number is counted, none is estimated."""

    breach: str
    aware: datetime
    now: datetime
    zone: str
    patients: int
    accesses: int
    possible: int
    attempts: int
    by_data: dict[Compartment, int]
    by_route: dict[Action, int]
    accounts: tuple[str, ...]
    professions: tuple[str, ...]
    first: datetime | None
    last: datetime | None
    head_size: int
    head_root: str
    settings: Settings
    establishment: str
    notified: datetime | None = None
    late: bool = False


class Times(Protocol):
    """What a clock is read from: the facts of a breach, or these few of them."""

    @property
    def aware(self) -> datetime: ...
    @property
    def now(self) -> datetime: ...
    @property
    def settings(self) -> Settings: ...
    @property
    def notified(self) -> datetime | None: ...


class Field(NamedTuple):
    """One field: what it asks, by which text, and how its value is found.

    ``value`` computes it from the facts in a language (not for a person's). ``asked`` says, from the facts, whether the
    law asks for it.
    """

    key: str
    label: Said
    basis: str
    source: From
    value: Callable[[Facts, str], str] | None = None
    asked: Callable[[Facts], bool] = lambda _facts: True
    hint: Said = Said("", "")


class Clock(NamedTuple):
    """How long, from when: ``start`` and ``length`` of the facts; None where there is no figure in the text."""

    basis: str
    length: Callable[[Settings], timedelta | None]
    said: Said
    start: Callable[[Times], datetime | None] = lambda times: times.aware
    reasons: bool = False


class Notice(NamedTuple):
    """One notice. ``check`` is what a person must check before it leaves."""

    name: str
    title: Said
    basis: tuple[str, ...]
    to: Said
    how: Said
    fields: tuple[Field, ...]
    clock: Clock
    check: tuple[Said, ...]


def never(_facts: Facts) -> bool:
    """Say of a field that no text asks for it always: useful, may stay empty."""
    return False
