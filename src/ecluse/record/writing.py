"""Writing: one resource at a time, under a :class:`Pass`, with the version it replaces.

Promises:

- **R2** Nothing is sealed without the key that the Pass carries: what was not granted cannot be written.
- **R6** An update names the version it changes; a stale one is refused and changes nothing.
- **R7** A resource is stored under its own patient only: one that names another patient is refused.

Order of one write, in one transaction: file bytes, parts, tokens, duties. A crash before the commit leaves nothing of
it; the safe's entry (who was given the key to write) stays, which is the safe side.
"""

import copy

from django.db import transaction

from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Action, Compartment, Ground, Purpose
from ecluse.gate import feeds
from ecluse.gate.access import Pass, Wanted
from ecluse.record import directory, facts, files, ins, line, terms, vault
from ecluse.record.fhir_types import (
    PATIENT_TYPES,
    SUBJECT,
    SUBSETTED,
    Resource,
    fhir_id,
    parse_id,
    references,
    split,
    subject_of,
)
from ecluse.record.models import Part, Patient, Token, new_ref, now_ms
from ecluse.record.people import NOBODY, Meant, of_entry
from ecluse.record.stored import NotFoundError, StaleError, Stored
from ecluse.record.validate import check
from ecluse.record.vault import Row
from ecluse.safe.protocol import Newcomer, Who


def create(granted: Pass, resource: Resource, who: Who, request_id: str) -> Stored:
    """Add a resource to the patient of the Pass.

    Raises:
        BadInputError: not valid, or of another patient.
        RefusedError: its compartment is not granted.
    """
    kind = str(resource.get("resourceType"))
    if kind not in PATIENT_TYPES or kind == "Patient":
        raise BadInputError("This type cannot be added to a patient.")
    if PATIENT_TYPES[kind] not in granted.keys:
        raise RefusedError("Resources of this type may not be written by you.")
    fresh = own(copy.deepcopy(resource), granted.wanted.ref)
    check(fresh)
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=granted.wanted.pk)
        n = settle_files(granted, fresh)
        for compartment, body in split(kind, fresh).items():
            add_part(granted, Row(n, kind, 1, compartment, now_ms(), False, b""), body)  # noqa: FBT003 - a row of columns
        make_duties(granted.wanted.pk, fresh, n, who, request_id)
    return written(granted, n)


def update(granted: Pass, n: int, resource: Resource, if_match: int, who: Who, request_id: str) -> Stored:
    """Put ``resource`` in the place of version ``if_match`` of resource ``n``.

    Of a Patient, parts that the Pass does not grant stay as they are, and naming any member of them is refused.

    Raises:
        BadInputError: not valid, of another type or patient.
        NotFoundError: there is no such resource.
        RefusedError: it holds what the Pass does not grant.
        StaleError: it is not at version ``if_match`` any more.
    """
    fresh = own(copy.deepcopy(resource), granted.wanted.ref)
    check(fresh)
    with transaction.atomic():
        Patient.objects.select_for_update().get(pk=granted.wanted.pk)
        rows = current(granted.wanted.pk, n)
        kind = replaceable(granted, rows, fresh, if_match)
        settle_files(granted, fresh)
        before = opened(granted, rows)
        after = split(kind, without_subsetted(granted, fresh))
        if {where for where, part in after.items() if part} - granted.keys.keys():
            raise RefusedError("This resource holds what you may not write.")
        changed = {where for where in granted.keys if before.get(where, {}) != after.get(where, {})}
        for where in sorted(changed):
            replace(
                granted, Row(n, kind, if_match + 1, where, now_ms(), not after.get(where), b""), after.get(where, {})
            )
        if changed:
            refresh(granted, before, after, who, request_id)
        if changed and (kind != "Patient" or Compartment.CARE in granted.keys):
            make_duties(granted.wanted.pk, fresh, n, who, request_id)
    return written(granted, n)


