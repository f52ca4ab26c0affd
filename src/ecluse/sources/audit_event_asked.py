"""What the query of an AuditEvent asked for; its search words are dropped here and go nowhere."""

import re
from base64 import b64decode
from binascii import Error as Base64Error

import msgspec

from ecluse.sources.audit_event_shape import Entity, first

ASKED = re.compile(r"(?:^|[/\s])([A-Z][A-Za-z]{3,40})(?:/([A-Za-z0-9.-]{1,64}))?(?:/([$_][a-z-]{1,40}))?$")
QUERY = "24"
QUERY_START = 512


class Asked(msgspec.Struct, frozen=True, gc=False):
    """What a query asked for, without its search words: type of resource, patient, operation."""

    type: str = ""
    patient: str = ""
    operation: str = ""


NOTHING = Asked()


def asked_for(entities: tuple[Entity, ...]) -> Asked:
    """Return what the query among ``entities`` asked for."""
    for entity in entities:
        if entity.query or (entity.description and entity.role is not None and first(entity.role) == QUERY):
            return asked_by(entity.description or _plain(entity.query))
    return NOTHING


def asked_by(text: str) -> Asked:
    """Return what a request line or address asks for; its search words are dropped."""
    path = text[:QUERY_START].split("\n", 1)[0].split("?", 1)[0].strip()
    found = ASKED.search(path.removesuffix(" HTTP/1.1"))
    if found is None:
        return NOTHING
    kind, ident, operation = found.groups("")
    return Asked(
        kind, f"Patient/{ident}" if kind == "Patient" and ident else "", operation if operation[:1] == "$" else ""
    )


def _plain(query: str) -> str:
    """Return the beginning of ``query``, base64 by the standard, plain text by some."""
    start = query[:QUERY_START]
    try:
        return b64decode(start, validate=True).decode("utf-8", errors="replace")
    except (Base64Error, ValueError):
        return start
