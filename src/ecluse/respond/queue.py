"""The queue of cases, no longer than the team can read (C7), and one case as a page tells it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.db.models import Case, When

from ecluse.accounts.bridge import the_home
from ecluse.accounts.models import Account
from ecluse.respond.cases import actors, verdict_of
from ecluse.respond.kinds import CaseKind, EventKind, Verdict
from ecluse.respond.models import Case as Row

LEAST = 5
MOST = 1000
USERS_A_CASE = 1000
GRAVITY = {kind: len(CaseKind) - place for place, kind in enumerate(CaseKind)}


class Seen(msgspec.Struct, frozen=True):
    """A case as it stands. ``gravity``: the greater the graver; ``reasons``: pairs of sentences (English, French).

    ``patients`` is the most that one signal counted; ``session`` and ``workstation`` are those of the latest signal
    that named one; ``told``: figures of each signal, oldest first.
    """

    ref: str
    account: str
    accounts: tuple[str, ...]
    kinds: tuple[CaseKind, ...]
    gravity: float
    opened: datetime
    latest: datetime
    patients: int
    session: str
    workstation: str
    profession: str
    assigned: str
    verdict: Verdict | None
    contained: tuple[dict[str, Any], ...]
    reasons: tuple[tuple[str, str], ...]
    told: tuple[dict[str, Any], ...]


class Queue(msgspec.Struct, frozen=True):
    """Undecided cases, gravest first, at most ``a_day`` for each day; ``left_out``: how many did not fit."""

    cases: tuple[Seen, ...]
    a_day: int
    left_out: int


def queue() -> Queue:
    """Return what is to be read; the database leaves out what is concluded, and what is beyond the :data:`MOST`."""
    waiting = Row.objects.exclude(events__kind=EventKind.DECIDED)
    rows = waiting.order_by(gravest_first(), "-opened", "-pk").prefetch_related("events")[:MOST]
    found = bounded(map(seen, rows), budget(), ZoneInfo(the_home().settings.site.time_zone))
    beyond = max(0, waiting.count() - MOST)
    return msgspec.structs.replace(found, left_out=found.left_out + beyond)


def gravest_first() -> Case:
    """Return the order of the kinds by which cases were opened."""
    return Case(*(When(kind=kind, then=place) for place, kind in enumerate(CaseKind)), default=len(CaseKind))


def bounded(cases: Iterable[Seen], a_day: int, zone: ZoneInfo) -> Queue:
    """Return at most ``a_day`` cases for each day of the establishment's clock, the gravest."""
    days: dict[object, list[Seen]] = defaultdict(list)
    for case in sorted(cases, key=lambda one: (-one.gravity, -one.patients, one.ref)):
        days[case.opened.astimezone(zone).date()].append(case)
    kept = [case for day in days.values() for case in day[:a_day]]
    kept.sort(key=lambda one: (-one.gravity, -one.patients, one.ref))
    return Queue(tuple(kept), a_day, sum(len(day) for day in days.values()) - len(kept))


def budget() -> int:
    """Return how many cases a day the team reads."""
    asked = the_home().settings.respond.cases_a_day
    return asked or max(LEAST, Account.objects.count() // USERS_A_CASE)


def seen(case: Row) -> Seen:
    """Return a case as its events tell it."""
    events = list(case.events.all())
    told = [event.body for event in events if event.kind in {EventKind.OPENED, EventKind.GREW}]
    kinds = tuple(dict.fromkeys(CaseKind(body["kind"]) for body in told)) or (CaseKind(case.kind),)
    return Seen(
        ref=case.ref,
        account=case.account,
        accounts=tuple(sorted(actors(case))),
        kinds=kinds,
        gravity=max(GRAVITY[kind] for kind in kinds) + _score(told),
        opened=case.opened,
        latest=events[-1].at if events else case.opened,
        patients=max((body.get("patients", 0) for body in told), default=0),
        session=_last(told, "session"),
        workstation=_last(told, "workstation"),
        profession=_last(told, "profession"),
        assigned=_last([e.body for e in events if e.kind == EventKind.ASSIGNED], "to"),
        verdict=verdict_of(case),
        contained=tuple(e.body for e in events if e.kind == EventKind.CONTAINED),
        reasons=tuple((str(en), str(fr)) for body in told for en, fr in body.get("reasons", ())),
        told=tuple(told),
    )


def _last(bodies: list[dict[str, Any]], name: str) -> str:
    return next((str(body[name]) for body in reversed(bodies) if body.get(name)), "")


def _score(told: list[dict[str, Any]]) -> float:
    """Return a fraction below 1 that orders cases of the same gravity by their evidence."""
    best = max((float(body.get("score", 0)) for body in told), default=0.0)
    return best / (best + 10)