def create_patient(resource: Resource, who: Who, purpose: Purpose, request_id: str) -> Stored:
    """Make a new patient: the safe draws the salt and keys, so this opens nothing that exists.

    Raises:
        BadInputError: not a valid Patient, or a matricule INS whose key is wrong.
        RefusedError: this account may not create patients, or not with these members.
    """
    if resource.get("resourceType") != "Patient":
        raise BadInputError("This is not a Patient.")
    fresh = {name: value for name, value in resource.items() if name != "id"}
    check(fresh)
    ins.check(fresh, made_up=ins.takes_made_up())
    newcomer = Newcomer(patient=new_ref(), terms=terms.of_patient(fresh))
    [birth] = line.create(who, purpose, (newcomer,), request_id)
    parts = split("Patient", fresh)
    if parts.keys() - birth.keys.keys():
        raise RefusedError("This Patient holds what you may not write.")
    with transaction.atomic():
        patient = Patient.objects.create(ref=newcomer.patient, salt=birth.salt)
        wanted = Wanted(patient.pk, patient.ref, birth.salt, tuple(birth.keys))
        granted = Pass(wanted, birth.keys, Ground.UNEXPLAINED, None, birth.sequence)
        for compartment, body in parts.items():
            add_part(granted, Row(0, "Patient", 1, compartment, now_ms(), False, b""), body)  # noqa: FBT003 - a row of columns
        Token.objects.bulk_create([Token(token=token, patient_id=patient.pk) for token in set(birth.tokens)])
        make_duties(patient.pk, fresh, 0, who, request_id)
    return written(granted, 0)


def own(resource: Resource, ref: str) -> Resource:
    """Tie a resource to its patient: drop its id, set or check the reference to the patient.

    Raises:
        BadInputError: it names another patient.
    """
    resource.pop("id", None)
    kind = str(resource.get("resourceType"))
    here = f"Patient/{ref}"
    if kind == "Patient" or kind not in PATIENT_TYPES:
        return resource
    named = subject_of(resource)
    if named and named != here:
        raise BadInputError("This resource names another patient.")
    if not named and SUBJECT[kind] == "participant":
        resource.setdefault("participant", []).append({"actor": {"reference": here}, "status": "accepted"})
    elif not named:
        resource[SUBJECT[kind]] = {**resource.get(SUBJECT[kind], {}), "reference": here}
    return resource


def replaceable(granted: Pass, rows: list[Row], fresh: Resource, if_match: int) -> str:
    """Return the type of what is to be replaced.

    Raises:
        BadInputError: ``fresh`` is of another type.
        NotFoundError: there is nothing, or nothing of it is granted.
        StaleError: it is at another version.
    """
    if not any(Compartment(row.compartment) in granted.keys for row in rows):
        raise NotFoundError("There is no such resource here.")
    if fresh.get("resourceType") != rows[0].type:
        raise BadInputError("The type of a resource cannot change.")
    if max(row.version for row in rows) != if_match:
        raise StaleError("The resource has changed since.", "Read it again and redo the change.")
    if rows[0].type == "Patient":
        ins.check(fresh, made_up=ins.takes_made_up())
    return rows[0].type


def without_subsetted(granted: Pass, resource: Resource) -> Resource:
    """Drop the mark that a partial Patient was read with, and all of ``meta`` when identity, where it lives.

    Is not granted.
    """
    meta = dict(resource.pop("meta", {}))
    tags = [tag for tag in meta.pop("tag", ()) if tag != SUBSETTED]
    meta |= {"tag": tags} if tags else {}
    kept = meta and (resource["resourceType"] != "Patient" or Compartment.IDENTITY in granted.keys)
    return resource | ({"meta": meta} if kept else {})


def current(patient_pk: int, n: int) -> list[Row]:
    """Return the current parts of one resource."""
    found = Part.objects.filter(patient_id=patient_pk, n=n, current=True)
    return [Row(*row) for row in found.values_list(*vault.COLUMNS)]


def opened(granted: Pass, rows: list[Row]) -> dict[Compartment, Resource]:
    """Return the bodies of the granted parts that are not deleted."""
    keys = vault.ciphers(granted)
    return {
        Compartment(row.compartment): vault.open_body(granted.wanted.ref, keys, row)
        for row in rows
        if row.compartment in keys and not row.deleted
    }


