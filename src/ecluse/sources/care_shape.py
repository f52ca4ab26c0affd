"""The parts of FHIR resources that say who cares for whom: one shape for R4 and R5.

What moved or changed its kind between versions (a reference that became a list, a coding that became a concept) is
accepted in both forms.
"""

import msgspec

from ecluse.sources.audit_event_shape import Code, Ref


class Span(msgspec.Struct, frozen=True, gc=False):
    """A Period, or a Timing's bounds."""

    start: str = ""
    end: str = ""


class Named(msgspec.Struct, frozen=True, gc=False):
    """An Identifier."""

    value: str = ""
    system: str = ""


class Concept(msgspec.Struct, frozen=True, gc=False):
    """R5's CodeableReference."""

    reference: Ref | None = None
    concept: Code | None = None


class Role(msgspec.Struct, frozen=True, gc=False):
    """Who takes part: in an Encounter (``individual``; R5 ``actor``), Appointment (``actor``), team (``member``)."""

    individual: Ref | None = None
    actor: Ref | None = None
    member: Ref | None = None
    on_behalf_of: Ref | None = msgspec.field(default=None, name="onBehalfOf")
    period: Span | tuple[Span, ...] | None = None
    status: str = ""


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where an Encounter took place, and when."""

    location: Ref | None = None
    period: Span | None = None


class Name(msgspec.Struct, frozen=True, gc=False):
    """A HumanName."""

    family: str = ""
    given: tuple[str, ...] = ()
    use: str = ""


class Address(msgspec.Struct, frozen=True, gc=False):
    """An Address."""

    line: tuple[str, ...] = ()
    postal: str = msgspec.field(default="", name="postalCode")
    use: str = ""


class Contact(msgspec.Struct, frozen=True, gc=False):
    """A ContactPoint."""

    system: str = ""
    value: str = ""


class CareResource(msgspec.Struct, frozen=True, gc=False):
    """Encounter, Appointment, CareTeam, ServiceRequest, Patient or Practitioner, as far as care is concerned."""

    resource: str = msgspec.field(default="", name="resourceType")
    id: str = ""
    status: str = ""
    subject: Ref | None = None
    patient: Ref | None = None
    period: Span | None = None
    actual_period: Span | None = msgspec.field(default=None, name="actualPeriod")
    planned_start: str = msgspec.field(default="", name="plannedStartDate")
    planned_end: str = msgspec.field(default="", name="plannedEndDate")
    start: str = ""
    end: str = ""
    created: str = ""
    participant: tuple[Role, ...] = ()
    location: tuple[Place, ...] = ()
    provider: Ref | None = msgspec.field(default=None, name="serviceProvider")
    organization: tuple[Ref, ...] = msgspec.field(default=(), name="managingOrganization")
    authored: str = msgspec.field(default="", name="authoredOn")
    occurrence: str = msgspec.field(default="", name="occurrenceDateTime")
    occurrence_span: Span | None = msgspec.field(default=None, name="occurrencePeriod")
    requester: Ref | None = None
    performer: tuple[Ref, ...] = ()
    places: tuple[Ref, ...] = msgspec.field(default=(), name="locationReference")
    doctors: tuple[Ref, ...] = msgspec.field(default=(), name="generalPractitioner")
    identifier: tuple[Named, ...] = ()
    name: tuple[Name, ...] = ()
    birth: str = msgspec.field(default="", name="birthDate")
    address: tuple[Address, ...] = ()
    telecom: tuple[Contact, ...] = ()


READ = frozenset({"Encounter", "Appointment", "CareTeam", "ServiceRequest", "Patient", "Practitioner"})
