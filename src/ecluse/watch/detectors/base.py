"""What a detector is: a story, a rule exact enough to be written twice, and the rows behind what it found.

Words the definitions share:

- a *day* is a day of the establishment's clock, and its *number* the days since 1 January 1970;
- the *second* of an instant is the whole number of seconds since 1970-01-01 00:00:00 UTC, rounded down;
- the *volume* of an account on a day is ``days.shown``: the distinct patients named, and those displayed unnamed;
- an account is *active* on a day when ``days`` has a row for both;
- an account is *seen* on a day when it is active or has a sign ``login`` on it;
- a *place* of an account on a day is a row of ``places``, of kind ``address`` or ``device`` where nothing else is said;
- a window "from a to b" holds both a and b;
- text is ordered by code point;
- the empty account is nobody: no detector ever finds it, and it is none of "the accounts" a definition counts;
- a value is a whole number above 0; there is at most one for an account and a day.

A ``HABIT`` value is compared with the account's own past and with its profession's: the detector only counts, on
ordinary days too. A ``RARE`` value is evidence by its rarity: most accounts never have one.
"""

from datetime import date
from enum import StrEnum
from typing import Protocol

import ibis
import msgspec
from ibis.expr.types import BooleanValue, DateColumn, IntegerColumn, Table, TimestampColumn

from ecluse.core.events import AccountAct
from ecluse.watch.tables import Tables

ORIGIN = "1970-01-01 00:00:00"


class Kind(StrEnum):
    """How a value becomes evidence."""

    HABIT = "habit"
    RARE = "rare"


class Story(msgspec.Struct, frozen=True):
    """What is told of a detector. ``floor`` is the smallest value that can open a case by itself.

    ``attack`` is the number of the technique in MITRE ATT&CK (Enterprise).
    """

    name: str
    family: str
    kind: Kind
    sees: str
    misses: str
    false_alarms: str
    do: str
    attack: str
    floor: int


class Detector(Protocol):
    """What the module of a detector offers.

    ``find`` has the columns account, day and value. ``evidence`` has those of ``rows.COLUMNS``: the accesses and the
    signs behind the values of ``account`` from the day ``first`` to the day ``last``.
    """

    STORY: Story

    def find(self, t: Tables) -> Table: ...
    def evidence(self, t: Tables, account: str, first: date, last: date) -> Table: ...


def found(counted: Table) -> Table:
    """Return what a detector found in ``counted`` (account, day, value): nobody and nothing left out."""
    kept = counted.filter(counted.account != "", counted.value > 0)
    return kept.select("account", "day", value=kept.value.cast("int64"))


def seen(t: Tables) -> Table:
    """Return account, day and number of the days on which accounts are seen."""
    logins = t.signs.filter(t.signs.act == AccountAct.LOGIN.value).select("account", "day")
    both = t.days.select("account", "day").union(logins, distinct=True)
    return both.filter(both.account != "").mutate(number=number(both.day))


def number(day: DateColumn) -> IntegerColumn:
    """Return the number of a day."""
    return day.epoch_days()


def second(ts: TimestampColumn) -> IntegerColumn:
    """Return the second of an instant."""
    return ts.delta(ibis.timestamp(ORIGIN), unit="second")


def sure(condition: BooleanValue) -> BooleanValue:
    """Return ``condition``, which does not hold where it is unknown."""
    return condition.fill_null(ibis.literal(value=False))
