"""Acts that need a second person, and how they were decided."""

import msgspec

from ecluse.core.words import (
    Decision,
    Ground,
    ProposalKind,
    Purpose,
    TargetKind,
    Window,
)
from ecluse.safe.protocol.people import Who


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """An act that needs a second person. Unused fields stay empty.

    grant: ``account`` gets ``professions`` (all of them; empty = leaves). raise-cap: ``account``, ``ground``,
    ``window``, ``limit``, until ``seconds`` from execution. unlock: ``target_kind``/``target``. export: ``count``
    patients whose sorted references hash (SHA-256, newline-joined) to ``digest``, for ``recipient`` (fingerprint of
    its key). break-glass and delegation: one ``patient`` for ``account`` during ``seconds``. temporary: a new
    ``account`` gets one profession during ``seconds``.
    """

    kind: ProposalKind
    account: str = ""
    professions: tuple[str, ...] = ()
    ground: Ground | None = None
    window: Window | None = None
    limit: int = 0
    seconds: int = 0
    target_kind: TargetKind | None = None
    target: str = ""
    count: int = 0
    digest: str = ""
    recipient: str = ""
    purpose: Purpose | None = None
    patient: str = ""


class Propose(msgspec.Struct, frozen=True, kw_only=True, tag="propose"):
    """Ask for an act. It waits, 4 hours at most, for a second person.

    Answer: :class:`Ruled` whose ``sequence`` names the proposal.
    """

    who: Who
    proposal: Proposal
    request: str


class Approve(msgspec.Struct, frozen=True, kw_only=True, tag="approve"):
    """Second person: approve (or decline) proposal ``proposal``. Approved means executed, once.

    Answer: :class:`Ruled`. The requester may decline (withdraw) alone.
    """

    who: Who
    proposal: int
    request: str
    decline: bool = False


class Ruled(msgspec.Struct, frozen=True, kw_only=True, tag="ruled"):
    """Decision on an administrative act, the rule that made it, its entry."""

    decision: Decision
    rule: str
    sequence: int
    max_age: int = 0


class Pending(msgspec.Struct, frozen=True, kw_only=True, tag="pending"):
    """Ask which proposals wait. Not traced. Answer: :class:`Waiting`."""

    who: Who


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """One waiting proposal. Times are Unix seconds."""

    sequence: int
    by: str
    at: float
    until: float
    proposal: Proposal


class Waiting(msgspec.Struct, frozen=True, kw_only=True, tag="waiting"):
    """The proposals that wait for a second person."""

    waits: tuple[Wait, ...]
