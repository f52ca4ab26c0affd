"""What a theft is: a story, knobs, a function that turns a scene into the lines it leaves, and the truth about it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import numpy as np

from ecluse.core.errors import BadInputError
from ecluse.core.events import Access, AccountAct, AccountEvent, Deed, Event
from ecluse.core.words import Profession
from ecluse.drill.world import cast
from ecluse.drill.world.facts import patient_id
from ecluse.drill.world.settings import MINUTES, Chance, Ints, ints
from ecluse.drill.world.signs import moment
from ecluse.drill.world.world import ROWS_A_DAY, SOURCE, World

FLOAT = "float-nurse"
ELSEWHERE = ("192.0.2.77", "INCONNU")  # a documentation net (RFC 5737): no place of this hospital
HALF = ROWS_A_DAY // 2
PEOPLE = (
    Profession.NURSE,
    FLOAT,
    Profession.PHYSICIAN,
    Profession.SECRETARY,
    Profession.ADMISSIONS,
    Profession.IT_ADMINISTRATOR,
)


class Story(NamedTuple):
    """``number``: its place in the list of the drill's issue. ``roles``: whose accounts it is measured with."""

    number: int
    name: str
    title: str
    text: str
    hard: str
    technique: str
    roles: tuple[str, ...]


class Truth(NamedTuple):
    """What really happened: accounts that acted, patients named, rows shown without a name, first and last event."""

    accounts: tuple[str, ...]
    patients: frozenset[str]
    unnamed: int
    first: datetime
    last: datetime


class Loot(NamedTuple):
    """The events of a theft, to be laid over the world's, and the truth about it."""

    events: list[Event]
    truth: Truth


Steal = Callable[["Scene", Any], Loot]


class Theft(NamedTuple):
    """A kind of theft, with its knobs as they are turned by default and as they are turned besides."""

    story: Story
    steal: Steal
    knobs: Any
    variants: tuple[tuple[str, Any], ...] = ()
    rates: tuple[tuple[str, Callable[[float], Any]], ...] = ()  # a unit, and the knobs at so many of it


