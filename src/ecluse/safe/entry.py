"""One entry of the trace: who, what, whom, why, and the answer.

1. Never clinical content, never a secret: a session is a keyed hash, search terms are only their kinds.
2. ``salt`` is random: the leaf (the hash of the whole line) tells nothing of an entry once the entry is deleted.
3. The state of the safe is a function of the entries alone (``state.py``): what an act changes is inside its entry.
"""

from datetime import datetime

import msgspec

from ecluse.core.words import Action, Compartment, Decision, DutyKind, Ground, Purpose, Term
from ecluse.safe.protocol import Held, Proposal

SALT_DIGITS = 22
SAFE = "safe"


class Started(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a start found.

    The verifier key, the policy's text and digest, and the SHA-256 of the other files of the safe.
    """

    vkey: str
    policy: str
    policy_text: str
    files: dict[str, str]


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the trace. Empty fields are not written. ``seq`` is the leaf's index in the tree, from 0."""

    seq: int
    at: datetime
    salt: str
    action: Action
    decision: Decision
    rule: str = ""
    account: str = ""
    profession: str = ""
    session: str = ""
    acr: str = ""
    amr: tuple[str, ...] = ()
    auth_age: int = 0
    workstation: str = ""
    address: str = ""
    claimed_address: str = ""
    patient: str = ""
    compartments: tuple[Compartment, ...] = ()
    purpose: Purpose | None = None
    ground: Ground | None = None
    duty: DutyKind | None = None
    count: int = 1
    request: str = ""
    reason: str = ""
    approval: int | None = None
    target: str = ""
    detail: str = ""
    mark: str = ""
    terms: tuple[Term, ...] = ()
    act: Proposal | None = None
    lock: Held | None = None
    started: Started | None = None


# What decoding a line that is not an entry may raise.
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError)

_decoder = msgspec.json.Decoder(Entry)
_encoder = msgspec.json.Encoder()


def encode(entry: Entry) -> bytes:
    """Return the line of ``entry``, without its newline. JSON escapes every control character: a line is a line."""
    return _encoder.encode(entry)


def decode(line: bytes | memoryview) -> Entry:
    """Return the entry of a line.

    Raises:
        msgspec.MsgspecError, UnicodeDecodeError: it is not one (:data:`UNREADABLE`).
    """
    return _decoder.decode(line)
