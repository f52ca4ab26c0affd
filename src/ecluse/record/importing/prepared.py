"""What a worker hands to the writer.

Everything of one document that needs neither a key of a patient nor the database.
"""

import msgspec

from ecluse.core.words import Term
from ecluse.record.facts import Fact


class Reject(msgspec.Struct, array_like=True):
    """What an import did not take: where it stands, what it is, why. Never its content."""

    source: str
    line: int
    entry: int
    type: str
    id: str
    reason: str


class Body(msgspec.Struct, array_like=True):
    """One compartment of a resource, as JSON, packed for the seal."""

    compartment: str
    packed: bytes


class Item(msgspec.Struct, array_like=True):
    """One resource of a patient: number, type, keyed numbers of its source id and of its content, its parts.

    ``files`` are inline documents taken out of it: their numbers and packed bytes.
    """

    n: int
    type: str
    source: int
    digest: int
    bodies: list[Body]
    facts: list[Fact]
    files: list[tuple[int, bytes]]
    reject: Reject


class Group(msgspec.Struct, array_like=True):
    """One patient of a document.

    ``ref`` is new; when the patient exists already, the writer puts the right one in its place.

    ``terms`` is None when the document holds resources of a patient without the Patient itself.
    """

    source: int
    ref: str
    terms: tuple[tuple[Term, str], ...] | None
    items: list[Item]


class Entry(msgspec.Struct, array_like=True):
    """One directory entry: reference, type, keyed numbers, packed body."""

    ref: str
    type: str
    source: int
    digest: int
    packed: bytes


class Batch(msgspec.Struct, array_like=True):
    """Some documents. ``read`` counts the resources they held, ``position`` the bytes of input behind it."""

    groups: list[Group]
    entries: list[Entry]
    rejects: list[Reject]
    read: int
    position: int


class Job(msgspec.Struct):
    """What a worker needs to know.

    Where to read, under which name ids are known, the keyed-number key, known directory entries; whether made-up
    identities are taken.
    """

    paths: list[str]
    namespace: str
    key: bytes
    known: list[int]
    scratch: str
    batch: int
    made_up: bool = False


ENCODER = msgspec.msgpack.Encoder()
DECODER = msgspec.msgpack.Decoder(Batch)
