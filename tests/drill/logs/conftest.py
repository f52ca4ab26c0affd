"""One hospital in the weeks in which the clock is put forward, a theft in it, and one of everything that can happen."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from ecluse.core.events import Access, AccountAct, AccountEvent, Care, CareKind, Deed, Event
from ecluse.core.words import Profession
from ecluse.drill.logs import catalogue
from ecluse.drill.logs.timeline import Logged, timeline
from ecluse.drill.thieves.base import Loot
from ecluse.drill.thieves.catalogue import BY_NAME
from ecluse.drill.trials import Trial, act
from ecluse.drill.world import cast
from ecluse.drill.world.settings import Settings
from ecluse.drill.world.world import World
from ecluse.sources import detect
from ecluse.sources.base import Context, Tally
from ecluse.sources.readers import every

PARIS = ZoneInfo("Europe/Paris")
GRAB = BY_NAME["fast-grab"]
BY, WHOM = cast.FIRST[Profession.SECURITY_OFFICER], "n.nouveau999"


class Back(NamedTuple):
    """What the reader made of a log, and the reader's name."""

    reader: str
    events: list[Event]
    tally: Tally

    @property
    def accesses(self) -> list[Access]:
        return [one for one in self.events if isinstance(one, Access)]

    @property
    def signs(self) -> list[AccountEvent]:
        return [one for one in self.events if isinstance(one, AccountEvent)]


@pytest.fixture(scope="session")
def world() -> World:
    """The clock goes from 2 to 3 on its seventh day."""
    return World(Settings(patients=800, staff=60, days=20, seed=4, start=date(2026, 3, 23)))


@pytest.fixture(scope="session")
def theft(world: World) -> Loot:
    return act(world, Trial(GRAB, "", GRAB.knobs, "nurse")).loot


@pytest.fixture(scope="session")
def laid(world: World, theft: Loot) -> list[Event]:
    """What is laid over the world: the theft, then each deed and each act once, and a duty made by its own user."""
    account, noon = "d.laurent", world.moment(12 * 1440 + 750)
    teams = (one for one in world.care() if one.kind is CareKind.CARE_TEAM and one.since < noon)
    ill, attends = next((one.patient, one.account) for one in teams if one.account != account)
    common: dict[str, Any] = {"account": account, "session": "s1", "device": "PC-1", "address": "10.20.0.9"}
    deeds = [
        Access(noon + timedelta(minutes=place), deed=deed, patient=ill, route="record", **common)
        for place, deed in enumerate(Deed)
    ]
    overrides = [  # the same day, the next, and by who attends the stay
        Access(noon + timedelta(hours=hours), who, Deed.BREAK_GLASS, ill, address="10.20.0.9")
        for hours, who in ((4, account), (24, account), (5, attends), (6, "n.martin"))
    ]
    many = [
        Access(noon + timedelta(hours=1, minutes=place), deed=deed, shown=200, route="record", **common)
        for place, deed in enumerate((Deed.EXPORT, Deed.REPORT, Deed.PRINT, Deed.LIST))
    ]
    acts = [
        AccountEvent(noon + timedelta(hours=2, minutes=place), WHOM, one, by=BY, address="10.20.0.8")
        for place, one in enumerate(AccountAct)
        if one not in {AccountAct.LOGIN, AccountAct.LOGIN_FAILURE, AccountAct.LOGOUT}
    ]
    made = noon + timedelta(hours=3)
    duty = Care(ill, CareKind.APPOINTMENT, made, made + timedelta(minutes=30), account, made_by=account)
    return [
        *theft.events,
        *deeds,
        *overrides,
        *many,
        *acts,
        duty,
        Access(made, deed=Deed.CREATE, patient=ill, route="appointment", **common),
    ]


@pytest.fixture(scope="session")
def log(world: World, laid: list[Event]) -> list[Logged]:
    """All that a log may tell, in order."""
    return list(timeline(world, laid))


@pytest.fixture(scope="session")
def back(world: World, laid: list[Event], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Back]:
    """Write the log in a format, let the readers find out what it is, and return what is read: nothing is rejected."""

    @cache
    def read(word: str) -> Back:
        files = catalogue.write(catalogue.named(word), world, tmp_path_factory.mktemp(word), laid)
        found = detect.detect(files[0], every())
        assert found.reader is not None, found.why
        rejects: list[str] = []
        tally = Tally(lambda one: rejects.append(one.reason))
        rules = next((file for file in files if file.name.endswith(".rules.toml")), None)
        events = found.reader.read(files[0], tally, Context(siblings=(files[0],), rules=rules))
        told = [one for some in events for one in _single(some)]
        assert not rejects
        return Back(found.reader.STORY.name, told, tally)

    return read


def _single(some: Event | pa.RecordBatch) -> list[Event]:
    if not isinstance(some, pa.RecordBatch):
        return [some]
    return [Access(**{**row, "deed": Deed(row["deed"])}) for row in some.to_pylist()]


@pytest.fixture(scope="session")
def second() -> Callable[[datetime], str]:
    """Return the instant of a moment to the second, whether it has a zone or is on the establishment's own clock."""

    def utc(at: datetime) -> str:
        here = at if at.tzinfo else at.replace(tzinfo=PARIS)
        return here.astimezone(UTC).isoformat(timespec="seconds")

    return utc
