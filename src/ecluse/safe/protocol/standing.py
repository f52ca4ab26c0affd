"""How the safe is, and that something was not understood or not done."""

import msgspec

from ecluse.safe.protocol.locks import Held


class Status(msgspec.Struct, frozen=True, kw_only=True, tag="status"):
    """Ask how the safe is. Not traced. Answer: :class:`State`."""


class State(msgspec.Struct, frozen=True, kw_only=True, tag="state"):
    """Size of the trace, last signed head (checkpoint text), locks in force (``held``: all of each), accounts."""

    size: int
    head: str
    locks: tuple[tuple[str, str, str], ...]
    accounts: int
    setup_closed: bool
    policy: str
    started: float
    held: tuple[Held, ...] = ()


class Fault(msgspec.Struct, frozen=True, kw_only=True, tag="fault"):
    """The request was not understood (``bad-request``) or the trace cannot be written (``trace-unwritable``).

    Or the whole request was refused (``refused``; the message is the rule). Nothing was released.
    """

    code: str
    message: str
