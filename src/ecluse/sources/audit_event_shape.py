"""The parts of a FHIR AuditEvent that tell who saw whom: one shape for STU3, R4, R5 and the drafts between.

A ``Coding`` and a ``CodeableConcept`` are one thing here, so that what moved from one to the other between versions
needs no branch. What is not named here (names, clear texts, details) is never even decoded.
"""

import msgspec


class Code(msgspec.Struct, frozen=True, gc=False):
    """A Coding, or a CodeableConcept with its codings."""

    code: str = ""
    display: str = ""
    coding: tuple["Code", ...] = ()
    text: str = ""


class Identifier(msgspec.Struct, frozen=True, gc=False):
    """An identifier's value."""

    value: str = ""


class Ref(msgspec.Struct, frozen=True, gc=False):
    """A reference: by address, by identifier or by display."""

    reference: str = ""
    display: str = ""
    identifier: Identifier | None = None


class Network(msgspec.Struct, frozen=True, gc=False):
    """Where an agent came from (R4); types 1 machine name, 2 IP address, 5 URI."""

    address: str = ""
    type: str = ""


class Agent(msgspec.Struct, frozen=True, gc=False):
    """Who took part. ``userId`` and ``reference`` are STU3's; ``network*`` with a capital R5's."""

    type: Code | None = None
    role: tuple[Code, ...] = ()
    who: Ref | None = None
    user_id: Identifier | None = msgspec.field(default=None, name="userId")
    reference: Ref | None = None
    alt_id: str = msgspec.field(default="", name="altId")
    name: str = ""
    requestor: bool = False
    network: Network | None = None
    network_text: str = msgspec.field(default="", name="networkString")
    policy: tuple[str, ...] = ()
    purpose: tuple[Code, ...] = msgspec.field(default=(), name="purposeOfUse")
    authorization: tuple[Code, ...] = ()


class Source(msgspec.Struct, frozen=True, gc=False):
    """Which system wrote the event."""

    site: str | Ref = ""
    observer: Ref | None = None


class Entity(msgspec.Struct, frozen=True, gc=False):
    """What was touched."""

    what: Ref | None = None
    reference: Ref | None = None  # STU3
    identifier: Identifier | None = None  # STU3
    type: Code | None = None
    role: Code | None = None
    query: str = ""
    description: str = ""


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """How it ended (R5)."""

    code: Code | None = None


class Period(msgspec.Struct, frozen=True, gc=False):
    """When, as a span."""

    start: str = ""


class AuditEvent(msgspec.Struct, frozen=True, gc=False):
    """One event. ``resource`` is empty in the rare log that leaves the type of its lines out."""

    resource: str = msgspec.field(default="", name="resourceType")
    id: str = ""
    type: Code | None = None
    subtype: tuple[Code, ...] = ()
    category: tuple[Code, ...] = ()
    code: Code | None = None
    action: str = ""
    recorded: str = ""
    occurred: str = msgspec.field(default="", name="occurredDateTime")
    occurred_period: Period | None = msgspec.field(default=None, name="occurredPeriod")
    period: Period | None = None
    outcome: str | int | Outcome = ""
    purpose: tuple[Code, ...] = msgspec.field(default=(), name="purposeOfEvent")
    authorization: tuple[Code, ...] = ()
    agent: tuple[Agent, ...] = ()
    source: Source | None = None
    entity: tuple[Entity, ...] = ()
    patient: Ref | None = None
    encounter: Ref | None = None


def codes(code: Code | None) -> tuple[str, ...]:
    """Return every code in ``code``, or else its text."""
    if code is None:
        return ()
    if code.code:
        return (code.code,)
    return tuple(one.code for one in code.coding if one.code) or ((code.text,) if code.text else ())


def first(code: Code | None) -> str:
    """Return the first code in ``code``, empty if there is none."""
    if code is None:
        return ""
    if code.code:
        return code.code
    return code.coding[0].code if code.coding else code.text


def words(code: Code | None) -> str:
    """Return ``code`` as a person reads it."""
    if code is None:
        return ""
    inner = code.coding[0] if code.coding else code
    return " ".join((code.text or inner.display or inner.code).split())


def relative(reference: str) -> str:
    """Return ``Type/id`` of a reference, without its server and version; anything else as it is."""
    if "/" not in reference or reference.count("/") == 1:
        return reference
    parts = reference.split("/_history/", 1)[0].rsplit("/", 2)
    return "/".join(parts[-2:]) if parts[-2][:1].isupper() else reference


def named(ref: Ref | None) -> str:
    """Return what identifies the one that ``ref`` points to: identifier, reference or, at worst, display."""
    if ref is None:
        return ""
    if ref.identifier is not None and ref.identifier.value:
        return ref.identifier.value
    return relative(ref.reference) or ref.display
