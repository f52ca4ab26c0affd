"""The keys of patients that exist."""

import msgspec

from ecluse.core.words import (
    Action,
    Compartment,
    Decision,
    DutyKind,
    Ground,
    Purpose,
)
from ecluse.safe.protocol.people import Who


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One patient of an access. ``salt`` is the patient's, kept by the database.

    ``refused`` non-empty means that the gate already said no (the rule's name): the safe only writes the entry.
    ``count`` is the number of resources asked for.
    """

    patient: str
    salt: bytes
    compartments: tuple[Compartment, ...]
    ground: Ground
    duty: DutyKind | None = None
    count: int = 1
    refused: str = ""
    decision: Decision = Decision.REFUSE


class Open(msgspec.Struct, frozen=True, kw_only=True, tag="open"):
    """Ask for the keys of some patients (a page of 20 is one call and one fsync). Answer: :class:`Opened`.

    ``approval`` names the executed proposal (its sequence number) that ``Ground.APPROVED`` relies on.
    ``reason`` is a short code (never free text: text lives sealed in the record).
    """

    who: Who
    action: Action
    purpose: Purpose
    items: tuple[Item, ...]
    request: str
    reason: str = ""
    approval: int | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What was decided for one item; ``keys`` (32 bytes each) only when ``decision`` is allow.

    ``rule`` names the rule that decided. ``sequence`` is that of its durable trace entry.
    """

    decision: Decision
    rule: str
    sequence: int
    keys: dict[Compartment, bytes] = {}


class Opened(msgspec.Struct, frozen=True, kw_only=True, tag="opened"):
    """One answer for each item, in order.

    ``max_age`` tells how fresh a proof would have to be when a step-up is asked.
    """

    answers: tuple[Answer, ...]
    max_age: int = 0
