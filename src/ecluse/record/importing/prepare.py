"""Preparing: one document in, patients ready for the seal out.

Validation, grouping by patient, references, terms, duties, digests.

Promise:

- **R3** Every resource that is read comes out once: in a group, in the directory, or among the rejects with its reason.

References inside a document (``urn:uuid:…``, ``Type/id``) are rewritten to ours when their target is of the same
patient or in the directory; others stay as they are.
"""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable

import msgspec

from ecluse.core.errors import BadInputError
from ecluse.record import facts, files, ins, seal, terms, vault
from ecluse.record.directory import body_of, number, ref_of
from ecluse.record.fhir_types import (
    ATTACHMENTS,
    BINARY,
    DIRECTORY_TYPES,
    PATIENT_TYPES,
    Resource,
    fhir_id,
    key_of,
    split,
    subject_of,
)
from ecluse.record.importing.prepared import Body, Entry, Group, Item, Reject
from ecluse.record.models import new_ref
from ecluse.record.validate import reason_against

REFERENCE = re.compile(rb'"reference":("(?:[^"\\]|\\.)*")')
URL = re.compile(rb'"url":("(?:Binary/|urn:uuid:)(?:[^"\\]|\\.)*")')
ADDS = frozenset({"", "POST", "PUT"})
BUNDLES = frozenset({"transaction", "batch", "collection", "searchset", "document", "history"})

Resolve = Callable[[str], str]


class Request(msgspec.Struct, frozen=True):
    """How an entry of a bundle would be written; only additions are imported."""

    method: str = ""


class BundleEntry(msgspec.Struct):
    """One entry of a bundle, its resource still as text."""

    resource: msgspec.Raw = msgspec.Raw(b"null")
    fullUrl: str = ""  # noqa: N815 - FHIR's name
    request: Request = Request()


class Document(msgspec.Struct):
    """A bundle, or a resource by itself: as much of it as tells which."""

    resourceType: str  # noqa: N815 - FHIR's name
    type: str = ""
    entry: list[BundleEntry] = []


class Head(msgspec.Struct):
    """What every resource tells first."""

    resourceType: str = ""  # noqa: N815 - FHIR's name
    id: str = ""


class Piece(msgspec.Struct):
    """A resource on its way: where it stood, by which keys others refer to it, itself."""

    reject: Reject
    keys: tuple[str, ...]
    resource: Resource
    patient: str = ""


class Taken(msgspec.Struct):
    """What one document gave."""

    groups: list[Group] = []
    entries: list[Entry] = []
    rejects: list[Reject] = []
    read: int = 0


DOCUMENT = msgspec.json.Decoder(Document)
HEAD = msgspec.json.Decoder(Head)