def add_part(granted: Pass, row: Row, body: Resource, source: int | None = None, digest: int | None = None) -> None:
    """Seal and insert one part.

    Raises:
        RefusedError: its compartment is not granted.
    """
    if Compartment(row.compartment) not in granted.keys:
        raise RefusedError("This resource holds what you may not write.")
    sealed = vault.close_body(granted.wanted.ref, vault.ciphers(granted), row, body)
    Part.objects.create(
        patient_id=granted.wanted.pk, **row._replace(sealed=sealed)._asdict(), source=source, digest=digest
    )  # fmt: skip


def replace(granted: Pass, row: Row, body: Resource, digest: int | None = None) -> None:
    """Put a new version of one part in the place of the current one."""
    old = Part.objects.filter(patient_id=granted.wanted.pk, n=row.n, compartment=row.compartment, current=True)
    source = old.values_list("source", flat=True).first()
    old.update(current=False)
    add_part(granted, row, body, source, digest)


def settle_files(granted: Pass, resource: Resource) -> int:
    """Move inline bytes of attachments into files; return the next free number."""
    n = files.next_n(granted.wanted.pk)
    for attachment in files.inline(resource):
        data, media = files.take(attachment)
        attachment["url"] = files.add(granted, data, media, n)
        n += 1
    return n


def refresh(granted: Pass, before: dict[Compartment, Resource], after: dict[Compartment, Resource], who: Who,
            request_id: str) -> None:  # fmt: skip
    """Keep the blind index true when the identity of a Patient changed."""
    old, new = before.get(Compartment.IDENTITY, {}), after.get(Compartment.IDENTITY, {})
    gone, come = set(terms.of_patient(old)), set(terms.of_patient(new))
    changed = tuple(gone ^ come)
    if Compartment.IDENTITY not in granted.keys or not changed:
        return
    made = dict(zip(changed, line.tokens(who, Action.WRITE, changed, request_id), strict=True))
    for term in gone - come:
        Token.objects.filter(token=made[term], patient_id=granted.wanted.pk).delete()
    fresh = [Token(token=made[term], patient_id=granted.wanted.pk) for term in come - gone]
    Token.objects.bulk_create(fresh, ignore_conflicts=True)


def make_duties(patient_pk: int, resource: Resource, n: int, who: Who, request_id: str) -> None:
    """Put the duties a resource gives in the place of those it gave.

    Made by the writing account, so they explain nothing to it.
    """
    kind = resource["resourceType"]
    if kind not in facts.READERS:
        return
    now = now_ms() // 1000
    found = facts.of_resource(resource, n, now)
    places = feeds.Places.read()
    known = whom(resource, places, who, request_id)
    maker = places.maker(who.account, now)
    rows = [row for fact in found for row in facts.rows(fact, patient_pk, maker, places, known)]
    feeds.put(rows, patient=patient_pk, source=f"{kind}/{n}")


def whom(resource: Resource, places: feeds.Places, who: Who, request_id: str) -> dict[str, Meant]:
    """Return whom the references of a resource into the directory mean."""
    known: dict[str, Meant] = {}
    waiting = set(references(resource))
    for _ in range(2):  # a role first, then the person and places it points to
        asked = {
            parsed[0]: text for text in waiting if (parsed := parse_id(text.rpartition("/")[2])) and text not in known
        }
        entries = directory.get_many(asked, who, request_id)
        waiting = {text for entry in entries.values() for text in references(entry)}
        known |= {asked[ref]: of_entry(places, entry, known) for ref, entry in entries.items()}
    for text, meant in [(text, meant) for text, meant in known.items() if meant is NOBODY]:
        entry = directory.get(text.rpartition("/")[2], who, request_id)
        known[text] = of_entry(places, entry, known) if entry else meant
    return known


def written(granted: Pass, n: int) -> Stored:
    """Return what now stands as resource ``n``; a bare head when the last member that is granted was taken away."""
    rows = current(granted.wanted.pk, n)
    newest = max(rows, key=lambda row: row.version)
    name, version = fhir_id(granted.wanted.ref, n), newest.version
    meta = {"versionId": str(version), "lastUpdated": vault.instant(newest.updated)}
    found = vault.open_parts(granted, rows)
    return Stored(name, n, version, found[0] if found else {"resourceType": newest.type, "id": name, "meta": meta})
