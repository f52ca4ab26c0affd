"""The writer: takes batches, has new patients born by the safe, seals, inserts; one transaction a batch.

Promises:

- **R3** What is not stored is in the rejects with its reason; a resource already stored with the same content counts as
  unchanged.
- **R4** Re-running changes nothing: a patient is known by the keyed number of its source id, a resource by that of its
  own and by that of its content.

Order of one batch: ask the safe for the births (traced before any key comes); then, in one transaction, directory,
patients, parts, files, tokens, duties. A crash in between leaves creations in the trace that no row belongs to; the
next run makes those patients anew.
"""

import time
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from ecluse.core.words import Compartment, Ground, Purpose
from ecluse.gate import feeds
from ecluse.gate.access import Pass, Refusal, Wanted
from ecluse.gate.duties import IMPORT
from ecluse.record import directory, facts, line, seal, vault
from ecluse.record.fhir_types import BINARY, Resource
from ecluse.record.importing import amend, bulk
from ecluse.record.importing.prepared import Batch, Entry, Group, Item, Reject
from ecluse.record.models import Directory, Patient, TokenPending, now_ms
from ecluse.record.people import Meant, of_entry
from ecluse.safe.protocol import Birth, Newcomer, Who

MERGE_EVERY = 200_000
REMEMBERED = 5_000


class Counts(msgspec.Struct):
    """What an import did. ``resources`` of new patients or added; ``unchanged`` were there already."""

    read: int = 0
    patients: int = 0
    resources: int = 0
    unchanged: int = 0
    updated: int = 0
    directory: int = 0
    duties: int = 0
    rejected: int = 0


