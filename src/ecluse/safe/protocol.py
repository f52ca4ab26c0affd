"""What can be asked of the safe, and what it answers. The only words that cross its socket.

Requests are tagged msgspec structs in msgpack. Whatever the web process claims here is *claimed*: the safe checks it
against its own register of accounts, its policy, its caps and its locks.
"""

import msgspec

from ecluse.core.words import (
    Action,
    Compartment,
    Decision,
    DutyKind,
    Grade,
    Ground,
    ProposalKind,
    Purpose,
    TargetKind,
    Term,
    Window,
)

WATCH = "system:watch"  # who places the locks of the playbooks: a name that no account can have


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


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """An act that needs a second person. Unused fields stay empty.

    grant: ``account`` gets ``professions`` (all of them; empty = leaves). raise-cap: ``account``, ``ground``,
    ``window``, ``limit``, until ``seconds`` from execution. unlock: ``target_kind``/``target``. export: ``count``
    patients whose sorted references hash (SHA-256, newline-joined) to ``digest``, for ``recipient`` (fingerprint of
    its key). break-glass and delegation: one ``patient`` for ``account`` during ``seconds``.
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


Request = (
    Open
    | Create
    | Tokens
    | DirectoryKey
    | Note
    | Check
    | Enrol
    | CloseSetup
    | Propose
    | Approve
    | Pending
    | Lock
    | Status
)
Reply = Opened | Created | Tokened | Key | Noted | Checked | Ruled | Waiting | State | Fault
