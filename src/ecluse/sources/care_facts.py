"""What one FHIR resource says of care: facts (``Care``), what relates a patient to staff, who a practitioner is.

A resource says nothing when its status says that nothing took place, or will: cancelled, entered in error, refused.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from ecluse.core.events import Care, CareKind, PatientFacts, Person
from ecluse.sources.audit_event_shape import Ref, named, relative
from ecluse.sources.care_shape import CareResource, Name, Span
from ecluse.sources.clean import instant, phone, short

Fact = Care | PatientFacts | Person

NOT_DONE = frozenset(
    {
        "cancelled", "entered-in-error", "noshow", "no-show", "proposed", "revoked", "rejected", "waitlist", "draft",
        "discontinued",
    }
)  # fmt: skip
PEOPLE = frozenset({"Practitioner", "PractitionerRole", "Person", "RelatedPerson"})
UNITS = frozenset({"Organization", "Location", "HealthcareService", "CareTeam", "Group"})
ORDER_LASTS = timedelta(days=30)  # an order whose end is not told is not open for ever
APPOINTMENT_LASTS = timedelta(hours=1)
ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
UUID = "urn:uuid:"
DAY_LENGTH = len("2000-01-31")


class NotCareError(ValueError):
    """The resource lacks what a fact of care needs."""


def facts(found: CareResource) -> Iterator[Fact]:
    """Yield the facts of one resource.

    Raises:
        NotCareError: it names no patient, or no time that can be read.
    """
    match found.resource:
        case "Encounter":
            yield from _encounter(found)
        case "Appointment":
            yield from _appointment(found)
        case "CareTeam":
            yield from _team(found)
        case "ServiceRequest":
            yield from _order(found)
        case "Patient":
            yield from _patient(found)
        case "Practitioner":
            yield _practitioner(found)


def _encounter(found: CareResource) -> Iterator[Care]:
    patient = _patient_of(found.subject or found.patient)
    span = found.period or found.actual_period or Span(found.planned_start, found.planned_end)
    since, until = _since(span.start), moment(span.end, end=True)
    made = _Maker(patient, CareKind.ENCOUNTER_IN_UNIT, since, until)
    for role in found.participant:
        own = role.period[0] if isinstance(role.period, tuple) and role.period else role.period
        yield from made.of(role.individual or role.actor, own if isinstance(own, Span) else None)
    for place in found.location:
        yield from made.of(place.location, place.period, "Location")
    yield from made.of(found.provider, usual="Organization")


def _appointment(found: CareResource) -> Iterator[Care]:
    actors = [role.actor for role in found.participant if role.actor is not None and role.status != "declined"]
    patients = [actor for actor in [*actors, found.subject] if actor is not None and _kind(actor) == "Patient"]
    since = _since(found.start)
    until = moment(found.end, end=True) or since + APPOINTMENT_LASTS
    if not patients:
        raise NotCareError("no patient is named")
    for patient in patients:
        made = _Maker(_patient_of(patient), CareKind.APPOINTMENT, since, until)
        for actor in actors:
            yield from made.of(actor)


def _team(found: CareResource) -> Iterator[Care]:
    span = found.period or Span()
    since = moment(span.start) or ALWAYS
    made = _Maker(_patient_of(found.subject or found.patient), CareKind.CARE_TEAM, since, moment(span.end, end=True))
    for role in found.participant:
        own = role.period if isinstance(role.period, Span) else None
        yield from made.of(role.member, own)
        yield from made.of(role.on_behalf_of, own, "Organization")
    for unit in found.organization:
        yield from made.of(unit, usual="Organization")


def _order(found: CareResource) -> Iterator[Care]:
    span = found.occurrence_span or Span(found.occurrence)
    since = moment(found.authored) or _since(span.start)
    last = moment(span.end or span.start, end=True)
    until = max(since, last if last is not None and _same(last, since) else since) + ORDER_LASTS
    by = named(found.requester)
    made = _Maker(_patient_of(found.subject or found.patient), CareKind.ORDER, since, until, by)
    for ref in (*found.performer, *found.places, found.requester):
        yield from made.of(ref)


def _patient(found: CareResource) -> Iterator[Fact]:
    patient = f"Patient/{found.id}" if found.id else next((one.value for one in found.identifier if one.value), "")
    if not patient:
        raise NotCareError("the patient has no id")
    family, given = _name(found.name)
    yield PatientFacts(
        patient=patient,
        family=family,
        given=given,
        birth=_birth(found.birth),
        postal=_postal(found),
        phone=_phone(found),
    )
    made = _Maker(patient, CareKind.TREATING_DOCTOR, ALWAYS, None)
    for doctor in found.doctors:
        yield from made.of(doctor)


def _practitioner(found: CareResource) -> Person:
    if not found.id:
        raise NotCareError("the practitioner has no id")
    family, given = _name(found.name)
    return Person(
        account=f"Practitioner/{found.id}",
        family=family,
        given=given,
        birth=_birth(found.birth),
        postal=_postal(found),
        phone=_phone(found),
        known_as=tuple(dict.fromkeys(one.value for one in found.identifier if one.value)),
    )


class _Maker:
    """Makes the facts of one resource."""

    def __init__(self, patient: str, kind: CareKind, since: datetime, until: datetime | None, by: str = "") -> None:
        self.patient, self.kind, self.since, self.until, self.by = patient, kind, since, until, by

    def of(self, pointed: Ref | None, span: Span | None = None, usual: str = "Practitioner") -> Iterator[Care]:
        """Yield the fact that ``pointed`` cares for the patient, during ``span`` if it has one of its own.

        What a bundle names only by UUID is of the ``usual`` type there.

        A unit is named by what identifies it and, apart from that, by its display: staff lists use either.
        """
        ref = _typed(pointed, usual)
        kind = _kind(ref)
        if ref is None or (kind and kind not in PEOPLE and kind not in UNITS):
            return
        since = (moment(span.start) if span else None) or self.since
        until = (moment(span.end, end=True) if span else None) or self.until
        names = [named(ref)] if kind not in UNITS else list(dict.fromkeys((named(ref), ref.display)))
        for name in names:
            if name:
                unit = short(name) if kind in UNITS else ""
                account = "" if unit else short(name)
                yield Care(self.patient, self.kind, since, until, account, unit, self.by)


def _typed(ref: Ref | None, usual: str) -> Ref | None:
    if ref is None or not ref.reference.startswith(UUID):
        return ref
    return Ref(f"{usual}/{ref.reference.removeprefix(UUID)}", ref.display, ref.identifier)


def _kind(ref: Ref | None) -> str:
    """Return the type of what ``ref`` points to, empty if it does not tell."""
    if ref is None or "/" not in ref.reference:
        return (ref.reference.partition("?")[0] if "?" in ref.reference else "") if ref is not None else ""
    return relative(ref.reference).partition("/")[0]


def _patient_of(ref: Ref | None) -> str:
    if ref is None:
        raise NotCareError("no patient is named")
    if ref.reference.startswith(UUID):
        return f"Patient/{ref.reference.removeprefix(UUID)}"
    found = relative(ref.reference) or named(ref)
    if not found:
        raise NotCareError("no patient is named")
    return short(found)


def _since(text: str) -> datetime:
    found = moment(text)
    if found is None:
        raise NotCareError("no time, or none that can be read")
    return found


def _same(one: datetime, other: datetime) -> bool:
    return (one.tzinfo is None) == (other.tzinfo is None)


def moment(text: str, *, end: bool = False) -> datetime | None:
    """Return a FHIR dateTime; a day begins at its first minute (``end``: ends with its last) of the local clock."""
    if len(text) > DAY_LENGTH:
        return instant(text)
    found = _birth(text)
    if found is None:
        return None
    midnight = datetime(found.year, found.month, found.day)  # noqa: DTZ001 - the local clock
    return midnight + timedelta(days=1, seconds=-1) if end else midnight


def _birth(text: str) -> date | None:
    padded = text + "-01" * ((DAY_LENGTH - len(text)) // 3) if text else ""
    try:
        return date.fromisoformat(padded)
    except ValueError:
        return None


def _name(names: tuple[Name, ...]) -> tuple[str, str]:
    best = next((name for name in names if name.use in {"official", "usual"}), None) or next(iter(names), None)
    return (best.family, best.given[0] if best.given else "") if best is not None else ("", "")


def _postal(found: CareResource) -> str:
    home = next((one for one in found.address if one.use in {"home", ""}), None)
    return " ".join((*home.line, home.postal)).strip() if home is not None else ""


def _phone(found: CareResource) -> str:
    return next((phone(one.value) for one in found.telecom if one.system in {"phone", "sms"} and one.value), "")
