"""What a log tells of a world, in the order of time, a day at a time; and the clocks by which it is told.

The world runs on the establishment's own clock, without zone. A clock that is put forward never shows the hour it leaps
over: what the world has in it lies an hour later on any real server.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ecluse.core.events import Access, AccountEvent, Event
from ecluse.drill.world.settings import MINUTES
from ecluse.drill.world.world import World

ZONE = ZoneInfo("Europe/Paris")
Logged = Access | AccountEvent


def timeline(world: World, more: Iterable[Event] = ()) -> Iterator[Logged]:
    """Yield accesses and events of accounts, ``more`` among them, in order of time; no more than two days are held."""
    held: list[Logged] = [one for one in more if isinstance(one, Access | AccountEvent)]
    for day in world.days:
        begins = world.moment(day * MINUTES)  # what comes later begins at most minutes before its own day
        every = sorted([*held, *world.accesses(day), *world.signs(day)], key=_when)
        held = [one for one in every if one.at >= begins]
        yield from (one for one in every if one.at < begins)
    yield from held


def _when(one: Logged) -> datetime:
    return one.at


def instant(at: datetime) -> datetime:
    """Return the instant of a moment of the world."""
    return at.replace(tzinfo=ZONE)


def clock(at: datetime) -> datetime:
    """Return what a server's clock shows then, without zone."""
    return instant(at).astimezone(UTC).astimezone(ZONE).replace(tzinfo=None)


def universal(at: datetime) -> datetime:
    """Return what a clock that runs on UTC shows then, without zone."""
    return instant(at).astimezone(UTC).replace(tzinfo=None)
