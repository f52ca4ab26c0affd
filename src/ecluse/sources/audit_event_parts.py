"""What one AuditEvent becomes: an access for each patient, or something that happened to an account."""

from collections.abc import Iterator
from datetime import datetime

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed
from ecluse.sources.audit_codes import Meaning, Skip, failed, meaning
from ecluse.sources.audit_event_agents import Actor, actor
from ecluse.sources.audit_event_asked import Asked, asked_for
from ecluse.sources.audit_event_shape import AuditEvent, Entity, Outcome, Ref, codes, first, named, relative, words
from ecluse.sources.clean import instant, short

PERSON, PATIENT, USER = "1", "1", "6"
REQUEST_ID = "XrequestId"
PEOPLE = frozenset({"Patient", "Person", "RelatedPerson", ""})
# Types of resource that say nothing of a patient.
NO_PATIENT = frozenset(
    {
        "ActivityDefinition", "CapabilityStatement", "CodeSystem", "ConceptMap", "Device", "Endpoint", "Location",
        "HealthcareService", "Medication", "OperationDefinition", "Organization", "PlanDefinition", "Practitioner",
        "PractitionerRole", "Questionnaire", "Schedule", "SearchParameter", "Slot", "StructureDefinition",
        "StructureMap", "Subscription", "Substance", "ValueSet",
    }
)  # fmt: skip
PROCESS = frozenset({"110100", "110101", "110113"})  # an activity, the audit log, a security alert: shows no record
LONGEST_DETAIL = 80


class WrongError(ValueError):
    """The event lacks what an event must have: a time that can be read, somebody who did it."""


def events(event: AuditEvent, source: str, row: int) -> Iterator[Access | AccountEvent] | Skip:
    """Return what ``event`` tells, or why it is left out.

    Raises:
        WrongError: it lacks its time or its actor.
    """
    kinds, asked = _kinds(event), asked_for(event.entity)
    told = _meaning(event, kinds, asked)
    if isinstance(told, Skip):
        return told
    who = actor(event.agent, reads=told in {Deed.READ, Deed.HISTORY})
    if not who.account:
        raise WrongError("nobody is named")
    if isinstance(told, AccountAct):
        return _happened(event, told, who, source, row)
    return _accesses(event, (told, kinds, asked), who, source, row)


def _kinds(event: AuditEvent) -> tuple[str, ...]:
    """Return the codes of what happened, the general one first."""
    general = codes(event.type) or tuple(code for one in event.category for code in codes(one))
    special = tuple(code for one in event.subtype for code in codes(one))
    return (*general, *special, *codes(event.code))


def _meaning(event: AuditEvent, kinds: tuple[str, ...], asked: Asked) -> Meaning:
    purposes: tuple[str, ...] = ()
    for group in (event.purpose, event.authorization, *(agent.purpose for agent in event.agent)):
        if group:
            purposes += tuple(code for one in group for code in codes(one))
    more = (asked.operation,) if asked.operation else ()
    told = meaning((*more, *kinds), event.action, purposes)
    if told is Deed.SEARCH and asked.type not in PEOPLE:
        return Deed.READ  # a search for clinical resources shows them whole
    return told


def _time(event: AuditEvent) -> str:
    if event.recorded or event.occurred:
        return event.recorded or event.occurred
    span = event.occurred_period or event.period
    return span.start if span is not None else ""


def _failed(event: AuditEvent) -> bool:
    outcome = event.outcome
    return failed(first(outcome.code) if isinstance(outcome, Outcome) else str(outcome))


def _at(event: AuditEvent) -> datetime:
    found = instant(_time(event))
    if found is None:
        raise WrongError("no time, or none that can be read")
    return found


def _site(event: AuditEvent) -> str:
    if event.source is None:
        return ""
    site = event.source.site
    return short(named(site) if isinstance(site, Ref) else site)


