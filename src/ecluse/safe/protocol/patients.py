"""New patients, how patients are found, and the key of what is about nobody."""

import msgspec

from ecluse.core.words import (
    Action,
    Compartment,
    Decision,
    Purpose,
    Term,
)
from ecluse.safe.protocol.people import Who


class Newcomer(msgspec.Struct, frozen=True, kw_only=True):
    """A patient to create. ``terms`` become blind-index tokens. A decoy is known as such to the safe alone."""

    patient: str
    terms: tuple[tuple[Term, str], ...] = ()
    decoy: bool = False


class Create(msgspec.Struct, frozen=True, kw_only=True, tag="create"):
    """Create patients: the safe draws a fresh salt for each, so these keys open nothing that exists.

    Answer: :class:`Created`, or a fault ``refused`` whose message is the rule.
    """

    who: Who
    purpose: Purpose
    newcomers: tuple[Newcomer, ...]
    request: str


class Birth(msgspec.Struct, frozen=True, kw_only=True):
    """The salt and keys of a new patient, and the tokens of its terms in order (signed 64-bit integers).

    ``keys`` are those of the compartments that the profession may write.
    """

    salt: bytes
    keys: dict[Compartment, bytes]
    tokens: tuple[int, ...]
    sequence: int


class Created(msgspec.Struct, frozen=True, kw_only=True, tag="created"):
    """One birth for each newcomer, in order."""

    births: tuple[Birth, ...]


class Tokens(msgspec.Struct, frozen=True, kw_only=True, tag="tokens"):
    """Turn search terms into blind-index tokens. Traced (kinds and number, never the words) and rate-limited.

    Answer: :class:`Tokened`.

    ``action`` is SEARCH for a search and WRITE when an existing patient's terms change.
    """

    who: Who
    action: Action
    terms: tuple[tuple[Term, str], ...]
    request: str


class Tokened(msgspec.Struct, frozen=True, kw_only=True, tag="tokened"):
    """One signed 64-bit token for each term, in order; empty with ``decision`` other than allow."""

    tokens: tuple[int, ...]
    decision: Decision
    rule: str
    sequence: int


class DirectoryKey(msgspec.Struct, frozen=True, kw_only=True, tag="directory-key"):
    """Ask for the key that seals what is not about patients (practitioners, organisations, locations). Traced.

    Answer: :class:`Key`.
    """

    who: Who
    request: str


class Key(msgspec.Struct, frozen=True, kw_only=True, tag="key"):
    """A 32-byte key."""

    key: bytes
    sequence: int
