"""Locks: placed, in force, looked for."""

import msgspec

from ecluse.core.words import (
    Grade,
    TargetKind,
)
from ecluse.safe.protocol.people import Who

WATCH = "system:watch"  # who places the locks of the playbooks: a name that no account can have


class Check(msgspec.Struct, frozen=True, kw_only=True, tag="check"):
    """Is any lock on this account, session, workstation, address or profession? Not traced, no fsync.

    Answer: :class:`Checked`.
    """

    who: Who


class Checked(msgspec.Struct, frozen=True, kw_only=True, tag="checked"):
    """``lock`` is empty when nothing is locked, else the message shown to the person.

    ``grade`` is that of a milder lock: ``step-up`` when a new proof of identity is due first.
    """

    lock: str
    registered: bool
    grade: Grade | None = None


class Held(msgspec.Struct, frozen=True, omit_defaults=True):
    """A lock placed. ``since`` and ``until`` are in Unix seconds; ``until`` 0 = until lifted.

    ``reason`` is for those who watch, ``message`` for the person stopped (empty: they are shown the reason).
    """

    kind: TargetKind
    target: str
    reason: str
    until: float = 0.0
    grade: Grade = Grade.EVERYTHING
    since: float = 0.0
    message: str = ""
    by: str = ""


class Lock(msgspec.Struct, frozen=True, kw_only=True, tag="lock"):
    """Place a lock. One person suffices to lock; lifting takes two (a proposal). Answer: :class:`Ruled`.

    ``seconds`` 0 = until lifted. A session is named by its key, or by the keyed hash that the trace keeps. Anyone may
    lock their own account or session; others, whoever the policy lists (``[approvals] lock``), and the watch
    (:data:`WATCH`) the kinds of target that ``[response] watch_locks`` lists. A lock never makes one in force milder
    or shorter.
    """

    who: Who
    kind: TargetKind
    target: str
    reason: str
    request: str
    seconds: int = 0
    grade: Grade = Grade.EVERYTHING
    message: str = ""
