"""Cases: opened, added to, concluded; never changed, never deleted (C6).

Order of writes, and what a crash after each leaves: 1. the entry of the trace (it holds the SHA-256 of what happened);
2. the row. Between the two the trace tells of something the database lacks: :func:`ecluse.respond.proof.flaws` says so,
and the watch, which does the same again, mends it.
"""

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec
from django.db import transaction
from django.utils.crypto import salted_hmac

from ecluse.accounts.bridge import note
from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Action, Profession
from ecluse.gate.reasons import WHY
from ecluse.respond.kinds import CaseKind, EventKind, Verdict
from ecluse.respond.models import Case, CaseEvent
from ecluse.safe.protocol import WATCH, Who

READERS = frozenset({Profession.SECURITY_OFFICER, Profession.DPO})
THE_WATCH = Who(account=WATCH, profession="", session="")
LONGEST_NOTE = 2000
DIGITS = 10


class Signal(msgspec.Struct, frozen=True):
    """Something to look at: an account, what about it, and figures. ``at`` is an instant; no patient is named.

    ``session`` is the keyed hash of the trace; ``first`` and ``last`` are sequences of the trace; ``score`` is the
    power of ten of the evidence, where there is one.
    """

    account: str
    kind: CaseKind
    at: datetime
    profession: str = ""
    session: str = ""
    workstation: str = ""
    patients: int = 0
    requests: int = 0
    first: int = 0
    last: int = 0
    score: float = 0.0
    accounts: tuple[str, ...] = ()
    detectors: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()


class Taken(msgspec.Struct, frozen=True):
    """What became of a signal: its case, and whether it says anything new."""

    ref: str
    is_new: bool


def take(signal: Signal) -> Taken:
    """Open a case for ``signal``, or add it to the one that is open for the same actor (C2, C7).

    Raises:
        SafeUnavailableError: nothing could be traced, so nothing was kept.
    """
    body = body_of(signal)
    found = undecided(signal.account)
    if found is None:
        return Taken(_open(signal, body), is_new=True)
    if any(_same(event, signal) for event in found.events.all()):
        return Taken(found.ref, is_new=False)
    add(found, EventKind.GREW, THE_WATCH, body)
    return Taken(found.ref, is_new=True)


def _same(event: CaseEvent, signal: Signal) -> bool:
    """Say whether ``event`` told of the same already: one kind counts once a day."""
    told = event.kind in {EventKind.OPENED, EventKind.GREW} and event.body.get("kind") == signal.kind
    day = signal.at.astimezone(UTC).date().isoformat()
    return told and (signal.kind is CaseKind.PATTERN or str(event.body.get("at", ""))[:10] == day)


def _open(signal: Signal, body: dict[str, Any]) -> str:
    number = Case.objects.filter(account=signal.account).count()
    ref = name_of(signal.account, signal.kind, number)
    with transaction.atomic():
        sequence = _trace(ref, EventKind.OPENED, THE_WATCH, body)
        case = Case.objects.create(
            ref=ref, account=signal.account, kind=signal.kind, opened=signal.at, sequence=sequence
        )
        _keep(case, EventKind.OPENED, THE_WATCH, body, sequence)
    return ref


def name_of(account: str, kind: CaseKind, number: int) -> str:
    """Return the name of a case: the same each time here, and nobody's to compute without this home's secret.

    Else whoever reads names of cases in the trace could try whether one is about themselves.
    """
    return salted_hmac("ecluse.respond.cases", f"{account}\0{kind}\0{number}", algorithm="sha256").hexdigest()[:DIGITS]


def concluded(signal: Signal) -> bool:
    """Say whether somebody has concluded a case of that account that told of all these days already."""
    rows = Case.objects.filter(account=signal.account).prefetch_related("events")
    known = {day for row in rows if verdict_of(row) for event in row.events.all() for day in event.body.get("days", ())}
    return bool(signal.days) and known.issuperset(signal.days)


def report(who: Who, account: str, text: str) -> str:
    """Open a case by hand, about ``account``; return its name.

    Raises:
        RefusedError: ``who`` does not work on cases.
    """
    _may(who)
    ref = take(Signal(account=account, kind=CaseKind.REPORTED, at=datetime.now(UTC))).ref
    remark(who, ref, text)
    return ref


