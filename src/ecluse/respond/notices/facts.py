"""The facts of a breach, counted anew from the trace each time a notice is drafted or finished (R31)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from ecluse.core.home import Home
from ecluse.core.words import Compartment
from ecluse.respond.exposure.finding import Exposure, expose
from ecluse.respond.notices.base import Facts
from ecluse.respond.notices.models import Breach


def facts_of(home: Home, breach: Breach, now: datetime) -> Facts:
    """Return the facts: the trace is read line by line, no index.

    Raises:
        NotProvenError: a line of the trace is none.
    """
    return counted(expose(home.safe, breach.scope), home, breach, now)


def counted(found: Exposure, home: Home, breach: Breach, now: datetime) -> Facts:
    """Return the facts of an exposure."""
    notified = breach.finished.filter(notice="nis2-notification").order_by("at").first()
    times = [entry.at for entry in found.certain]
    return Facts(
        breach=breach.name,
        aware=breach.aware,
        now=now,
        zone=home.settings.site.time_zone,
        patients=len(found.patients),
        accesses=len(found.certain),
        possible=len(found.possibly),
        attempts=found.attempts,
        by_data=by_data(found),
        by_route=dict(sorted(Counter(entry.action for entry in found.certain).items())),
        accounts=words(entry.account for entry in found.certain),
        professions=words(entry.profession for entry in found.certain),
        first=min(times, default=None),
        last=max(times, default=None),
        head_size=found.signed.size,
        head_root=found.signed.root,
        settings=home.settings.breach,
        establishment=home.settings.site.name,
        notified=notified.at if notified else None,
    )


def by_data(found: Exposure) -> dict[Compartment, int]:
    """Return how many patients of each category of data were exposed, in the order of the categories."""
    counts = Counter(word for one in found.patients for word in one.compartments)
    return {word: counts[word] for word in Compartment if counts[word]}


def words(found: Iterable[str]) -> tuple[str, ...]:
    """Return the different words, sorted."""
    return tuple(sorted({word for word in found if word}))
