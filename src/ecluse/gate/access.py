"""One access, and its two possible ends. Plain values: what views build, what :mod:`ecluse.gate.ask` answers.

A :class:`Pass` is the only thing that carries keys, and only an answer of the safe makes one.
"""

from collections.abc import Mapping

import msgspec

from ecluse.core.words import Action, Compartment, Decision, DutyKind, Ground, Purpose
from ecluse.safe.protocol import Who


class Wanted(msgspec.Struct, frozen=True):
    """One patient asked for: ``pk`` in our database, ``ref`` its pseudonym (32 hex digits), ``salt`` its 32 bytes.

    ``count`` is the number of resources asked for.
    """

    pk: int
    ref: str
    salt: bytes
    compartments: tuple[Compartment, ...]
    count: int = 1


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Who wants to do what, why, to which patients.

    ``duties`` is given by callers whose own SQL has already found them (patient pk → duty; absent = none); ``None``
    makes the gate look. ``approval`` is the number of an executed proposal (an export, an emergency with a second
    person). ``reason`` is a short code for the trace, never free text.
    """

    who: Who
    action: Action
    purpose: Purpose
    wanted: tuple[Wanted, ...]
    request_id: str
    reason: str = ""
    approval: int | None = None
    duties: Mapping[int, DutyKind] | None = None


class Pass(msgspec.Struct, frozen=True):
    """Allowed, and durably traced as entry ``sequence``. ``keys`` (32 bytes each) open exactly what was asked."""

    wanted: Wanted
    keys: dict[Compartment, bytes]
    ground: Ground
    duty: DutyKind | None
    sequence: int

    def __repr__(self) -> str:
        return f"Pass(patient={self.wanted.ref!r}, ground={self.ground.value!r}, sequence={self.sequence})"


class Refusal(msgspec.Struct, frozen=True):
    """Not allowed (or not yet), durably traced as entry ``sequence``.

    ``decision`` says what would help; ``rule`` which rule said so. ``max_age`` (seconds) comes with a step-up.
    """

    wanted: Wanted | None
    decision: Decision
    rule: str
    sequence: int
    max_age: int = 0