def remark(who: Who, ref: str, text: str) -> None:
    """Add a note. The text stays with the case, sealed, and not in the trace: write about the case, not a patient.

    Raises:
        BadInputError: no such case, no text, or a long one.
        RefusedError: ``who`` does not work on cases.
    """
    _may(who)
    words = text.strip()
    if not 0 < len(words) <= LONGEST_NOTE:
        raise BadInputError("A note has between 1 and 2,000 characters.", "Shorten it, or say something.")
    add(of(ref), EventKind.NOTED, who, {"text": words})


def assign(who: Who, ref: str, account: str) -> None:
    """Say who looks after a case.

    Raises:
        BadInputError: no such case, or nobody named.
        RefusedError: ``who`` does not work on cases.
    """
    _may(who)
    if not account:
        raise BadInputError("Nobody is named.", "Name an account.")
    add(of(ref), EventKind.ASSIGNED, who, {"to": account})


def decide(who: Who, ref: str, verdict: Verdict) -> None:
    """Conclude a case; the last verdict counts. It feeds the calibration (``calibration``).

    Raises:
        BadInputError: no such case.
        RefusedError: ``who`` does not work on cases, or the case is about them.
    """
    _may(who)
    case = of(ref)
    if who.account in actors(case):
        raise RefusedError("Nobody concludes a case about themselves.", "Ask a colleague.")
    add(case, EventKind.DECIDED, who, {"verdict": Verdict(verdict).value})


def answered(ref: str, who: Who, *, mine: bool, reason: str) -> None:
    """Add what the person said who was asked (``ask``)."""
    add(of(ref), EventKind.ANSWERED, who, {"mine": mine, "reason": reason if reason in WHY else ""})


def add(case: Case, kind: EventKind, who: Who, body: dict[str, Any]) -> CaseEvent:
    """Trace an event, then keep it."""
    return _keep(case, kind, who, body, _trace(case.ref, kind, who, body))


def _keep(case: Case, kind: EventKind, who: Who, body: dict[str, Any], sequence: int) -> CaseEvent:
    made = CaseEvent(case=case, kind=kind, at=datetime.now(UTC), by=who.account, body=body, sequence=sequence)
    made.save(force_insert=True)
    return made


def _trace(ref: str, kind: EventKind, who: Who, body: dict[str, Any]) -> int:
    return note(who, Action.CASE, kind.value, target=ref, detail=digest(ref, kind, who.account, body))


def digest(ref: str, kind: str, by: str, body: dict[str, Any]) -> str:
    """Return what the trace holds of an event: SHA-256 of its words, in hexadecimal."""
    return hashlib.sha256(msgspec.json.encode([ref, str(kind), by, body], order="deterministic")).hexdigest()


def body_of(signal: Signal) -> dict[str, Any]:
    """Return what is kept of a signal: what is empty is left out."""
    told = msgspec.to_builtins(signal)
    del told["account"]
    return {name: value for name, value in told.items() if value}


def of(ref: str) -> Case:
    """Return a case by its name.

    Raises:
        BadInputError: there is none.
    """
    found = Case.objects.filter(ref=ref).first()
    if found is None:
        raise BadInputError(f"There is no case {ref[:20]!r}.", "`ecluse respond cases` lists them.")
    return found


def undecided(account: str) -> Case | None:
    """Return the newest case of ``account`` if nobody has concluded it."""
    found = Case.objects.filter(account=account).prefetch_related("events").order_by("-pk").first()
    return found if found is not None and verdict_of(found) is None else None


def verdict_of(case: Case) -> Verdict | None:
    """Return the last verdict."""
    told = [event.body["verdict"] for event in case.events.all() if event.kind == EventKind.DECIDED]
    return Verdict(told[-1]) if told else None


def actors(case: Case) -> frozenset[str]:
    """Return the accounts a case is about."""
    told = (name for event in case.events.all() for name in event.body.get("accounts", ()))
    return frozenset({case.account, *told})


def _may(who: Who) -> None:
    """Refuse whoever does not work on cases.

    Raises:
        RefusedError: the profession is not one of :data:`READERS`.
    """
    if who.profession not in READERS and not who.account.startswith("console:"):
        raise RefusedError("Your profession does not work on cases.", "Ask the security officer.")
