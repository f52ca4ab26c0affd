"""Playbooks: what happens by itself for each kind of case. One TOML file, taken whole or not at all (C4)."""

import tomllib
from pathlib import Path

import msgspec
from django.db import transaction

from ecluse.accounts.bridge import the_home
from ecluse.core.errors import BadInputError
from ecluse.core.words import Grade, Profession, TargetKind
from ecluse.respond import cases, containment
from ecluse.respond.alarms import outbox
from ecluse.respond.cases import THE_WATCH
from ecluse.respond.containment import Asked
from ecluse.respond.kinds import CaseKind, Channel, EventKind
from ecluse.respond.queue import Seen, seen

DEFAULT_FILE = Path(__file__).with_name("playbooks.default.toml")
NAMED = frozenset({TargetKind.ACCOUNT, TargetKind.SESSION, TargetKind.WORKSTATION})
LONGEST_HOURS = 720
HOUR_S = 3600


class Step(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One lock of a playbook, on what the signal names."""

    target: TargetKind
    grade: Grade
    hours: float = 0


class Playbook(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What to do for one kind of case. Nothing has a default: an empty list says that nothing is meant."""

    locks: tuple[Step, ...]
    alarms: tuple[Channel, ...]
    told: tuple[Profession, ...]


class Plan(msgspec.Struct, frozen=True):
    """What a playbook does about a case: the locks it places, the channels that have a receiver, and the rest."""

    ref: str
    kind: CaseKind
    locks: tuple[Asked, ...]
    alarms: tuple[Channel, ...]
    without_receiver: tuple[Channel, ...]
    told: tuple[Profession, ...]


def parse(text: str, name: str = "playbooks.toml") -> dict[CaseKind, Playbook]:
    """Read playbooks from their text.

    Raises:
        BadInputError: the file is refused whole; the message names the key, the line or the kind that is missing.
    """
    try:
        found = msgspec.convert(tomllib.loads(text), dict[CaseKind, Playbook])
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadInputError(f"{name} is refused whole: {error}.", "Mend this key.") from error
    wrong = [f"[{kind}] is missing" for kind in CaseKind if kind not in found]
    for kind, book in found.items():
        wrong += [
            f"{kind}: {step.target} is no target of a playbook" for step in book.locks if step.target not in NAMED
        ]
        wrong += [
            f"{kind}: hours = {s.hours:g} is out of range" for s in book.locks if not 0 <= s.hours <= LONGEST_HOURS
        ]
    if wrong:
        raise BadInputError(f"{name} is refused whole: {wrong[0]}.", "The shipped file shows every kind.")
    return found


def load() -> dict[CaseKind, Playbook]:
    """Return the establishment's playbooks, or the shipped ones.

    Raises:
        BadInputError: the file cannot be read or is refused whole.
    """
    home = the_home()
    named = home.settings.respond.playbooks
    file = home.path / named if named else DEFAULT_FILE
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{file} cannot be read: {error}.", "Name a file in [respond] playbooks.") from error
    return parse(text, str(file))


def plan(books: dict[CaseKind, Playbook], case: Seen, kind: CaseKind) -> Plan:
    """Return what the playbook of ``kind`` would do about ``case``. Changes nothing."""
    book = books[kind]
    names = {
        TargetKind.ACCOUNT: case.account,
        TargetKind.SESSION: case.session,
        TargetKind.WORKSTATION: case.workstation,
    }
    locks = tuple(
        Asked(
            kind=step.target,
            name=names[step.target],
            grade=step.grade,
            seconds=int(step.hours * HOUR_S),
            reason=f"case {case.ref}: {kind.value}",
        )
        for step in book.locks
        if names[step.target]
    )
    ready = outbox.receivers()
    return Plan(
        ref=case.ref,
        kind=kind,
        locks=locks,
        alarms=tuple(channel for channel in book.alarms if channel in ready),
        without_receiver=tuple(channel for channel in book.alarms if channel not in ready),
        told=book.told,
    )


def dry_run(ref: str) -> list[Plan]:
    """Return what the playbooks of a case's kinds would do now. Changes nothing, sends nothing, traces nothing.

    Raises:
        BadInputError: no such case, or the playbooks are refused.
    """
    case = seen(cases.of(ref))
    books = load()
    return [plan(books, case, kind) for kind in case.kinds]


def run(books: dict[CaseKind, Playbook], ref: str, kind: CaseKind) -> Plan:
    """Do what the playbook of ``kind`` says about a case: locks first, then alarms; then note that it is done.

    A crash before that note leaves it :func:`due`: a lock placed again is the same lock, an alarm may leave twice.

    Raises:
        SafeUnavailableError: the safe does not answer.
    """
    case = cases.of(ref)
    planned = plan(books, seen(case), kind)
    containment.contain_case(THE_WATCH, ref, planned.locks)
    with transaction.atomic():
        if planned.alarms:
            cases.add(case, EventKind.ALARMED, THE_WATCH, {"kind": kind, "channels": list(planned.alarms)})
            outbox.enqueue(seen(cases.of(ref)), kind, planned.alarms, planned.told)
        cases.add(case, EventKind.PLAYED, THE_WATCH, {"kind": kind})
    return planned


def due(ref: str, kind: CaseKind) -> bool:
    """Say whether a case was told of ``kind`` more often than its playbook was carried out."""
    events = [event for event in cases.of(ref).events.all() if event.body.get("kind") == kind]
    told = sum(event.kind in {EventKind.OPENED, EventKind.GREW} for event in events)
    return told > sum(event.kind == EventKind.PLAYED for event in events)
