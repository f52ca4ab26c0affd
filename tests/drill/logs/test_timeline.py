"""The order of a log, and the clock by which it is told."""

from collections import Counter
from datetime import datetime, timedelta

from ecluse.core.events import Access, AccountEvent, Event
from ecluse.drill.logs.timeline import Logged, clock, instant, universal
from ecluse.drill.world.world import World


def test_everything_comes_once_and_in_order_of_time(world: World, laid: list[Event], log: list[Logged]) -> None:
    every = [one for day in world.days for one in (*world.accesses(day), *world.signs(day))]
    every += [one for one in laid if isinstance(one, Access | AccountEvent)]
    assert Counter(log) == Counter(every)
    assert log == sorted(log, key=lambda one: one.at)


def test_no_server_shows_the_hour_that_the_clock_leaps_over() -> None:
    leapt = datetime(2026, 3, 29, 2, 30)  # noqa: DTZ001 - the establishment's own clock
    assert clock(leapt) == leapt + timedelta(hours=1)
    assert universal(leapt) == leapt - timedelta(hours=1)
    assert instant(leapt).isoformat() == "2026-03-29T02:30:00+01:00"


def test_clocks_follow_summer_time() -> None:
    before, after = datetime(2026, 3, 29, 1, 30), datetime(2026, 3, 29, 3, 30)  # noqa: DTZ001
    assert [universal(at) for at in (before, after)] == [before - timedelta(hours=1), after - timedelta(hours=2)]
    assert [clock(at) for at in (before, after)] == [before, after]
