"""The clocks of notices that are not finished, nearest first. No breach is counted anew: cheap enough for each look."""

from datetime import UTC, datetime
from typing import NamedTuple

from ecluse.accounts.bridge import the_home
from ecluse.core.home import Breach as Settings
from ecluse.respond.notices import clocks
from ecluse.respond.notices.catalogue import NOTICES
from ecluse.respond.notices.clocks import Reading
from ecluse.respond.notices.models import Breach
from ecluse.web.console.words import language

HOUR_S = 3600
LOOKED_AT = 50


class Known(NamedTuple):
    """What a clock is read from, without the figures of the breach."""

    aware: datetime
    now: datetime
    settings: Settings
    notified: datetime | None


class Deadline(NamedTuple):
    """A notice that is due: ``hours`` left (or late), ``part`` of its delay gone, out of 100."""

    breach: str
    notice: str
    title: str
    clock: Reading
    hours: int
    part: float


def deadlines(seen_by: str) -> list[Deadline]:
    """Return the notices that are due, of the latest breaches, but for those opened about ``seen_by`` themselves."""
    rows = Breach.objects.order_by("-pk").prefetch_related("finished")[:LOOKED_AT]
    found = [one for row in rows if seen_by not in row.accounts for one in of_breach(row)]
    return sorted(found, key=lambda one: one.clock.deadline or datetime.max.replace(tzinfo=UTC))


def of_breach(row: Breach) -> list[Deadline]:
    """Return what is due of one breach."""
    done = {one.notice: one.at for one in row.finished.all()}
    times = Known(row.aware, datetime.now(UTC), the_home().settings.breach, done.get("nis2-notification"))
    found = []
    for name, one in NOTICES.items():
        clock = clocks.read(one.clock, times, language())
        if name not in done and clock.left is not None:
            title = one.title.to(language())
            found.append(Deadline(row.name, name, title, clock, hours(clock.left), gone(clock)))
    return found


def hours(left: float) -> int:
    """Return the seconds left, or late, in whole hours."""
    return round(abs(left) / HOUR_S)


def gone(clock: Reading) -> float:
    """Return how much of a delay has gone, out of 100; nothing of one that does not run."""
    if not clock.started or not clock.deadline or clock.left is None:
        return 0.0
    length = (clock.deadline - clock.started).total_seconds()
    return round(min(100.0, max(0.0, 100 * (length - clock.left) / length)), 1)
