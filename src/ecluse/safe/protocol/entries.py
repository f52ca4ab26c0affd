"""An entry of the trace that releases nothing."""

import msgspec

from ecluse.core.words import (
    Action,
    Decision,
    Purpose,
)
from ecluse.safe.protocol.people import Who


class Note(msgspec.Struct, frozen=True, kw_only=True, tag="note"):
    """Write an entry that releases no key.

    Sign-in, failure, factor change, refusal of a whole page, duty made. Answer: :class:`Noted`.

    ``target`` is an account, session or proposal the act concerns; ``detail`` is a short code. No clinical data, no
    secret.
    """

    who: Who
    action: Action
    decision: Decision
    rule: str
    request: str
    patient: str = ""
    target: str = ""
    detail: str = ""
    purpose: Purpose | None = None


class Noted(msgspec.Struct, frozen=True, kw_only=True, tag="noted"):
    """The entry is durable."""

    sequence: int
