"""Amending: resources of patients that exist already.

What is the same is skipped without any key; what is new or changed is asked of
the gate as a write by the importing account, and counts against its caps. What is refused goes to the rejects with the
rule.

Patients born in the same run may still grow under the keys of their birth.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec
from django.db import transaction

from ecluse.core.words import Action, Compartment
from ecluse.gate import feeds
from ecluse.gate.access import Access, Pass, Refusal, Wanted
from ecluse.gate.ask import ask_one
from ecluse.record import facts, seal, vault, writing
from ecluse.record.directory import number
from ecluse.record.fhir_types import BINARY, PATIENT_COMPARTMENTS, Resource, fhir_id, key_of
from ecluse.record.files import next_n
from ecluse.record.importing.prepare import refuse, rewrite
from ecluse.record.importing.prepared import Group, Item, Reject
from ecluse.record.models import File, Part, Patient, now_ms
from ecluse.record.vault import Row

if TYPE_CHECKING:
    from ecluse.record.importing.writer import Writer


class Known(msgspec.Struct):
    """What a patient has: numbers and contents by source, types by number."""

    numbers: dict[int, int] = {}
    contents: set[tuple[int, int]] = set()
    types: dict[int, str] = {}


def groups(writer: "Writer", later: list[Group]) -> list[Reject]:
    """Amend patients; return what could not be taken."""
    if not later:
        return []
    patients = {p.source: p for p in Patient.objects.filter(source__in={group.source for group in later})}
    known = what_is_there(patient.pk for patient in patients.values())
    rejects: list[Reject] = []
    for group in later:
        patient = patients.get(group.source)
        if patient is None:
            rejects += [refuse(item.reject, "its patient is not known here") for item in group.items]
            continue
        have = known[patient.pk]
        changed = [item for item in group.items if (item.source, item.digest) not in have.contents]
        writer.counts.unchanged += len(group.items) - len(changed)
        if changed:
            rejects += amend(writer, patient, have, group, changed)
    return rejects


def what_is_there(patients: Iterable[int]) -> dict[int, Known]:
    """Return what patients have, without opening anything."""
    found: dict[int, Known] = defaultdict(Known)
    pks = list(patients)
    parts = Part.objects.filter(patient_id__in=pks, current=True).values_list(
        "patient_id", "n", "source", "digest", "type"
    )
    held = File.objects.filter(patient_id__in=pks).values_list("patient_id", "n", "source", "digest")
    for pk, n, source, digest, kind in [*parts, *((*row, BINARY) for row in held)]:
        found[pk].types[n] = kind
        if source is not None and digest is not None:
            found[pk].numbers[source] = n
            found[pk].contents.add((source, digest))
    return found


def amend(writer: "Writer", patient: Patient, have: Known, group: Group, changed: list[Item]) -> list[Reject]:
    """Write what is new or changed of one patient, in one transaction."""
    rejects = [
        refuse(i.reject, "a file never changes") for i in changed if i.type == BINARY and i.source in have.numbers
    ]
    changed = [item for item in changed if not (item.type == BINARY and item.source in have.numbers)]
    if not changed:
        return rejects
    answer = granted(writer, patient, changed)
    if isinstance(answer, Refusal):
        return rejects + [refuse(item.reject, f"held by the gate ({answer.rule})") for item in changed]
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=patient.pk)
        numbers = renumber(patient.pk, have, changed)
        for item in changed:
            put(writer, answer, item, Text(writer, patient.ref, group.ref, have, numbers))
            if item.type == "Patient":
                refresh_duties = any(body.compartment == Compartment.CARE for body in item.bodies)
            else:
                refresh_duties = item.type in facts.READERS
            if refresh_duties:
                give_duties(writer, patient.pk, item, numbers[item.n])
    for item in changed:
        have.contents.add((item.source, item.digest))
        have.numbers[item.source] = numbers[item.n]
        have.types[numbers[item.n]] = item.type
    return rejects


def granted(writer: "Writer", patient: Patient, changed: list[Item]) -> Pass | Refusal:
    """Return the keys of a newborn, or ask the gate.

    Once a cap is met, ask no more in this run: insisting would lock the account.
    """
    born = writer.newborn.get(patient.pk)
    if born is not None:
        return born
    needed = {Compartment(body.compartment) for item in changed for body in item.bodies}
    if any(item.type == "Patient" for item in changed):
        held = Part.objects.filter(patient_id=patient.pk, n=0, current=True).values_list("compartment", flat=True)
        needed |= {Compartment(name) for name in held}
    if any(item.files for item in changed):
        needed.add(Compartment.CLINICAL)
    if writer.held is not None:
        return writer.held
    wanted = Wanted(patient.pk, patient.ref, bytes(patient.salt), tuple(sorted(needed)), len(changed))
    access = Access(
        who=writer.who,
        action=Action.WRITE,
        purpose=writer.purpose,
        wanted=(wanted,),
        request_id=writer.request_id(),
        reason="import",
    )
    answer = ask_one(access)
    if isinstance(answer, Refusal) and "cap" in answer.rule:
        writer.held = answer
    return answer


def renumber(patient_pk: int, have: Known, changed: list[Item]) -> dict[int, int]:
    """Return the number each new resource and file gets in place of the one it was prepared with."""
    numbers, free = {}, next_n(patient_pk)
    for item in changed:
        for place in dict.fromkeys([item.n, *(n for n, _ in item.files)]):
            if place == item.n and (item.n == 0 or item.source in have.numbers):
                numbers[place] = have.numbers.get(item.source, 0)
            else:
                numbers[place] = free
                free += 1
    return numbers


class Text:
    """Puts the right references into bodies that were prepared as if the patient were new."""

    def __init__(self, writer: "Writer", ref: str, placeholder: str, have: Known, numbers: dict[int, int]) -> None:
        self.writer, self.ref, self.have, self.numbers = writer, ref, have, numbers
        self.marks = re.compile(placeholder.encode() + rb"(?:-([0-9]+))?")

    def settled(self, packed: bytes) -> bytes:
        """Return the JSON of a body with its references settled."""
        text = self.marks.sub(
            lambda found: fhir_id(self.ref, self.number(int(found[1] or 0))).encode(), seal.unpack(packed)
        )
        return rewrite(text, self.resolve)

    def number(self, n: int) -> int:
        """Return the number of a resource of the document; one that is unchanged has the number it had."""
        return self.numbers.get(n, n)

    def resolve(self, reference: str) -> str:
        """Point to what the patient already had under its source id."""
        key = key_of(reference)
        n = self.have.numbers.get(number(self.writer.numbers, f"{self.writer.namespace}|{key}"))
        return reference if n is None else f"{self.have.types[n]}/{fhir_id(self.ref, n)}"


def put(writer: "Writer", pass_: Pass, item: Item, text: Text) -> None:
    """Write one resource: new, or in the place of what the same source id gave before."""
    n = text.numbers[item.n]
    for place, packed in item.files:
        own = (item.source, item.digest) if item.type == BINARY else (None, None)
        add_file(pass_, text.numbers[place], packed, *own)
    bodies: dict[Compartment, Resource] = {
        Compartment(body.compartment): vault.decode(text.settled(body.packed)) for body in item.bodies
    }
    rows = writing.current(pass_.wanted.pk, n)
    if not rows:
        for where, body in bodies.items():
            new = Row(n, item.type, 1, where.value, now_ms(), False, b"")  # noqa: FBT003 - a row of columns
            writing.add_part(pass_, new, body, item.source, item.digest)
        if item.bodies:
            writer.counts.resources += 1
        return
    version = max(row.version for row in rows) + 1
    before = writing.opened(pass_, rows)
    wheres = PATIENT_COMPARTMENTS if item.type == "Patient" else tuple(bodies)
    for where in wheres:
        if before.get(where, {}) != bodies.get(where, {}):
            row = Row(n, item.type, version, where.value, now_ms(), not bodies.get(where), b"")
            writing.replace(pass_, row, bodies.get(where, {}), item.digest)
    Part.objects.filter(patient_id=pass_.wanted.pk, n=n, current=True).update(digest=item.digest, source=item.source)
    if item.type == "Patient":
        writing.refresh(pass_, before, bodies, writer.who, writer.request_id())
    writer.counts.updated += 1


def add_file(pass_: Pass, n: int, packed: bytes, source: int | None, digest: int | None) -> None:
    """Seal and insert a file."""
    where = seal.place(pass_.wanted.ref, BINARY, n, 1, Compartment.CLINICAL)
    sealed = seal.close_packed(vault.ciphers(pass_)[Compartment.CLINICAL], packed, where)
    File.objects.create(
        patient_id=pass_.wanted.pk, n=n, compartment=Compartment.CLINICAL, sealed=sealed, source=source, digest=digest
    )  # fmt: skip


def give_duties(writer: "Writer", patient_pk: int, item: Item, n: int) -> None:
    """Put the duties of a resource in the place of those it gave."""
    source = f"{item.type}/{n}"
    renamed = [msgspec.structs.replace(fact, source=source) for fact in item.facts]
    rows = writer.duties(patient_pk, [msgspec.structs.replace(item, facts=renamed)])
    feeds.put(rows, patient=patient_pk, source=source)
    writer.counts.duties += len(rows)
