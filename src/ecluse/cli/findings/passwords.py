"""The list of breached passwords: there, whole, and of this year."""

import datetime as dt
from collections.abc import Iterator

from ecluse.accounts import breached
from ecluse.cli.findings.base import Family, Finding, Kind, Seen, Severity
from ecluse.core.errors import BrokenWorldError

OLD = dt.timedelta(days=365)
IMPORT = "ecluse passwords import FILE"
BROKEN = Kind(
    "breached-list-unreadable",
    Severity.CRITICAL,
    "The list of breached passwords cannot be read: nobody can choose a password.",
    IMPORT,
)
MISSING = Kind(
    "breached-list-missing",
    Severity.MEDIUM,
    "No list of breached passwords was imported: only the common ones are refused.",
    IMPORT,
)
STALE = Kind("breached-list-old", Severity.LOW, "The list of breached passwords is more than a year old.", IMPORT)
KINDS = (BROKEN, MISSING, STALE)


def find(seen: Seen) -> Iterator[Finding]:
    """Open the list."""
    file = seen.home.known_passwords
    try:
        known = breached.current(file)
    except BrokenWorldError:
        yield BROKEN.found([str(file)])
        return
    if known is None:
        yield MISSING.found([str(file)])
    elif seen.now - dt.datetime.fromtimestamp(known.about.made, dt.UTC) > OLD:
        yield STALE.found([str(file)])


FAMILY = Family("passwords", KINDS, find)
