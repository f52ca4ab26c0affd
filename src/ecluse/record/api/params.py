"""What each type can be searched by, and how a resource is judged against it once it has been opened.

One closed table: a parameter that is not in it is refused with its name, never ignored, because an ignored filter shows
too much. Filters work on opened resources only: nothing clinical is indexed. Syntax of tokens and dates: FHIR R4,
search, sections 3.1.1.4.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, NamedTuple

from ecluse.record.api.outcome import ProblemError, bad

Kind = Literal["token", "date"]
Instant = tuple[datetime, datetime]


class Filter(NamedTuple):
    """A search parameter: how its value is written, and the elements it looks at."""

    kind: Kind
    elements: tuple[str, ...]


STATUS = Filter("token", ("status",))
CODE = Filter("token", ("code",))
CATEGORY = Filter("token", ("category",))
CLINICAL_STATUS = Filter("token", ("clinicalStatus",))
PERIOD = Filter("date", ("period",))

FILTERS: dict[str, dict[str, Filter]] = {
    "RelatedPerson": {},
    "Encounter": {"status": STATUS, "date": PERIOD, "class": Filter("token", ("class",))},
    "Appointment": {"status": STATUS, "date": Filter("date", ("start",))},
    "CareTeam": {"status": STATUS, "date": PERIOD, "category": CATEGORY},
    "Coverage": {"status": STATUS, "type": Filter("token", ("type",))},
    "MedicationRequest": {
        "status": STATUS,
        "intent": Filter("token", ("intent",)),
        "code": Filter("token", ("medicationCodeableConcept",)),
        "authoredon": Filter("date", ("authoredOn",)),
    },
    "Condition": {
        "code": CODE,
        "category": CATEGORY,
        "clinical-status": CLINICAL_STATUS,
        "onset-date": Filter("date", ("onsetDateTime", "onsetPeriod")),
        "recorded-date": Filter("date", ("recordedDate",)),
    },
    "AllergyIntolerance": {
        "code": CODE,
        "category": CATEGORY,
        "clinical-status": CLINICAL_STATUS,
        "date": Filter("date", ("recordedDate",)),
    },
    "Observation": {
        "code": CODE,
        "category": CATEGORY,
        "status": STATUS,
        "date": Filter("date", ("effectiveDateTime", "effectivePeriod", "effectiveInstant")),
    },
    "Procedure": {
        "code": CODE,
        "category": CATEGORY,
        "status": STATUS,
        "date": Filter("date", ("performedDateTime", "performedPeriod")),
    },
    "Immunization": {
        "status": STATUS,
        "vaccine-code": Filter("token", ("vaccineCode",)),
        "date": Filter("date", ("occurrenceDateTime",)),
    },
    "DiagnosticReport": {
        "code": CODE,
        "category": CATEGORY,
        "status": STATUS,
        "date": Filter("date", ("effectiveDateTime", "effectivePeriod")),
    },
    "CarePlan": {"status": STATUS, "category": CATEGORY, "date": PERIOD},
    "Claim": {"status": STATUS, "created": Filter("date", ("created",))},
    "ExplanationOfBenefit": {"status": STATUS, "created": Filter("date", ("created",))},
    "Goal": {"lifecycle-status": Filter("token", ("lifecycleStatus",)), "category": CATEGORY},
    "ImagingStudy": {"status": STATUS, "started": Filter("date", ("started",))},
    "ServiceRequest": {
        "status": STATUS,
        "code": CODE,
        "category": CATEGORY,
        "authored": Filter("date", ("authoredOn",)),
    },
    "DocumentReference": {
        "status": STATUS,
        "category": CATEGORY,
        "type": Filter("token", ("type",)),
        "date": Filter("date", ("date",)),
    },
}
PATIENT_WORDS = ("identifier", "name", "family", "given", "birthdate")
RESULT_PARAMETERS = ("_format", "_count")
DATE = re.compile(r"(eq|gt|ge|lt|le|sa|eb)?(\d{4})(?:-(\d\d)(?:-(\d\d)(T.+)?)?)?\Z")
SYMBOLIC: dict[str, Callable[[Instant, Instant], bool]] = {
    "eq": lambda wanted, found: wanted[0] <= found[0] and found[1] <= wanted[1],
    "gt": lambda wanted, found: found[1] > wanted[1],
    "ge": lambda wanted, found: found[1] > wanted[0],
    "lt": lambda wanted, found: found[0] < wanted[0],
    "le": lambda wanted, found: found[0] < wanted[1],
    "sa": lambda wanted, found: found[0] >= wanted[1],
    "eb": lambda wanted, found: found[1] <= wanted[0],
}
EVER = datetime.max.replace(tzinfo=UTC)
NEVER = datetime.min.replace(tzinfo=UTC)


def known(kind: str, given: Mapping[str, Sequence[str]], words: Sequence[str] = ("patient",)) -> None:
    """Check the names of the parameters, modifiers included (none is supported).

    Raises:
        ProblemError: 400, naming the first parameter that is not in the table.
    """
    allowed = {*words, *FILTERS.get(kind, {}), *RESULT_PARAMETERS}
    for name in given:
        if name not in allowed:
            text = f"The parameter {shown(name)} is not known for {kind}. Known: {', '.join(sorted(allowed))}."
            raise bad(text, "unknown-parameter")


def shown(name: str) -> str:
    """Return a parameter's name cut to what is safe to repeat."""
    return "".join(letter for letter in name[:40] if letter.isalnum() or letter in "-_:.") or "(empty)"


