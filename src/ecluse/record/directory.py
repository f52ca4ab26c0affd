"""The directory: practitioners, roles, organisations, places and medications. Not about patients, sealed all the same.

The directory key is asked of the safe once a process (traced) and kept. References are derived from the source's own
ids with a key made of it, so an import in any order, in several processes, names the same entry alike.
"""

import hashlib
import hmac
from collections.abc import Iterable, Iterator
from functools import cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction

from ecluse.core.errors import BadInputError
from ecluse.gate import world
from ecluse.record import line, seal, vault
from ecluse.record.fhir_types import DIRECTORY_TYPES, Resource
from ecluse.record.models import Directory, new_ref, now_ms
from ecluse.record.names import words
from ecluse.record.stored import NotFoundError, StaleError, Stored
from ecluse.record.validate import check
from ecluse.safe.protocol import Who

COMPARTMENT = "directory"
_keys: dict[str, bytes] = {}


def key(who: Who, request_id: str = "directory") -> bytes:
    """Return the directory key, asked of the safe once a process.

    Raises:
        RefusedError: this account may not have it.
        SafeUnavailableError: the safe cannot be reached.
    """
    home = str(world.home().path)
    if home not in _keys:
        _keys[home] = line.directory_key(who, request_id)
    return _keys[home]


@cache
def derive(key_: bytes, use: str) -> bytes:
    """Return a key for another use, made from the directory key."""
    return hmac.digest(key_, f"ecluse v1 {use}".encode(), "sha256")


def number(key_: bytes, text: str) -> int:
    """Return a keyed 64-bit number of ``text``: what ``source`` and ``digest`` columns hold."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8, key=key_).digest(), "big", signed=True)


def ref_of(key_: bytes, source: str) -> str:
    """Return the reference (32 hex digits, a UUIDv8) of the entry that the source calls ``source``."""
    made = int.from_bytes(hashlib.blake2b(source.encode(), digest_size=16, key=key_).digest(), "big")
    made = (made & ~(0xF << 76) | (8 << 76)) & ~(3 << 62) | (2 << 62)
    return f"{made:032x}"


def close(key_: bytes, row: Directory, body: Resource) -> bytes:
    """Seal the body of an entry at its place."""
    where = seal.place(row.ref, row.type, 0, row.version, COMPARTMENT)
    return seal.close(AESGCM(key_), vault.encode(body), where)


def open_(key_: bytes, row: Directory) -> Resource:
    """Open an entry.

    Raises:
        SealError: it does not belong where it was found.
    """
    where = seal.place(row.ref, row.type, 0, row.version, COMPARTMENT)
    body = vault.decode(seal.open_(AESGCM(key_), bytes(row.sealed), where))
    meta = {"versionId": str(row.version), "lastUpdated": vault.instant(row.updated)} | body.pop("meta", {})
    return {"resourceType": row.type, "id": row.ref, "meta": meta} | body


def get(ref: str, who: Who, request_id: str = "directory") -> Resource | None:
    """Return the entry of reference ``ref``, or None."""
    return get_many([ref], who, request_id).get(ref)


def get_many(refs: Iterable[str], who: Who, request_id: str = "directory") -> dict[str, Resource]:
    """Return the entries that exist among ``refs``."""
    rows = list(Directory.objects.filter(ref__in=set(refs), current=True))
    return {row.ref: open_(key(who, request_id), row) for row in rows} if rows else {}


def every(kind: str, who: Who, request_id: str = "directory") -> Iterator[Resource]:
    """Yield every entry of one type."""
    for row in Directory.objects.filter(type=kind, current=True).order_by("pk").iterator():
        yield open_(key(who, request_id), row)


def find(kind: str, text: str, who: Who, limit: int = 20) -> list[Resource]:
    """Return at most ``limit`` entries of type ``kind`` whose name holds a word starting with each word of ``text``."""
    wanted = words(text)
    found = []
    for resource in every(kind, who):
        have = words(label(resource))
        if all(any(word.startswith(typed) for word in have) for typed in wanted):
            found.append(resource)
            if len(found) == limit:
                break
    return found


def label(resource: Resource) -> str:
    """Return how an entry is called."""
    name = resource.get("name")
    if isinstance(name, list) and name:
        first = name[0]
        parts = [*first.get("prefix", ()), *first.get("given", ()), first.get("family", "")]
        return str(first.get("text") or " ".join(part for part in parts if part))
    code = resource.get("code")
    return str(name or (code.get("text", "") if isinstance(code, dict) else ""))


def put(
    resource: Resource, who: Who, request_id: str, *, ref: str | None = None, if_match: int | None = None
) -> Stored:  # fmt: skip
    """Write an entry, new (``ref`` None) or in the place of version ``if_match``.

    Raises:
        BadInputError: not valid, or not of a directory type.
        NotFoundError: there is no entry ``ref``.
        StaleError: the entry is not at version ``if_match`` any more.
    """
    kind = str(resource.get("resourceType"))
    if kind not in DIRECTORY_TYPES:
        raise BadInputError("This type does not belong to the directory.")
    check(resource)
    sealing = key(who, request_id)
    with transaction.atomic():
        row = Directory(ref=ref or new_ref(), type=kind)
        if ref is not None:
            old = Directory.objects.select_for_update().filter(ref=ref, type=kind, current=True).first()
            if old is None:
                raise NotFoundError("There is no such entry.")
            if old.version != if_match:
                raise StaleError("The entry has changed since.", "Read it again.")
            row.version, row.source = old.version + 1, old.source
            Directory.objects.filter(pk=old.pk).update(current=False)
        row.updated = now_ms()
        row.sealed = close(sealing, row, body_of(resource))
        row.save(force_insert=True)
    return Stored(row.ref, 0, row.version, open_(sealing, row))


def body_of(resource: Resource) -> Resource:
    """Return what is sealed: all but type, id, version and time, which the row tells."""
    body = {name: value for name, value in resource.items() if name not in {"resourceType", "id", "meta"}}
    meta = {k: v for k, v in resource.get("meta", {}).items() if k not in {"versionId", "lastUpdated"}}
    return body | ({"meta": meta} if meta else {})
