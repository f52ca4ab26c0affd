"""The exposure of a scope, read from the trace itself (never from an index).

Certain: a key was released. What the key opened left the safe for the web process; whether the browser drew it, no
trace can say, so this is what must be taken as seen. A search or a list released the identity of each patient it
displayed: certain too, with its route. Possible: what somebody else's account, or the same session outside the span,
was shown where the person behind the scope may have been looking.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec

from ecluse.core.errors import BadInputError
from ecluse.core.words import Action, Compartment, Decision
from ecluse.record.trace_index import By, Span, find
from ecluse.respond.exposure.heads import Signed, signed_head
from ecluse.respond.exposure.scope import Scope
from ecluse.safe.entry import Entry
from ecluse.safe.trace_reader import entries, opens

ORDER = list(Compartment)


class Why(StrEnum):
    """Why an access is possible."""

    WORKSTATION = "same workstation, while a session of the scope was open there"
    SESSION = "same session, outside the span"


class Possible(msgspec.Struct, frozen=True):
    """An access that may have been seen, and why."""

    entry: Entry
    why: Why


class Exposed(msgspec.Struct, frozen=True, order=True):
    """One patient: compartments, number of accesses, first and last time, routes."""

    patient: str
    compartments: tuple[Compartment, ...]
    times: int
    first: datetime
    last: datetime
    routes: tuple[Action, ...]


class Exposure(msgspec.Struct, frozen=True):
    """What a scope was shown. All entries are under the head ``signed``. ``attempts``: refused, nothing was shown."""

    scope: Scope
    signed: Signed
    certain: tuple[Entry, ...]
    possible: tuple[Possible, ...]
    attempts: int

    @property
    def patients(self) -> list[Exposed]:
        """Return the patients certainly exposed."""
        return by_patient(self.certain)

    @property
    def possibly(self) -> list[Exposed]:
        """Return the patients only possibly exposed: those of the certain list are not told again."""
        known = {entry.patient for entry in self.certain}
        return by_patient(one.entry for one in self.possible if one.entry.patient not in known)


def expose(safe: Path, scope: Scope) -> Exposure:
    """Return the exposure of ``scope``; ``safe`` is the safe's folder.

    Raises:
        BadInputError: nothing is asked for, or the trace knows no such account or session.
        NotProvenError: a line of the trace is none, or the head is not signed.
    """
    scope.check()
    check_known(safe, scope)
    found = sorted(of_scope(safe, scope), key=lambda entry: entry.seq)
    certain = tuple(entry for entry in found if opens(entry) and scope.span.holds(entry.at))
    attempts = sum(attempted(entry) and scope.span.holds(entry.at) for entry in found)
    possible = tuple(possible_of(safe, scope, found, certain))
    last = max((entry.seq for entry in (*certain, *(one.entry for one in possible))), default=-1)
    return Exposure(scope, signed_head(safe, last + 1), certain, possible, attempts)


def check_known(safe: Path, scope: Scope) -> None:
    """Refuse a name that stands nowhere in the trace: a slip of the pen must not read as "nobody was exposed".

    Raises:
        BadInputError: there is one.
    """
    named = [(By.ACCOUNT, name) for name in scope.accounts] + [(By.SESSION, name) for name in scope.sessions]
    for by, value in named:
        if next(find(safe, None, by, value), None) is None:
            raise BadInputError(f"The trace knows no {by.value} {value!r}.", "Write it as the trace does.")


def of_scope(safe: Path, scope: Scope) -> Iterator[Entry]:
    """Yield every entry of the accounts and sessions of ``scope``, each once; of sessions, outside the span too."""
    if not scope.accounts and not scope.sessions:
        yield from entries(safe, since=scope.since, until=scope.until)
        return
    seen: set[int] = set()
    asked = [(By.ACCOUNT, name, scope.span) for name in scope.accounts]
    asked += [(By.SESSION, name, Span()) for name in scope.sessions]
    for by, value, span in asked:
        for entry in find(safe, None, by, value, span):
            if entry.seq not in seen:
                seen.add(entry.seq)
                yield entry


def attempted(entry: Entry) -> bool:
    """Tell whether an entry is a refusal that names a patient."""
    return bool(entry.patient) and entry.decision is not Decision.ALLOW


def possible_of(safe: Path, scope: Scope, found: list[Entry], certain: tuple[Entry, ...]) -> Iterator[Possible]:
    """Yield what is possible: the scope's sessions outside the span, and other accounts at the same workstations."""
    known = {entry.seq for entry in certain}
    for entry in found:
        if opens(entry) and entry.seq not in known:
            yield Possible(entry, Why.SESSION)
    own = {entry.seq for entry in found}
    for workstation, spans in presences(certain).items():
        for entry in find(safe, None, By.WORKSTATION, workstation):
            beside = entry.seq not in own and opens(entry) and any(first <= entry.at <= last for first, last in spans)
            if beside and (scope.accounts or scope.sessions):
                yield Possible(entry, Why.WORKSTATION)


def presences(certain: Iterable[Entry]) -> dict[str, list[tuple[datetime, datetime]]]:
    """Return, for each workstation, from when to when each session of the scope was active there."""
    seen: dict[tuple[str, str], tuple[datetime, datetime]] = {}
    for entry in certain:
        if entry.workstation and entry.session:
            place = (entry.workstation, entry.session)
            first, last = seen.get(place, (entry.at, entry.at))
            seen[place] = (min(first, entry.at), max(last, entry.at))
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for (workstation, _session), span in seen.items():
        found.setdefault(workstation, []).append(span)
    return found


def by_patient(found: Iterable[Entry]) -> list[Exposed]:
    """Return what ``found`` opened, patient by patient, in order of reference."""
    seen: dict[str, list[Entry]] = {}
    for entry in found:
        seen.setdefault(entry.patient, []).append(entry)
    return sorted(_one(patient, of_them) for patient, of_them in seen.items())


def _one(patient: str, of_them: list[Entry]) -> Exposed:
    compartments = {word for entry in of_them for word in entry.compartments}
    times = [entry.at for entry in of_them]
    routes = tuple(sorted({entry.action for entry in of_them}))
    order = tuple(sorted(compartments, key=ORDER.index))
    return Exposed(patient, order, len(of_them), min(times), max(times), routes)