def keeps(kind: str, given: Mapping[str, Sequence[str]]) -> Callable[[Mapping[str, Any]], bool]:
    """Return the test an opened resource must pass: every parameter, each with any of its comma-separated values.

    Raises:
        ProblemError: 400 when a date cannot be read.
    """
    tests = [
        token_test(rule, value) if rule.kind == "token" else date_test(rule, name, value)
        for name, rule in FILTERS.get(kind, {}).items()
        for value in given.get(name, ())
    ]
    return lambda resource: all(test(resource) for test in tests)


def token_test(rule: Filter, value: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return the test of a token: ``code``, ``system|code``, ``|code`` or ``system|``."""
    wanted = [part.strip().rpartition("|") for part in value.split(",") if part.strip()]

    def test(resource: Mapping[str, Any]) -> bool:
        found = [pair for element in rule.elements for pair in codes(resource.get(element))]
        return any(
            (not code or code == has_code) and (not bar or system == has_system)
            for system, bar, code in wanted
            for has_system, has_code in found
        )

    return test


def codes(value: object) -> Iterator[tuple[str, str]]:
    """Yield (system, code) of a code, a Coding, a CodeableConcept or a list of them."""
    if isinstance(value, str):
        yield "", value
    elif isinstance(value, list):
        for item in value:
            yield from codes(item)
    elif isinstance(value, Mapping):
        if "coding" in value:
            yield from codes(value["coding"])
        elif "code" in value:
            yield str(value.get("system", "")), str(value["code"])


def date_test(rule: Filter, name: str, value: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return the test of a date with an optional prefix; partial dates are the whole of their year, month or day."""
    wanted = []
    for part in value.split(","):
        match = DATE.match(part.strip())
        span = read_date(part.strip()[len(match[1] or "") :]) if match else None
        if match is None or span is None:
            raise bad(f"The value of {name} is not a date such as ge2024-05 or 2024-05-01.", "bad-date")
        wanted.append((SYMBOLIC[match[1] or "eq"], span))

    def test(resource: Mapping[str, Any]) -> bool:
        found = [span for element in rule.elements if (span := read_span(resource.get(element)))]
        return any(compare(span, have) for compare, span in wanted for have in found)

    return test


def read_span(value: object) -> Instant | None:
    """Return the start and end of a date, a time or a Period; an open Period reaches for ever."""
    if isinstance(value, str):
        return read_date(value)
    if isinstance(value, Mapping):
        start, end = read_date(str(value.get("start", ""))), read_date(str(value.get("end", "")))
        if start or end:
            return (start[0] if start else NEVER, end[1] if end else EVER)
    return None


def read_date(text: str) -> Instant | None:
    """Return the half-open span that a FHIR date or dateTime covers; without a zone, UTC is meant."""
    try:
        if "T" in text:
            at = datetime.fromisoformat(text)
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            return at, at + timedelta(seconds=0 if at.microsecond else 1)
        numbers = [int(part) for part in text.split("-")]
        first = date(numbers[0], *[*numbers[1:], 1, 1][:2])
        last = {1: lambda: date(first.year + 1, 1, 1), 2: lambda: (first + timedelta(days=32)).replace(day=1)}
        after = last.get(len(numbers), lambda: first + timedelta(days=1))()
    except (ValueError, OverflowError, IndexError):
        return None
    return datetime(*first.timetuple()[:3], tzinfo=UTC), datetime(*after.timetuple()[:3], tzinfo=UTC)


def limit(given: Mapping[str, Sequence[str]], most: int) -> int:
    """Return how many results are wanted: ``_count`` can lower the most that is ever shown, not raise it.

    Raises:
        ProblemError: 400 when ``_count`` is not a positive number.
    """
    values = given.get("_count")
    if not values:
        return most
    if not values[-1].isascii() or not values[-1].isdigit() or int(values[-1]) < 1:
        raise ProblemError(400, "_count is a positive number.", "bad-count")
    return min(int(values[-1]), most)
