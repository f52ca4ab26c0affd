"""Opened parts joined into the text of one resource, without reading what they say.

The parts of a resource hold different members, so their texts can be joined as they are. What cannot (a part with a
``meta`` of its own) goes through :mod:`ecluse.record.vault`, which reads and merges; a test compares both.
"""

import time
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ecluse.gate.access import Pass
from ecluse.record import seal, vault
from ecluse.record.api.outcome import absent
from ecluse.record.fhir_types import PATIENT_COMPARTMENTS, SUBSETTED, fhir_id
from ecluse.record.vault import Row

META = b'"meta"'
ONLY_A_PART = b',"tag":[' + vault.encode(SUBSETTED) + b"]"


class Shown(NamedTuple):
    """The text of a resource, its version, and when it was written (Unix ms)."""

    text: bytes
    version: int
    updated: int


def opened(given: Pass, rows: list[Row]) -> Shown:
    """Open the parts that the Pass grants of one resource, and join them.

    Raises:
        ProblemError: 404, they hold nothing.
        SealError: a part does not belong where it was found.
    """
    bodies = [body for row in rows if (body := body_of(given, row)) is not None]
    if not bodies:
        raise absent()
    newest = max(rows, key=version_of)
    if any(META in body for body in bodies):
        [resource] = vault.open_parts(given, rows)
        return Shown(vault.encode(resource), newest.version, newest.updated)
    members = b",".join((head(given, newest), *(body[1:-1] for body in bodies if len(body) > 2)))  # noqa: PLR2004 - {}
    return Shown(b"{" + members + b"}", newest.version, newest.updated)


def body_of(given: Pass, row: Row) -> bytes | None:
    """Open one part; None when it is not granted, or was deleted."""
    key = given.keys.get(row.compartment)  # type: ignore[call-overload]
    if key is None or row.deleted:
        return None
    where = seal.place(given.wanted.ref, row.type, row.n, row.version, row.compartment)
    return seal.open_(AESGCM(key), row.sealed, where)


def version_of(row: Row) -> int:
    """Return the version of a part."""
    return row.version


def head(given: Pass, newest: Row) -> bytes:
    """Return the members that are known from the rows."""
    id_ = fhir_id(given.wanted.ref, newest.n)
    part = b""
    if newest.type == "Patient" and not given.keys.keys() >= set(PATIENT_COMPARTMENTS):
        part = ONLY_A_PART
    meta = f'"meta":{{"versionId":"{newest.version}","lastUpdated":"{instant(newest.updated)}"'
    return f'"resourceType":"{newest.type}","id":"{id_}",{meta}'.encode("ascii") + part + b"}"


def instant(milliseconds: int) -> str:
    """Return Unix milliseconds as a FHIR instant in UTC."""
    seconds, rest = divmod(milliseconds, 1_000)
    at = time.gmtime(seconds)
    return f"{at[0]:04}-{at[1]:02}-{at[2]:02}T{at[3]:02}:{at[4]:02}:{at[5]:02}.{rest:03}Z"