@dataclass
class Scene:
    """A world, whose account is taken, from which day on; and what a thief writes into its log.

    ``place``, from 0 to 1, is where in the world's shuffled base a thief begins who takes anybody: thieves of one world
    seldom meet then, though each takes patients at random.
    """

    world: World
    role: str
    day: int
    chance: Chance
    place: float = 0.0
    events: list[Event] = field(default_factory=list)
    _rows: int = 0
    _taken: int = 0

    def accounts(self, number: int = 1, role: str | None = None) -> list[int]:
        """Return accounts of the role that work in the days around, never the one who must see nothing."""
        plan, wanted = self.world.plan, role or self.role
        who = np.flatnonzero(plan.staff.floats) if wanted == FLOAT else plan.staff.of(Profession(wanted))
        if wanted == Profession.NURSE:
            who = who[~plan.staff.floats[who]]
        out = [plan.staff.number(one) for one in (cast.SEES_NOTHING, cast.VENDOR, cast.LEAVER, cast.NEWCOMER)]
        who = ints([one for one in who if one not in out])
        stay = who[(plan.staff.since[who] < self.day - 20) & (plan.staff.until[who] >= plan.settings.days)]
        who = stay if len(stay) >= number else who
        worked = (plan.rota.start[who, self.day : self.day + 7] >= 0).sum(axis=1)
        order = np.lexsort((self.chance.random(len(who)), -np.minimum(worked, 3)))
        return [int(one) for one in who[order[:number]]]

    def shifts(self, who: int, days: int) -> list[tuple[int, int]]:
        """Return first and last minute of the shifts of ``who`` in the next days, or of the first one after them.

        A service has office hours.
        """
        rota, last = self.world.plan.rota, self.world.settings.days
        some = range(self.day, min(last, self.day + days))
        if self.world.plan.staff.service[who]:
            return [(day * MINUTES + 480, day * MINUTES + 1200) for day in some]
        on = [day for day in range(self.day, last) if rota.start[who, day] >= 0]
        soon = [day for day in on if day in some] or on[:1]
        return [(int(rota.start[who, day]), int(rota.end[who, day])) for day in soon]

    def minutes(self, first: float, last: float, number: int) -> list[float]:
        """Return ``number`` moments at random, in order."""
        return sorted(first + (last - first) * self.chance.random(number))

    def anybody(self, number: int, order: str = "random") -> Ints:
        """Return patients: at random, never the same twice, or a block in the order of their numbers."""
        total = self.world.settings.patients
        number = min(number, total)
        if order == "sequential":
            return (int(self.chance.integers(0, total)) + np.arange(number)) % total
        begin = int(self.place * total) + self._taken
        self._taken += number
        return ints(self.world.shuffled[(begin + np.arange(number)) % total])

    def inpatients(self, number: int, day: int) -> Ints:
        """Return patients lying in the hospital on ``day``, then others of the last weeks."""
        stays = self.world.plan.stays
        here = self.chance.permutation(stays.during(day * MINUTES, (day + 1) * MINUTES))
        recent = np.flatnonzero((stays.start < day * MINUTES) & (stays.start > (day - 60) * MINUTES))
        return _distinct(stays.patient[np.concatenate([here, self.chance.permutation(recent)])])[:number]

    def gone(self, number: int, day: int, who: int) -> Ints:
        """Return patients who left the unit of ``who`` in the last weeks."""
        stays, unit = self.world.plan.stays, int(self.world.plan.rota.unit[who, day])
        past = np.flatnonzero((stays.end < day * MINUTES) & (stays.end > (day - 40) * MINUTES) & (stays.unit == unit))
        found = _distinct(stays.patient[self.chance.permutation(past)])[:number]
        return found if len(found) else self.anybody(number)

    def hand(self, who: int, at: float, *, elsewhere: bool = False, device: str = "") -> "Hand":
        """Sit down with the account of ``who``, at its owner's workstation or somewhere else, and sign in."""
        return Hand(self, who, at, elsewhere=elsewhere, device=device)

    def row(self, at: float) -> int:
        """Return the next row number of the log on that day."""
        self._rows += 1
        return int(at // MINUTES) * ROWS_A_DAY + HALF + self._rows

    def moment(self, at: float) -> datetime:
        """Return the establishment's own clock."""
        return moment(self.world.settings, at)

    def loot(self, who: list[int], also: list[str] | None = None) -> Loot:
        """Close the scene: what was written, by whom, about whom.

        Raises:
            BadInputError: nothing was, for nobody of the role works from then on.
        """
        accounts = tuple(self.world.plan.staff.account[one] for one in who) + tuple(also or ())
        return loot(self.events, accounts)


class Hand:
    """One sitting of a thief with one account: a session, a device, an address."""

    def __init__(self, scene: Scene, who: int, at: float, *, elsewhere: bool, device: str) -> None:
        places, plan = scene.world.places, scene.world.plan
        self.scene, self.account = scene, plan.staff.account[who]
        day = min(int(at // MINUTES), plan.settings.days - 1)
        own = int(plan.rota.unit[who, day]) * 100
        self.device = ELSEWHERE[1] if elsewhere else device or places.device_name(own)
        self.address = ELSEWHERE[0] if elsewhere else places.address(own)
        self.session = "" if plan.staff.service[who] else f"t{who:x}{round(at):x}"
        if not plan.staff.service[who]:
            self.sign(at - 0.5, AccountAct.LOGIN)

    def sign(self, at: float, act: AccountAct, **more: str) -> None:
        """Leave an event of the account."""
        sign = AccountEvent(
            self.scene.moment(at), self.account, act, session=self.session, device=self.device, address=self.address
        )
        self.scene.events.append(msgspec.structs.replace(sign, **more))

    def access(self, at: float, deed: Deed, patient: int = -1, shown: int = 1, **more: Any) -> None:
        """Leave an access; ``patient`` -1 is none by name."""
        self.scene.events.append(
            Access(
                self.scene.moment(at),
                self.account,
                deed,
                patient="" if patient < 0 else patient_id(patient),
                shown=shown,
                session=self.session,
                device=self.device,
                address=self.address,
                route=more.pop("route", "record"),
                source=SOURCE,
                row=self.scene.row(at),
                **more,
            )
        )

    def read(self, times: list[float], patients: Ints, deed: Deed = Deed.READ) -> None:
        """Open one record after the other."""
        for at, patient in zip(times, patients.tolist(), strict=False):
            self.access(at, deed, patient)


def _distinct(patients: Ints) -> Ints:
    return patients[np.sort(np.unique(patients, return_index=True)[1])]


def loot(events: list[Event], accounts: tuple[str, ...]) -> Loot:
    """Return the events with the truth drawn from those of ``accounts``."""
    theirs = [one for one in events if isinstance(one, Access) and one.account in accounts]
    if not theirs:
        raise BadInputError("Nobody works here whose account could be stolen.", "Give the hospital more staff or days.")
    patients = frozenset(one.patient for one in theirs if one.patient)
    unnamed = sum(one.shown for one in theirs if not one.patient)
    times = [one.at for one in theirs]
    return Loot(events, Truth(accounts, patients, unnamed, min(times), max(times)))
