"""What ``/fhir/AuditEvent`` can be asked (IHE ITI-81): by patient, by agent, by date; a page, and where it goes on."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from ecluse.record.api.outcome import bad
from ecluse.record.trace_index import By, Span, find
from ecluse.safe.entry import Entry
from ecluse.safe.trace_reader import entries

KNOWN = frozenset({"patient", "agent", "date", "_count", "_after", "_format"})
PATIENT = re.compile(r"(?:Patient/)?([0-9a-f]{32})\Z")
DATE = re.compile(r"(eq|ge|gt|le|lt|sa|eb)?(\d{4}(?:-\d\d(?:-\d\d(?:T.+)?)?)?)\Z")
COUNT, MOST = 100, 1000
YEAR_DIGITS, MONTH_DIGITS, DAY_DIGITS = 4, 7, 10
DECEMBER = 12

Given = Mapping[str, Sequence[str]]


class Asked(msgspec.Struct, frozen=True):
    """A question: at least one of patient, agent and date. ``after`` is the last sequence of the page before."""

    patient: str
    agent: str
    span: Span
    count: int
    after: int


def asked_of(given: Given) -> Asked:
    """Read the parameters.

    Raises:
        ProblemError: 400, one is unknown, repeated or not of its form, or nothing is asked for.
    """
    if unknown := sorted(set(given) - KNOWN):
        raise bad(f"Unknown parameter: {', '.join(unknown)}. Known: {', '.join(sorted(KNOWN))}.", "unknown-parameter")
    if any(len(values) > 1 for name, values in given.items() if name != "date"):
        raise bad("Give each parameter once; date may be given twice.", "repeated")
    patient, agent = one(given, "patient"), one(given, "agent")
    if patient and not PATIENT.match(patient):
        raise bad("patient is the reference of a patient.", "bad-patient")
    span = span_of(given.get("date", ()))
    if not patient and not agent and span == Span():
        raise bad("Give patient, agent or date.", "nothing-asked")
    count = number(given, "_count", COUNT)
    if not 1 <= count <= MOST:
        raise bad(f"_count is 1 to {MOST}.", "bad-count")
    found = PATIENT.match(patient)
    return Asked(found[1] if found else "", agent.rpartition("|")[2], span, count, number(given, "_after", -1))


def one(given: Given, name: str) -> str:
    """Return the value of a parameter, empty when it is not given."""
    values = given.get(name, ())
    return values[0].strip() if values else ""


def number(given: Given, name: str, default: int) -> int:
    """Return a parameter that is a whole number.

    Raises:
        ProblemError: 400, it is not one.
    """
    text = one(given, name)
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,18}", text):
        raise bad(f"{name} is a whole number.", "bad-number")
    return int(text)


def span_of(values: Sequence[str]) -> Span:
    """Return the span that all ``values`` of ``date`` allow (FHIR R4 3.1.1.4.7).

    Raises:
        ProblemError: 400, one is not a date.
    """
    since: datetime | None = None
    until: datetime | None = None
    for value in values:
        found = DATE.match(value.strip())
        if found is None:
            raise bad("date is like ge2026-01-31 or lt2026-01-31T08:00:00Z.", "bad-date")
        first, after = bounds(found[2])
        low, high = sides(found[1] or "eq", first, after)
        since = max(filter(None, (since, low)), default=None)
        until = min(filter(None, (until, high)), default=None)
    return Span(since, until)


def sides(prefix: str, first: datetime, after: datetime) -> tuple[datetime | None, datetime | None]:
    """Return from when on and before when, for a prefix and the period of its date."""
    match prefix:
        case "ge":
            return first, None
        case "gt" | "sa":
            return after, None
        case "le":
            return None, after
        case "lt" | "eb":
            return None, first
    return first, after


def bounds(text: str) -> tuple[datetime, datetime]:
    """Return the beginning of the period that ``text`` names, and the moment after its end.

    Raises:
        ProblemError: 400, there is no such date.
    """
    try:
        return _bounds(text)
    except ValueError:
        raise bad("date is like ge2026-01-31 or lt2026-01-31T08:00:00Z.", "bad-date") from None


def _bounds(text: str) -> tuple[datetime, datetime]:
    if len(text) == YEAR_DIGITS:
        return datetime(int(text), 1, 1, tzinfo=UTC), datetime(int(text) + 1, 1, 1, tzinfo=UTC)
    if len(text) == MONTH_DIGITS:
        year, month = int(text[:4]), int(text[5:])
        after = (year + 1, 1) if month == DECEMBER else (year, month + 1)
        return datetime(year, month, 1, tzinfo=UTC), datetime(*after, 1, tzinfo=UTC)
    at = datetime.fromisoformat(text)
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    step = timedelta(days=1) if len(text) == DAY_DIGITS else timedelta(seconds=0 if at.microsecond else 1)
    return at, at + (step or timedelta(milliseconds=1))


def answers(safe: Path, index: Path, asked: Asked) -> Iterator[Entry]:
    """Yield the entries that answer, oldest first, after the page before."""
    if asked.patient:
        found = find(safe, index, By.PATIENT, asked.patient, asked.span)
    elif asked.agent:
        found = find(safe, index, By.ACCOUNT, asked.agent, asked.span)
    else:
        found = entries(safe, since=asked.span.since, until=asked.span.until)
    return (entry for entry in found if entry.seq > asked.after and asked.agent in {"", entry.account})