def _happened(event: AuditEvent, act: AccountAct, who: Actor, source: str, row: int) -> Iterator[AccountEvent] | Skip:
    """Return what happened to an account: the one that acts, or the one that is the object."""
    if _failed(event):
        if act is not AccountAct.LOGIN:
            return Skip("a change of an account that failed")
        act = AccountAct.LOGIN_FAILURE
    whom = next((_object(entity) for entity in event.entity if _is(entity, USER)), "") or who.account
    happened = AccountEvent(
        at=_at(event),
        account=short(whom),
        act=act,
        by=short(who.account) if whom != who.account else "",
        session=who.session,
        device=short(who.device),
        address=who.address,
        detail=" ".join(_kinds(event))[:LONGEST_DETAIL],
        source=source,
        row=row,
    )
    return iter((happened,))


def _accesses(
    event: AuditEvent, what: tuple[Deed, tuple[str, ...], Asked], who: Actor, source: str, row: int
) -> Iterator[Access]:
    deed, kinds, asked = what
    patients = _patients(event, asked)
    shown, at_least = _shown(event, kinds, asked, deed) if not patients else (1, False)
    process = not PROCESS.isdisjoint(kinds) and deed is not Deed.BREAK_GLASS
    if process or _failed(event):
        shown, at_least = 0, False
    at, account, site = _at(event), short(who.account), _site(event)
    device, route, request = short(who.device), _route(event, asked), _request(event)
    return (
        Access(
            at=at,
            account=account,
            deed=deed,
            patient=patient,
            shown=shown,
            at_least=at_least,
            session=who.session,
            device=device,
            address=who.address,
            site=site,
            route=route,
            request=request,
            source=source,
            row=row,
        )
        for patient in patients or ("",)
    )


def _shown(event: AuditEvent, kinds: tuple[str, ...], asked: Asked, deed: Deed) -> tuple[int, bool]:
    """Return how many patients an event that names none displayed, and whether it may be more."""
    if deed in {Deed.SEARCH, Deed.EXPORT, Deed.EVERYTHING} or any(kind.startswith("search") for kind in kinds):
        return 0, asked.type not in NO_PATIENT
    kind = asked.type or next((_type(entity) for entity in event.entity if _type(entity)), "")
    of_someone = event.encounter is not None or (kind not in NO_PATIENT and event.entity)
    return (1 if of_someone else 0), False


def _type(entity: Entity) -> str:
    what = entity.what or entity.reference
    return relative(what.reference).partition("/")[0] if what is not None else ""


def _patients(event: AuditEvent, asked: Asked) -> tuple[str, ...]:
    """Return the patients that ``event`` names, each once."""
    found = [_object(entity) for entity in event.entity if _is_patient(entity)]
    if event.patient is not None:
        found.append(named(event.patient))
    if not found and asked.patient:
        found.append(asked.patient)
    return tuple(dict.fromkeys(short(patient) for patient in found if patient))


def _is_patient(entity: Entity) -> bool:
    what = entity.what or entity.reference
    if what is not None and (what.reference.startswith("Patient/") or "/Patient/" in what.reference):
        return True
    return _is(entity, PATIENT)


def _is(entity: Entity, role: str) -> bool:
    """Say whether ``entity`` is a person in ``role``."""
    return (
        entity.role is not None and first(entity.role) == role and (entity.type is None or first(entity.type) == PERSON)
    )


def _object(entity: Entity) -> str:
    """Return what identifies an entity: its reference, by which care facts name patients, before an identifier."""
    what = entity.what or entity.reference
    if what is not None:
        return relative(what.reference) or named(what)
    return entity.identifier.value if entity.identifier is not None else ""


def _request(event: AuditEvent) -> str:
    """Return the request an event belongs to (BALP: several events of one search), or else the event's own id."""
    for entity in event.entity:
        if entity.type is not None and first(entity.type) == REQUEST_ID:
            return short(_object(entity))
    return short(event.id)


def _route(event: AuditEvent, asked: Asked) -> str:
    """Return what was used: the interaction and the type of resource, or the words of the event's code."""
    general = first(event.type) or next((first(one) for one in event.category), "")
    special = next((first(one) for one in event.subtype), "") or first(event.code)
    if general != "rest":
        return short(words(event.code) or next((words(one) for one in event.subtype), "") or words(event.type))
    kind = asked.type or next((_type(one) for one in event.entity if _type(one) not in {"", "Patient"}), "")
    return f"{asked.operation or special} {kind}".strip()[:LONGEST_DETAIL]