class Writer:
    """Writes batches for one account. Fill ``counts``; rejects are handed back by :meth:`write`."""

    def __init__(self, who: Who, purpose: Purpose, key: bytes, namespace: str, *, numbers: bytes,
                 decoys: bool = False) -> None:  # fmt: skip
        self.who = who
        self.purpose = purpose
        self.namespace = namespace
        self.decoys = decoys
        self.bulk = bulk.bulk()
        self.bulk.prepare()
        self.key = key
        self.numbers = numbers
        self.cipher = AESGCM(key)
        self.counts = Counts()
        self.places = feeds.Places.read()
        self.known: dict[int, tuple[int, int]] = {}
        self.meant: dict[str, Meant] = {}
        self.newborn: dict[int, Pass] = {}
        self.held: Refusal | None = None
        self.unmerged = TokenPending.objects.exists()
        self.since_merge = 0
        self.request = 0
        self.load_directory()

    def load_directory(self) -> None:
        """Read which directory entries exist, and whom they mean: roles last, they point to the others."""
        rows = Directory.objects.filter(current=True).order_by("pk")
        for row in sorted(rows.iterator(), key=lambda row: row.type == "PractitionerRole"):
            if row.source is not None:
                self.known[row.source] = (row.digest or 0, row.version)
            self.learn(row.type, row.ref, directory.open_(self.key, row))

    def learn(self, kind: str, ref: str, resource: Resource) -> None:
        """Remember whom a directory entry means."""
        self.meant[f"{kind}/{ref}"] = of_entry(self.places, {"resourceType": kind, **resource}, self.meant)

    def request_id(self) -> str:
        """Return the id of the next request to the safe."""
        self.request += 1
        return f"{self.who.session[:40]}-{self.request}"

    def write(self, batch: Batch) -> list[Reject]:
        """Write one batch; return all its rejects.

        Raises:
            RefusedError: the account may not create patients.
            SafeUnavailableError: the safe cannot be reached: nothing of the batch is written.
        """
        self.counts.read += batch.read
        rejects = list(batch.rejects)
        there = dict(
            Patient.objects.filter(source__in={group.source for group in batch.groups}).values_list("source", "pk")
        )
        seen: set[int | None] = set(there)
        fresh, later = [], []
        for group in batch.groups:
            if group.source in seen or group.terms is None:
                later.append(group)
            else:
                seen.add(group.source)
                fresh.append(group)
        births = self.births(fresh)
        with transaction.atomic():
            self.put_directory(batch.entries)
            self.put_patients(fresh, births)
        rejects += amend.groups(self, later)
        self.counts.rejected += len(rejects)
        self.merge_if_due(len(fresh))
        return rejects

    def births(self, fresh: list[Group]) -> tuple[Birth, ...]:
        """Have the new patients born."""
        if not fresh:
            return ()
        newcomers = tuple(Newcomer(patient=g.ref, terms=g.terms or (), decoy=self.decoys) for g in fresh)
        return line.create(self.who, self.purpose, newcomers, self.request_id())

    def put_directory(self, entries: list[Entry]) -> None:
        """Insert directory entries that are new or changed.

        Organisations and people before the roles that point to them.
        """
        rows, now = [], now_ms()
        for entry in sorted(entries, key=lambda entry: entry.type == "PractitionerRole"):
            digest, version = self.known.get(entry.source, (None, 0))
            if digest == entry.digest:
                self.counts.unchanged += 1
                continue
            if version:
                Directory.objects.filter(ref=entry.ref, version=version).update(current=False)
            version += 1
            where = seal.place(entry.ref, entry.type, 0, version, directory.COMPARTMENT)
            sealed = seal.close_packed(self.cipher, entry.packed, where)
            rows.append((entry.ref, entry.type, version, True, now, entry.source, entry.digest, sealed))
            self.known[entry.source] = (entry.digest, version)
            self.learn(entry.type, entry.ref, vault.decode(seal.unpack(entry.packed)))
        if rows:
            self.flush_versions(rows)
        self.counts.directory += len(rows)

    def flush_versions(self, rows: list[tuple[Any, ...]]) -> None:
        """Insert directory rows; of an entry that comes twice in a batch only the last is current."""
        last = {row[0]: row[2] for row in rows}
        self.bulk.insert(bulk.DIRECTORY, [(*row[:3], last[row[0]] == row[2], *row[4:]) for row in rows])

    def put_patients(self, fresh: list[Group], births: Iterable[Birth]) -> None:
        """Insert new patients with all that is theirs."""
        if not fresh:
            return
        now = now_ms()
        born = list(zip(self.bulk.patient_ids(len(fresh)), fresh, births, strict=True))
        patients = [(pk, group.ref, birth.salt, group.source, now) for pk, group, birth in born]
        self.bulk.insert(bulk.PATIENT, patients)
        self.bulk.insert(bulk.PART, [row for one in born for row in self.parts(*one, now)])
        files = [row for one in born for row in self.files(*one, now)]
        if files:
            self.bulk.insert(bulk.FILE, files)
        self.bulk.insert(bulk.PENDING, [(token, pk) for pk, _, birth in born for token in set(birth.tokens)])
        duties = [row for pk, group, _ in born for row in self.duties(pk, group.items)]
        if duties:
            self.bulk.insert(bulk.DUTY, duties)
        self.remember(born)
        self.counts.patients += len(fresh)
        self.counts.duties += len(duties)
        self.counts.resources += sum(len(group.items) for group in fresh)

    def remember(self, born: list[tuple[int, Group, Birth]]) -> None:
        """Keep the keys of the last newborn patients of this run: more of them may follow in the next documents."""
        for pk, group, birth in born:
            wanted = Wanted(pk, group.ref, birth.salt, tuple(birth.keys))
            self.newborn[pk] = Pass(wanted, birth.keys, Ground.UNEXPLAINED, None, birth.sequence)
        for pk in list(self.newborn)[: max(0, len(self.newborn) - REMEMBERED)]:
            del self.newborn[pk]

    @staticmethod
    def parts(pk: int, group: Group, birth: Birth, now: int) -> Iterator[tuple[Any, ...]]:
        """Seal the parts of a new patient."""
        ciphers: dict[str, AESGCM] = {}
        for item in group.items:
            for compartment, packed in ((body.compartment, body.packed) for body in item.bodies):
                cipher = ciphers.get(compartment)
                if cipher is None:
                    cipher = ciphers[compartment] = AESGCM(birth.keys[Compartment(compartment)])
                where = seal.place(group.ref, item.type, item.n, 1, compartment)
                yield (
                    pk, item.n, item.type, 1, compartment, True, False, now, item.source, item.digest,
                    seal.close_packed(cipher, packed, where),
                )  # fmt: skip

    @staticmethod
    def files(pk: int, group: Group, birth: Birth, now: int) -> Iterator[tuple[Any, ...]]:
        """Seal the files of a new patient."""
        for item in group.items:
            for n, packed in item.files:
                where = seal.place(group.ref, BINARY, n, 1, Compartment.CLINICAL)
                sealed = seal.close_packed(AESGCM(birth.keys[Compartment.CLINICAL]), packed, where)
                source, digest = (item.source, item.digest) if item.type == BINARY else (None, None)
                yield (pk, n, Compartment.CLINICAL.value, now, source, digest, sealed)

    def duties(self, pk: int, items: list[Item]) -> list[feeds.Row]:
        """Return the rows of duty that resources give."""
        maker = self.places.maker(IMPORT + self.who.account, int(time.time()))
        return [
            row for item in items for fact in item.facts for row in facts.rows(fact, pk, maker, self.places, self.meant)
        ]

    def merge_if_due(self, added: int) -> None:
        """Merge waiting tokens now and then, so that an import of any size needs the same room."""
        self.since_merge += added
        self.unmerged = self.unmerged or added > 0
        if self.since_merge >= MERGE_EVERY:
            self.merge()

    def merge(self) -> None:
        """Merge waiting tokens into the blind index, also those an interrupted run left."""
        if self.unmerged:
            self.bulk.merge()
            self.unmerged, self.since_merge = False, 0
