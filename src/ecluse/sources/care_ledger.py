"""Stays and appointments while their messages go by: what opens a fact, changes it, ends it, takes it back.

A fact is yielded once it has ended, or at the end of the file when it is still open. At most ``MOST`` are kept in
memory; beyond that the oldest are yielded as they stand.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from ecluse.core.events import Care, CareKind

MOST = 500_000
Key = tuple[str, str]


class Held(msgspec.Struct, gc=False):
    """A fact not yet yielded: for whom it explains accesses, and until when as far as known."""

    patient: str
    kind: CareKind
    since: datetime
    until: datetime | None = None
    units: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    made_by: str = ""


class Ledger:
    """The facts that are open, by what names them: (kind, patient and visit)."""

    def __init__(self) -> None:
        self._open: dict[Key, Held] = {}

    def put(self, key: Key, held: Held) -> Iterator[Care]:
        """Open a fact, or change it. Another place ends the one before where the new one begins."""
        before = self._open.pop(key, None)
        if before is not None and before.until is None and before.units != held.units and held.since != before.since:
            yield from _facts(before, held.since)
        elif before is not None:
            held.since = min(held.since, before.since, key=_naive)
            held.accounts = tuple(dict.fromkeys((*before.accounts, *held.accounts)))
            held.units = held.units or before.units
            held.made_by = before.made_by or held.made_by
        self._open[key] = held
        if len(self._open) > MOST:
            yield from _facts(self._open.pop(next(iter(self._open))))

    def end(self, key: Key, at: datetime | None) -> Iterator[Care]:
        """End the fact, if it is open."""
        held = self._open.pop(key, None)
        if held is not None:
            yield from _facts(held, at)

    def holds(self, key: Key) -> bool:
        """Tell whether the fact is open."""
        return key in self._open

    def take_back(self, key: Key) -> bool:
        """Forget the fact: it never took place."""
        return self._open.pop(key, None) is not None

    def rest(self) -> Iterator[Care]:
        """Yield what is still open."""
        for held in self._open.values():
            yield from _facts(held)
        self._open.clear()


def _naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def _facts(held: Held, until: datetime | None = None) -> Iterator[Care]:
    end = until or held.until
    if end is not None and _naive(end) < _naive(held.since):
        end = held.since + timedelta(hours=1)
    for unit in held.units:
        yield Care(held.patient, held.kind, held.since, end, "", unit, held.made_by)
    for account in held.accounts:
        yield Care(held.patient, held.kind, held.since, end, account, "", held.made_by)
