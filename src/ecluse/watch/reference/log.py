"""From events to rows, one event at a time."""

from collections.abc import Iterable

import msgspec

from ecluse.core.events import Access, AccountEvent, Care, Event, Integrity, PatientFacts, Person
from ecluse.watch.reference.clock import seen
from ecluse.watch.reference.kin import marks
from ecluse.watch.reference.rows import FAR, CareFact, Flaw, Log, Member, Seen, Sign
from ecluse.watch.reference.teams import teams
from ecluse.watch.reference.visits import visits


def log(events: Iterable[Event], zone: str) -> Log:
    """Return what the lake keeps of ``events``, under the names of accounts, and the teams; every event counts."""
    kept = list(events)
    persons = [event for event in kept if isinstance(event, Person)]
    known = aliases(persons)
    accesses = [_access(event, zone, known) for event in kept if isinstance(event, Access)]
    staff = [_member(person) for person in {person.account: person for person in persons}.values()]
    return Log(
        accesses=accesses,
        signs=[_sign(event, zone, known) for event in kept if isinstance(event, AccountEvent)],
        staff=staff,
        care=[_care(event, zone, known) for event in kept if isinstance(event, Care)],
        marks=marks(persons, [event for event in kept if isinstance(event, PatientFacts)]),
        integrity=[_flaw(event, zone) for event in kept if isinstance(event, Integrity)],
        teams=teams([visit for visit in visits(accesses) if visit.patient], staff),
    )


def aliases(persons: list[Person]) -> dict[str, str]:
    """Return which other identifiers stand for which account: the last told, never an account of its own."""
    own = {person.account for person in persons}
    return {alias: person.account for person in persons for alias in person.known_as if alias not in own}


def _access(event: Access, zone: str, known: dict[str, str]) -> Seen:
    told = {**msgspec.structs.asdict(event), "account": known.get(event.account, event.account)}
    ts, day, hour = seen(told.pop("at"), zone)
    return Seen(ts, day, hour, **{**told, "deed": event.deed.value})


def _sign(event: AccountEvent, zone: str, known: dict[str, str]) -> Sign:
    told = msgspec.structs.asdict(event)
    told |= {"account": known.get(event.account, event.account), "by": known.get(event.by, event.by)}
    ts, day, hour = seen(told.pop("at"), zone)
    return Sign(ts, day, hour, **{**told, "act": event.act.value})


def _member(person: Person) -> Member:
    return Member(person.account, person.profession, person.unit, person.service, person.since, person.until)


def _care(fact: Care, zone: str, known: dict[str, str]) -> CareFact:
    since, since_day, _ = seen(fact.since, zone)
    until, until_day = (FAR, FAR.date()) if fact.until is None else seen(fact.until, zone)[:2]
    account, made_by = known.get(fact.account, fact.account), known.get(fact.made_by, fact.made_by)
    return CareFact(fact.patient, account, fact.unit, fact.kind.value, since, until, since_day, until_day, made_by)


def _flaw(flaw: Integrity, zone: str) -> Flaw:
    ts, day = (None, None) if flaw.at is None else seen(flaw.at, zone)[:2]
    return Flaw(flaw.fault.value, flaw.source, flaw.text, flaw.first, flaw.last, flaw.account, ts, day)
