"""Every table of a small log, derived the plain way."""

from collections.abc import Iterable
from datetime import date

import msgspec

from ecluse.core.events import Event
from ecluse.watch.reference.days import days
from ecluse.watch.reference.firsts import firsts
from ecluse.watch.reference.log import log
from ecluse.watch.reference.rows import Day, First, Log, Mark, Pair, Stand, Visit
from ecluse.watch.reference.visits import pairs, places, relations, visits

Values = dict[tuple[str, date], int]  # what a detector finds: (account, day) -> value


class Derived(msgspec.Struct, frozen=True):
    """What ``watch.tables.Tables`` holds, as lists."""

    log: Log
    visits: list[Visit]
    touches: list[Visit]
    pairs: list[Pair]
    firsts: list[First]
    days: list[Day]
    relations: list[Mark]
    places: list[Stand]


def derive(log: Log) -> Derived:
    """Return every table derived from ``log``."""
    visited = visits(log.accesses)
    touched = [visit for visit in visited if visit.patient]
    paired = pairs(touched)
    new = firsts(touched, paired, log)
    known = sorted(relations(paired, log.marks))
    stood = sorted(places(log.accesses, log.signs))
    return Derived(log, visited, touched, paired, new, days(visited, new, log.staff), known, stood)


def tables(events: Iterable[Event], zone: str) -> Derived:
    """Return every table of ``events``."""
    return derive(log(events, zone))
