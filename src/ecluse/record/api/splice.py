"""Opened parts joined into the text of one resource, without reading what they say.

The parts of a resource hold different members, so their texts can be joined as they are. What cannot (a part with a
``meta`` of its own) goes through :mod:`ecluse.record.vault`, which reads and merges; a test compares both.
"""

import time
from functools import lru_cache
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ecluse.gate.access import Pass
from ecluse.record import seal, vault
from ecluse.record.api.outcome import absent
from ecluse.record.fhir_types import PATIENT_COMPARTMENTS, SUBSETTED, fhir_id
from ecluse.record.vault import Row

META = b'"meta"'
DAY_S = 86_400
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
    newest = max(rows, key=version_of) if len(rows) > 1 else rows[0]
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
    return f"{date(seconds // DAY_S)}T{clock(seconds)}.{rest:03}Z"


@lru_cache(maxsize=1_024)
def date(unix_day: int) -> str:
    """Return a day, counted from 1 January 1970, in ISO 8601."""
    return time.strftime("%Y-%m-%d", time.gmtime(unix_day * DAY_S))


def clock(seconds: int) -> str:
    """Return the time of day (UTC) of a Unix time."""
    of_day = seconds % DAY_S
    return f"{of_day // 3600:02}:{of_day // 60 % 60:02}:{of_day % 60:02}"
