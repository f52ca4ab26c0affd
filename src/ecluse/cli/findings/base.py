"""What a finding is: how bad, one sentence, the command that mends it, whom it is about."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import NamedTuple

import msgspec

from ecluse.core.home import Home
from ecluse.safe.protocol import State


class Severity(StrEnum):
    """``critical``: data could go out now, or the server does not start. The others by how much a thief gains."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


ORDER = tuple(Severity)


class Finding(msgspec.Struct, frozen=True):
    """One weak point. ``mend`` is a command or the line of a file; ``about`` names accounts, files, settings."""

    code: str
    severity: Severity
    text: str
    mend: str
    about: tuple[str, ...] = ()


class Kind(NamedTuple):
    """One line of a family's table. ``{one}`` in ``mend`` is the first of those it is about."""

    code: str
    severity: Severity
    text: str
    mend: str

    def found(self, about: Iterable[str] = ()) -> Finding:
        """Return the finding about these."""
        names = tuple(about)
        one = names[0] if names else "NAME"
        return Finding(self.code, self.severity, self.text, self.mend.replace("{one}", one), names)

    def each(self, about: Iterable[str]) -> Iterator[Finding]:
        """Yield one finding about all of these, or none when there are none."""
        names = tuple(about)
        if names:
            yield self.found(names)


class Seen(NamedTuple):
    """What the families look at: the home folder, the running safe, the time."""

    home: Home
    safe: State
    now: dt.datetime


class Family(NamedTuple):
    """A closed list of kinds and the function that finds them."""

    name: str
    kinds: tuple[Kind, ...]
    find: Callable[[Seen], Iterator[Finding]]
