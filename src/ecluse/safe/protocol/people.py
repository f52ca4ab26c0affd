"""Who asks, and what the safe's register has them down as."""

import msgspec


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, and how surely.

    ``account`` is the account's stable name (never a person's name). ``session`` is the opaque session key: the trace
    keeps only a keyed hash of it. ``auth_age`` is in seconds since the last active proof of identity (RFC 9470
    ``max_age``). ``address`` is as seen by the server, ``claimed_address`` as told by a proxy header.
    """

    account: str
    profession: str
    session: str
    acr: str = ""
    amr: tuple[str, ...] = ()
    auth_age: int = 0
    workstation: str = ""
    address: str = ""
    claimed_address: str = ""


class Enrol(msgspec.Struct, frozen=True, kw_only=True, tag="enrol"):
    """Register accounts with their professions directly. Accepted only until set-up is closed.

    Answer: :class:`Noted` (last entry), or a fault ``refused``.

    ``accounts`` maps account name to its professions.
    """

    who: Who
    accounts: dict[str, tuple[str, ...]]
    request: str


class CloseSetup(msgspec.Struct, frozen=True, kw_only=True, tag="close-setup"):
    """End set-up for good: from now on every grant needs two people. Answer: :class:`Noted`."""

    who: Who
    request: str


class Revoke(msgspec.Struct, frozen=True, kw_only=True, tag="revoke"):
    """Take professions from an account, at once. One person suffices (whoever may lock); giving them back takes two.

    Answer: :class:`Ruled`.
    """

    who: Who
    account: str
    professions: tuple[str, ...]
    request: str