class Preparer:
    """Prepares documents for the writer. ``known``: keyed numbers of the directory entries that exist or were read."""

    def __init__(self, key: bytes, namespace: str, known: Iterable[int], now: int, *, made_up: bool) -> None:
        self.key = key
        self.namespace = namespace
        self.known = set(known)
        self.now = now
        self.made_up = made_up

    def number(self, key: str) -> int:
        """Return the keyed number of a source id."""
        return number(self.key, f"{self.namespace}|{key}")

    def digest(self, text: bytes) -> int:
        """Return the keyed number of a content."""
        made = hashlib.blake2b(text, digest_size=8, key=self.key).digest()
        return int.from_bytes(made, "big", signed=True)

    def document(self, source: str, line: int, text: bytes) -> Taken:
        """Prepare one document: a bundle, or one resource by itself."""
        taken = Taken()
        try:
            read = DOCUMENT.decode(text)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            bad = "not JSON" if isinstance(error, msgspec.DecodeError) else "not a FHIR resource"
            taken.read = 1
            taken.rejects.append(Reject(source, line, 0, "", "", bad))
            return taken
        if read.resourceType != "Bundle":
            return self.resources(taken, [(Reject(source, line, 0, "", "", ""), BundleEntry(msgspec.Raw(text)))])
        places = [(Reject(source, line, place, "", "", ""), entry) for place, entry in enumerate(read.entry)]
        if read.type not in BUNDLES:
            taken.read = len(places)
            taken.rejects += [refuse(where, "its bundle is not of a type that is imported") for where, _ in places]
            return taken
        return self.resources(taken, places)

    def resources(self, taken: Taken, places: list[tuple[Reject, BundleEntry]]) -> Taken:
        """Prepare resources that may refer to each other."""
        taken.read += len(places)
        pieces = [piece for where, entry in places if (piece := self.piece(taken, where, entry)) is not None]
        aliases = {key: piece.keys[0] for piece in pieces for key in piece.keys}
        by_patient: dict[str, list[Piece]] = defaultdict(list)
        for piece in pieces:
            kind = piece.resource["resourceType"]
            if kind in DIRECTORY_TYPES:
                self.known.add(self.number(piece.keys[0]))
        for piece in pieces:
            kind = piece.resource["resourceType"]
            if kind in DIRECTORY_TYPES:
                taken.entries.append(self.entry(piece, aliases))
                continue
            piece.patient = self.owner(piece, aliases)
            by_patient[piece.patient].append(piece)
        self.place_binaries(taken, by_patient)
        for patient, own in by_patient.items():
            if patient:
                taken.groups.append(self.group(taken, patient, own, aliases))
            else:
                taken.rejects += [refuse(piece.reject, "it names no patient") for piece in own]
        return taken

    def piece(self, taken: Taken, where: Reject, entry: BundleEntry) -> Piece | None:
        """Validate one resource; None when it goes to the rejects."""
        raw = bytes(entry.resource)
        try:
            head = HEAD.decode(raw)
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            taken.rejects.append(refuse(where, "no resource here" if raw == b"null" else "not a FHIR resource"))
            return None
        where.type, where.id = head.resourceType[:64], head.id[:64]
        if entry.request.method not in ADDS:
            taken.rejects.append(refuse(where, "only additions are imported (POST, PUT)"))
            return None
        reason = "" if head.resourceType == BINARY else reason_against(raw)
        if reason:
            taken.rejects.append(refuse(where, reason))
            return None
        resource = vault.decode(raw)
        try:
            if head.resourceType == "Patient":
                ins.check(resource, made_up=self.made_up)
        except BadInputError as error:
            taken.rejects.append(refuse(where, error.message))
            return None
        return Piece(where, self.keys(head, entry.fullUrl, raw), resource)

    def keys(self, head: Head, url: str, raw: bytes) -> tuple[str, ...]:
        """Return the keys of a resource, its own first: ``Type/id``, and the fullUrl of its entry when that differs."""
        uuid = url.removeprefix("urn:uuid:") if url.startswith("urn:uuid:") else ""
        own = head.id or uuid or f"#{self.digest(raw) & (2**64 - 1):016x}"
        main = f"{head.resourceType}/{own}"
        other = url if url.startswith("urn:") else key_of(url)
        return (main, other) if other and other != main else (main,)

    def owner(self, piece: Piece, aliases: dict[str, str]) -> str:
        """Return the key of the patient a resource belongs to, or an empty string."""
        kind = piece.resource["resourceType"]
        if kind == "Patient":
            return piece.keys[0]
        if kind not in PATIENT_TYPES:
            return ""
        named = key_of(subject_of(piece.resource))
        named = aliases.get(named, named)
        return named if named.startswith("Patient/") else ""

    def place_binaries(self, taken: Taken, by_patient: dict[str, list[Piece]]) -> None:
        """Give the Binaries of a document to its one patient; with none or several nobody can tell whose they are."""
        lost = [piece for piece in by_patient.get("", []) if piece.resource["resourceType"] == BINARY]
        patients = [patient for patient in by_patient if patient]
        if not lost or len(patients) != 1:
            return
        by_patient[""] = [piece for piece in by_patient[""] if piece not in lost]
        for piece in lost:
            if isinstance(piece.resource.get("data"), str):
                by_patient[patients[0]].append(piece)
            else:
                taken.rejects.append(refuse(piece.reject, "Binary.data is missing"))

    def entry(self, piece: Piece, aliases: dict[str, str]) -> Entry:
        """Prepare a directory entry."""
        kind = piece.resource["resourceType"]
        digest = self.digest(vault.encode(piece.resource))
        packed = rewrite(vault.encode(body_of(piece.resource)), lambda text: self.elsewhere(text, aliases))
        source = self.number(piece.keys[0])
        return Entry(ref_of(self.key, f"{self.namespace}|{piece.keys[0]}"), kind, source, digest, seal.pack(packed))

    def elsewhere(self, reference: str, aliases: dict[str, str]) -> str:
        """Rewrite a reference into the directory when its target is known; leave any other as it is."""
        key = key_of(reference)
        key = aliases.get(key, key)
        kind = key.partition("/")[0]
        if kind in DIRECTORY_TYPES and self.number(key) in self.known:
            return f"{kind}/{ref_of(self.key, f'{self.namespace}|{key}')}"
        return reference

    @staticmethod
    def only_one(taken: Taken, own: list[Piece]) -> list[Piece]:
        """Return the Patient of a group, the last when a document has it twice; the others are rejected."""
        people = [piece for piece in own if piece.resource["resourceType"] == "Patient"]
        taken.rejects += [
            refuse(piece.reject, "the same Patient comes again in this document") for piece in people[:-1]
        ]
        return people[-1:]

    def group(self, taken: Taken, patient: str, own: list[Piece], aliases: dict[str, str]) -> Group:
        """Prepare one patient and the resources that name it."""
        ref = new_ref()
        people = self.only_one(taken, own)
        others = [piece for piece in own if piece.resource["resourceType"] != "Patient"]
        numbers = {patient: f"Patient/{ref}"}
        for n, piece in enumerate(others, 1):
            numbers[piece.keys[0]] = f"{piece.resource['resourceType']}/{fhir_id(ref, n)}"

        known: dict[str, str] = {}

        def resolve(reference: str) -> str:
            found = known.get(reference)
            if found is None:
                key = key_of(reference)
                found = numbers.get(aliases.get(key, key))
                found = known[reference] = found if found is not None else self.elsewhere(reference, aliases)
            return found

        after = len(others) + 1
        items = []
        for n, piece in [(0, piece) for piece in people] + list(enumerate(others, 1)):
            try:
                item = self.item(ref, n, piece, resolve, after)
            except BadInputError as error:
                taken.rejects.append(refuse(piece.reject, error.message))
                continue
            after += len(item.files)
            items.append(item)
        found = terms.of_patient(people[-1].resource) if people else None
        return Group(self.number(patient), ref, found, items)

    def item(self, ref: str, n: int, piece: Piece, resolve: Resolve, after: int) -> Item:
        """Prepare one resource of a patient; files taken out of it are numbered from ``after``."""
        resource = piece.resource
        kind = resource["resourceType"]
        source = self.number(piece.keys[0])
        digest = self.digest(vault.encode(resource)) if kind == BINARY or kind in ATTACHMENTS else 0
        if kind == BINARY:
            data, media = files.take(resource)
            return Item(n, kind, source, digest, [], [], [(n, seal.pack(files.body(data, media)))], piece.reject)
        taken = []
        if kind in ATTACHMENTS:
            for place, attachment in enumerate(files.inline(resource), after):
                data, media = files.take(attachment)
                attachment["url"] = f"{BINARY}/{fhir_id(ref, place)}"
                taken.append((place, seal.pack(files.body(data, media))))
        texts = {where: vault.encode(body) for where, body in split(kind, resource).items()}
        digest = digest or self.digest(b"\n".join(texts.values()))
        bodies = [Body(where.value, seal.pack(rewrite(text, resolve))) for where, text in texts.items()]
        found = [settle(fact, resolve) for fact in facts.of_resource(resource, n, self.now)]
        return Item(n, kind, source, digest, bodies, found, taken, piece.reject)


def refuse(where: Reject, reason: str) -> Reject:
    """Return the reject of a resource."""
    return msgspec.structs.replace(where, reason=reason)


def rewrite(text: bytes, resolve: Resolve) -> bytes:
    """Rewrite the references in compact JSON.

    A member name before a colon cannot stand inside a string: its quotes would be escaped.
    """

    def put(found: re.Match[bytes]) -> bytes:
        quoted = found[1]
        written = quoted[1:-1].decode() if b"\\" not in quoted else str(json.loads(quoted))
        chosen = resolve(written)
        return found[0] if chosen == written else found[0][: -len(quoted)] + b'"%s"' % chosen.encode()

    return URL.sub(put, REFERENCE.sub(put, text))


def settle(fact: facts.Fact, resolve: Resolve) -> facts.Fact:
    """Rewrite the references of a fact."""
    settled = tuple(
        one | {"reference": resolve(one["reference"])} if isinstance(one.get("reference"), str) else one
        for one in fact.references
    )
    return msgspec.structs.replace(fact, references=settled)
