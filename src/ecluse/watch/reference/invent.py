"""Whole small logs, invented: a few accounts, units and patients, and episodes that come close to every Definition."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from ecluse.core.events import (
    Access,
    AccountAct,
    AccountEvent,
    Care,
    CareKind,
    Deed,
    Event,
    Fault,
    Integrity,
    PatientFacts,
    Person,
)

T = TypeVar("T")


class Chance:
    """One of several things, again and again."""

    def __init__(self, source: random.Random) -> None:
        self._source = source

    def __call__(self, things: Sequence[T]) -> T:
        """Return one of ``things``."""
        return things[self._source.randrange(len(things))]


ZONE = "Europe/Paris"
START = datetime(2024, 3, 28)  # noqa: DTZ001 - the local clock; three days before it jumps
ACCOUNTS = ("ana", "bo", "cy", "Dée", "eve", "")
UNITS = ("icu", "er", "")
PROFESSIONS = ("nurse", "doctor", "clerk", "")
PATIENTS = ("", *(str(number) for number in (1, 2, 3, 9, 10, 11, 100)), "007", "P4", "P12", "Éa", "a b")
HOT = ("1", "2", "P4") * 4  # those that most is about
DEVICES = ("", "pc1", "pc2", "tablet")
ADDRESSES = ("", "10.0.0.1", "10.0.0.2", "192.0.2.7")
SITES = ("", "north", "south")
SECONDS = (0, 1, 59, 60, 61, 300, 899, 900, 901, 3599, 3600, 3601, 7200, 86399)

RARELY = (False, False, False, True)
MOSTLY = (True, True, True, False)
EITHER = (False, True)


def moments(draw: Chance) -> datetime:
    """Draw a time: often the same as another, on both sides of midnight and of the two jumps of the clock."""
    day = START + timedelta(days=draw([0, 0, 1, 2, 3, 4, 7, 8, 29, 30, 31, 64, 213]))
    at = day + timedelta(seconds=draw(SECONDS) + 3600 * draw([0, 0, 1, 2, 3, 8, 9, 22, 23]))
    if draw(RARELY):
        return at.replace(tzinfo=UTC)
    return at + timedelta(microseconds=draw([0, 0, 1, 999999]))


def places(draw: Chance) -> dict[str, Any]:
    """Draw where somebody sits."""
    return {
        "session": draw(["", "s1", "s2"]),
        "device": draw(DEVICES),
        "address": draw(ADDRESSES),
    }


def accesses(draw: Chance) -> list[Event]:
    """Draw one access like any other."""
    access = Access(
        at=moments(draw),
        account=draw(ACCOUNTS),
        deed=draw(list(Deed)),
        patient=draw([*HOT, *PATIENTS]),
        shown=draw([1, 1, 1, 0, 2, 20, 50]),
        at_least=draw([False, False, True]),
        grain=draw([0, 0, 60, 3600]),
        duty=draw(["", "", "", "care"]),
        site=draw(SITES),
        **places(draw),
    )
    return [access]


def signs(draw: Chance) -> list[Event]:
    """Draw one event of an account."""
    sign = AccountEvent(
        at=moments(draw),
        account=draw(ACCOUNTS),
        act=draw(list(AccountAct)),
        by=draw(ACCOUNTS),
        **places(draw),
    )
    return [sign]


def flaws(draw: Chance) -> list[Event]:
    """Draw faults of a log, a few or too many."""
    at, source = draw([None, moments(draw)]), draw(["log.sql", "other.csv"])
    fault, account = draw(list(Fault)[:2]), draw(ACCOUNTS)
    number = draw([1, 1, 2, 19, 20, 21])
    return [Integrity(fault, source, "a fault", first=row, last=row, account=account, at=at) for row in range(number)]


def _days(draw: Chance) -> date | None:
    offset = draw([None, None, -400, -1, 0, 1, 7, 30, 61])
    return None if offset is None else START.date() + timedelta(days=offset)


NAMES = ("", "Exemple-Été", "EXEMPLE ETE", "Modèle")
GIVEN = ("", "Zoé", "zoe")
BIRTHS = (None, date(1980, 2, 29), date(1980, 2, 29))
HOMES = ("", "1 rue A", "1, Rue a", "2 rue B")
PHONES = ("", "01 02", "0102")


def _names(draw: Chance) -> dict[str, Any]:
    return {
        "family": draw(NAMES),
        "given": draw(GIVEN),
        "birth": draw(BIRTHS),
        "postal": draw(HOMES),
        "phone": draw(PHONES),
    }


def patients(draw: Chance) -> list[Event]:
    """Draw a patient's facts."""
    return [PatientFacts(patient=draw([*HOT, *PATIENTS[1:]]), vip=draw(RARELY), **_names(draw))]


def staff(draw: Chance) -> list[Event]:
    """Draw a member of staff."""
    person = Person(
        account=draw(ACCOUNTS[:-1]),
        profession=draw(PROFESSIONS),
        unit=draw(UNITS),
        service=draw(RARELY),
        since=_days(draw),
        until=_days(draw),
        **_names(draw),
    )
    return [person]


def cares(draw: Chance, about: Access) -> Event:
    """Draw a fact of care that nearly explains an access, often made by whom it serves."""
    since = about.at + timedelta(days=draw([0, 0, 1, 2, -1, -30, -31, -32]))
    lasts = draw([None, 0, 1, 30])
    return Care(
        patient=about.patient if draw(MOSTLY) else draw(PATIENTS[1:]),
        kind=draw(list(CareKind)),
        since=since,
        until=None if lasts is None else since + timedelta(days=lasts),
        account=draw([about.account, about.account, *ACCOUNTS]),
        unit=draw(UNITS),
        made_by=draw(["", about.account, *ACCOUNTS]),
    )
