"""One audit message as values: DICOM PS3.15 A.5 and RFC 3881 are one schema under two spellings of its codes."""

import msgspec

from ecluse.sources.atna_xml import Tags, UnreadableError


class Participant(msgspec.Struct, frozen=True, gc=False):
    """An ActiveParticipant."""

    user: str
    other: str
    requestor: bool
    point: str
    point_type: str
    roles: tuple[str, ...]


class Thing(msgspec.Struct, frozen=True, gc=False):
    """A ParticipantObjectIdentification; names and queries are left out."""

    id: str
    type: str
    role: str
    id_type: str


class Message(msgspec.Struct, frozen=True, gc=False):
    """An audit message. ``codes`` and ``words`` are those of EventID, then of each EventTypeCode."""

    action: str
    time: str
    outcome: str
    codes: tuple[str, ...]
    words: tuple[str, ...]
    purposes: tuple[str, ...]
    participants: tuple[Participant, ...]
    source: str
    site: str
    things: tuple[Thing, ...]


def message(tags: Tags) -> Message:
    """Return the values of an AuditMessage.

    Raises:
        UnreadableError: it has no EventIdentification.
    """
    making = _Making()
    for tag, attributes in tags:
        place = PLACES.get(tag) or PLACES.get(tag.rpartition(":")[2])
        if place is not None:
            place(making, attributes)
    return making.done()


class _Making:
    """A message while its tags go by: a code belongs to the last thing begun before it."""

    def __init__(self) -> None:
        self.event: dict[str, str] | None = None
        self.source: dict[str, str] | None = None
        self.ids: list[dict[str, str]] = []
        self.types: list[dict[str, str]] = []
        self.purposes: list[str] = []
        self.participants: list[tuple[dict[str, str], list[str]]] = []
        self.things: list[tuple[dict[str, str], list[str]]] = []

    def begin_event(self, attributes: dict[str, str]) -> None:
        self.event = attributes

    def begin_source(self, attributes: dict[str, str]) -> None:
        self.source = self.source or attributes

    def begin_participant(self, attributes: dict[str, str]) -> None:
        self.participants.append((attributes, []))

    def begin_thing(self, attributes: dict[str, str]) -> None:
        self.things.append((attributes, []))

    def event_id(self, attributes: dict[str, str]) -> None:
        self.ids.append(attributes)

    def event_type(self, attributes: dict[str, str]) -> None:
        self.types.append(attributes)

    def purpose(self, attributes: dict[str, str]) -> None:
        self.purposes.append(code(attributes))

    def role(self, attributes: dict[str, str]) -> None:
        if self.participants:
            self.participants[-1][1].append(code(attributes))

    def id_type(self, attributes: dict[str, str]) -> None:
        if self.things:
            self.things[-1][1].append(code(attributes))

    def done(self) -> Message:
        if self.event is None:
            raise UnreadableError("it has no EventIdentification")
        kinds = self.ids + self.types
        source = self.source or {}
        get = self.event.get
        return Message(
            action=get("EventActionCode", ""),
            time=get("EventDateTime", ""),
            outcome=get("EventOutcomeIndicator", ""),
            codes=tuple([code(kind) for kind in kinds]),
            words=tuple([display(kind) for kind in kinds]),
            purposes=tuple(self.purposes),
            participants=tuple([_participant(*one) for one in self.participants]),
            source=source.get("AuditSourceID", ""),
            site=source.get("AuditEnterpriseSiteID", ""),
            things=tuple([_thing(*one) for one in self.things]),
        )


PLACES = {
    "EventIdentification": _Making.begin_event,
    "EventID": _Making.event_id,
    "EventTypeCode": _Making.event_type,
    "PurposeOfUse": _Making.purpose,
    "ActiveParticipant": _Making.begin_participant,
    "RoleIDCode": _Making.role,
    "AuditSourceIdentification": _Making.begin_source,
    "ParticipantObjectIdentification": _Making.begin_thing,
    "ParticipantObjectIDTypeCode": _Making.id_type,
}


def _participant(attributes: dict[str, str], roles: list[str]) -> Participant:
    get = attributes.get
    return Participant(
        user=get("UserID", ""),
        other=get("AlternativeUserID", ""),
        requestor=get("UserIsRequestor", "true") in {"true", "1", "True", "TRUE"},
        point=get("NetworkAccessPointID", ""),
        point_type=get("NetworkAccessPointTypeCode", ""),
        roles=tuple(roles),
    )


def _thing(attributes: dict[str, str], id_types: list[str]) -> Thing:
    get = attributes.get
    return Thing(
        id=get("ParticipantObjectID", ""),
        type=get("ParticipantObjectTypeCode", ""),
        role=get("ParticipantObjectTypeCodeRole", ""),
        id_type=id_types[0] if id_types else "",
    )


def code(attributes: dict[str, str]) -> str:
    """Return the code, in either spelling."""
    return attributes.get("csd-code") or attributes.get("code") or ""


def display(attributes: dict[str, str]) -> str:
    """Return the words of a code, in either spelling."""
    return attributes.get("originalText") or attributes.get("displayName") or ""
