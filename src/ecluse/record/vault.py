"""The vault: sealed parts in, FHIR resources out. Only a :class:`Pass` carries keys, and only the safe makes one.

Promise:

- **R2** A part opens only at its place (see ``seal.py``); what the Pass does not grant leaves no trace of itself in
  what comes out.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ecluse.core.words import Compartment
from ecluse.gate.access import Pass
from ecluse.record import seal
from ecluse.record.fhir_types import PATIENT_COMPARTMENTS, SUBSETTED, Resource, fhir_id

DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
ENCODER = msgspec.json.Encoder(decimal_format="number")


class Row(NamedTuple):
    """A sealed part as the database gives it (columns of ``record_part`` in this order)."""

    n: int
    type: str
    version: int
    compartment: str
    updated: int
    deleted: bool
    sealed: bytes


COLUMNS = Row._fields


def instant(milliseconds: int) -> str:
    """Return Unix milliseconds as a FHIR instant in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def encode(resource: object) -> bytes:
    """Return compact JSON. Decimals keep the digits they came with (FHIR: precision is meaning)."""
    return ENCODER.encode(resource)


def decode(text: bytes | str) -> Resource:
    """Return a resource from JSON; numbers with a point become ``Decimal``.

    Raises:
        msgspec.MsgspecError: not JSON, or not an object.
    """
    return DECODER.decode(text)


def ciphers(granted: Pass) -> dict[str, AESGCM]:
    """Return one cipher a granted compartment."""
    return {compartment.value: AESGCM(key) for compartment, key in granted.keys.items()}


def open_parts(granted: Pass, rows: Iterable[Row]) -> list[Resource]:
    """Open the parts of one patient and merge them into resources, in order of ``n``.

    ``rows`` must be of the Pass's patient, one version of each compartment. Give *all* current rows of a Patient (also
    of compartments not granted: they are not opened) so that ``meta.versionId`` is the same for every reader.

    Raises:
        SealError: a part does not belong where it was found.
    """
    keys = ciphers(granted)
    ordered = sorted(rows, key=attrgetter("n"))
    opened = (open_resource(granted.wanted.ref, keys, list(group)) for _, group in groupby(ordered, attrgetter("n")))
    return [resource for resource in opened if resource is not None]


def open_resource(ref: str, keys: dict[str, AESGCM], rows: list[Row]) -> Resource | None:
    """Merge the parts of one resource; None when nothing of it is granted (or all that is was deleted)."""
    shown = [row for row in rows if row.compartment in keys and not row.deleted]
    if not shown:
        return None
    newest = max(rows, key=attrgetter("version"))
    head: Resource = {"resourceType": newest.type, "id": fhir_id(ref, newest.n)}
    meta: Resource = {"versionId": str(newest.version), "lastUpdated": instant(newest.updated)}
    body: Resource = {}
    for row in shown:
        body |= open_body(ref, keys, row)
    meta |= body.pop("meta", {})
    if newest.type == "Patient" and not keys.keys() >= set(PATIENT_COMPARTMENTS):
        meta["tag"] = [*meta.get("tag", ()), SUBSETTED]
    return head | {"meta": meta} | body


def open_body(ref: str, keys: dict[str, AESGCM], row: Row) -> Resource:
    """Open one part.

    Raises:
        SealError: it does not belong where it was found.
    """
    where = seal.place(ref, row.type, row.n, row.version, row.compartment)
    return decode(seal.open_(keys[row.compartment], row.sealed, where))


def close_body(ref: str, keys: dict[str, AESGCM], row: Row, body: Resource) -> bytes:
    """Seal the body of one part at the place ``row`` tells (its ``sealed`` is not read)."""
    where = seal.place(ref, row.type, row.n, row.version, row.compartment)
    return seal.close(keys[row.compartment], encode(body), where)


def holds(compartment: Compartment, granted: Pass) -> bool:
    """Tell whether the Pass grants ``compartment``."""
    return compartment in granted.keys
