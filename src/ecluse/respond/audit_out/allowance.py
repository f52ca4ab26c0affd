"""How many entries of the trace one account has read by the interface within an hour, counted from the trace itself.

No counter is kept anywhere: each page read is an entry whose detail is the number it gave, so that a restart forgets
nothing and several web processes count alike. Pages asked for at the very same moment may each be given.
"""

from collections.abc import Iterable
from pathlib import Path

from ecluse.core.words import Profession
from ecluse.record.api.outcome import ProblemError
from ecluse.record.trace_index import HOUR, lately
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who

READ = "trace-read"
TARGET = "AuditEvent"
FULL = "trace-read-cap"
PEOPLE_AN_HOUR = 5_000
SERVICE_AN_HOUR = 200_000


def most(who: Who) -> int:
    """Return how many entries this caller may be given within an hour: a person reads, a service copies."""
    return SERVICE_AN_HOUR if who.profession == Profession.INTERFACE_SERVICE else PEOPLE_AN_HOUR


def given(safe: Path, index: Path, account: str) -> int:
    """Return how many entries ``account`` was given within the last hour."""
    return told(lately(safe, index, account))


def told(found: Iterable[Entry]) -> int:
    """Add up the pages that entries tell of."""
    pages = (one for one in found if one.rule == READ and one.target == TARGET)
    return sum(int(one.detail) for one in pages if one.detail.isdigit())


def too_many(who: Who) -> ProblemError:
    """Return the answer to whoever has read enough for now."""
    text = f"More than {most(who)} entries within an hour. Ask for less, or go on in an hour."
    seconds = str(round(HOUR.total_seconds()))
    return ProblemError(429, text, FULL, headers={"Retry-After": seconds})
