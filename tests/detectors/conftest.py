from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from ecluse.core.events import Access, AccountAct, AccountEvent, Care, CareKind, Deed, Event, Person
from ecluse.watch.detectors import BY_NAME
from ecluse.watch.testing import Duck, kept

BEGIN = date(2026, 3, 2)  # a Monday, day 0 of every log

Found = dict[tuple[str, int], int]
Patients = Callable[..., list[str]]


def when(day: int, clock: str) -> datetime:
    return datetime.combine(BEGIN + timedelta(days=day), time.fromisoformat(clock))


class House:
    """A log written by hand. Days are numbers, 0 is a Monday."""

    def __init__(self, duck: Duck, statements: dict[str, str]) -> None:
        self.duck = duck
        self.statements = statements
        self.events: list[Event] = []

    def reads(
        self,
        account: str,
        patients: Sequence[str],
        day: int = 0,
        clock: str = "09:00:00",
        every: float = 61,
        **more: Any,
    ) -> None:
        """One patient after the other, ``every`` so many seconds."""
        start = when(day, clock)
        self.events += [
            Access(start + timedelta(seconds=every * place), account, **{"deed": Deed.READ, "patient": patient, **more})
            for place, patient in enumerate(patients)
        ]

    def works(self, account: str, days: Sequence[int], patients: Sequence[str] = ("known",), **more: Any) -> None:
        """The same patients every day."""
        for day in days:
            self.reads(account, patients, day, **more)

    def unnamed(
        self, account: str, shown: int, day: int = 0, clock: str = "09:00:00", deed: Deed = Deed.SEARCH, **more: Any
    ) -> None:
        """An access that says how many patients it displayed, not whom."""
        self.events.append(Access(when(day, clock), account, deed, shown=shown, **more))

    def sign(self, account: str, act: AccountAct, day: int = 0, clock: str = "08:00:00", **more: Any) -> None:
        self.events.append(AccountEvent(when(day, clock), account, act, **more))

    def person(self, account: str, profession: str = "", unit: str = "", until: int | None = None, **more: Any) -> None:
        end = None if until is None else BEGIN + timedelta(days=until)
        self.events.append(Person(account, profession, unit, until=end, **more))

    def care(self, patient: str, day: int = 0, **more: Any) -> None:
        """A stay of a week."""
        kind = CareKind.ENCOUNTER_IN_UNIT
        self.events.append(Care(patient, kind, when(day, "08:00:00"), when(day + 7, "08:00:00"), **more))

    def finds(self, name: str) -> Found:
        """The values of a detector, by account and number of the day."""
        self.duck.load(kept(self.events, "UTC"))
        rows = self.duck.rows(self.statements[name])
        return {(account, (day - BEGIN).days): value for account, day, value in rows}

    def evidence(self, name: str, account: str, first: int = 0, last: int = 99) -> list[tuple[str, str]]:
        """Patient and deed of the rows behind the values, in order of time."""
        self.duck.load(kept(self.events, "UTC"))
        days = (BEGIN + timedelta(days=first), BEGIN + timedelta(days=last))
        rows = self.duck.connection.to_pyarrow(BY_NAME[name].evidence(self.duck.tables, account, *days)).to_pylist()
        return [(row["patient"], row["deed"]) for row in sorted(rows, key=lambda row: (row["ts"], row["patient"]))]


@pytest.fixture(scope="session")
def duck() -> Duck:
    return Duck()


@pytest.fixture(scope="session")
def statements(duck: Duck) -> dict[str, str]:
    return {name: duck.sql(detector.find(duck.tables)) for name, detector in BY_NAME.items()}


@pytest.fixture
def house(duck: Duck, statements: dict[str, str]) -> House:
    return House(duck, statements)


@pytest.fixture
def patients() -> Callable[..., list[str]]:
    """So many patients with numbers in a row, or in no order."""

    def many(number: int, start: int = 1000, *, mixed: bool = True) -> list[str]:
        places = sorted(range(number), key=lambda place: (place * 7919 + 13) % 10007) if mixed else list(range(number))
        return [f"P{start + place:06d}" for place in places]

    return many
