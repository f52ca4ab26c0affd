"""A snapshot of the state and of the right edge of the tree: a cache that makes the next start short.

1. It is signed and sealed; one that does not verify, or that the signed heads contradict, is not believed: the trace
   is read again.
2. It holds nothing that the trace does not give.
3. It is made at stop, and while serving by a child process, so that no request waits for it.
"""

import hashlib
import os
from collections import deque
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ecluse.core.errors import NotProvenError
from ecluse.core.words import Ground, TargetKind, Window
from ecluse.safe.files import replace
from ecluse.safe.keys import Keys
from ecluse.safe.merkle import Frontier
from ecluse.safe.notes import Verifier, b64
from ecluse.safe.protocol import Held
from ecluse.safe.state import Asked, Raise, State
from ecluse.safe.tiles import segment_of
from ecluse.safe.trace import Trace
from ecluse.safe.windows import Distinct, Tally

NAME = "snapshot"
NONCE_BYTES = 12
AAD = b"ecluse v1 snapshot"
NOTE_LINES = 6
Times = dict[str, list[tuple[float, str]]]


class Counted(msgspec.Struct, array_like=True):
    """One :class:`Distinct`: the two arrays as bytes, and the buckets of each window."""

    patients: bytes
    ticks: bytes
    buckets: list[dict[int, int]]


class Body(msgspec.Struct):
    """What is kept."""

    size: int
    offset: int
    peaks: list[bytes]
    rows: list[list[bytes]]
    now: float
    setup_closed: bool
    accounts: dict[str, frozenset[str]]
    locks: list[tuple[TargetKind, str, Held]]
    waiting: dict[int, Asked]
    approved: dict[int, Asked]
    raises: list[tuple[str, Ground, Window, int, float]]
    shown: list[tuple[str, Ground, Counted]]
    everyone: Counted
    searches: dict[str, list[dict[int, int]]]
    creations: dict[str, list[dict[int, int]]]
    refusals: Times
    cap_refusals: Times
    decoys: set[str]
    ends: dict[str, float] = {}
    tripped: dict[str, float] = {}


def _counted(distinct: Distinct) -> Counted:
    buckets = [counter.buckets for counter in distinct.counters]
    return Counted(distinct.patients.tobytes(), distinct.ticks.tobytes(), buckets)


def _distinct(counted: Counted) -> Distinct:
    found = Distinct()
    found.patients.frombytes(counted.patients)
    found.ticks.frombytes(counted.ticks)
    _fill(found, counted.buckets)
    return found


def _fill(counts: Distinct | Tally, buckets: list[dict[int, int]]) -> None:
    for counter, kept in zip(counts.counters, buckets, strict=True):
        counter.fill(kept)


def _tally(buckets: list[dict[int, int]]) -> Tally:
    found = Tally()
    _fill(found, buckets)
    return found


def take(trace: Trace, state: State) -> bytes:
    """Return the state as bytes. Everything staged must be durable."""
    body = Body(
        size=trace.durable_size,
        offset=trace.offset if trace.durable_size != segment_of(trace.durable_size) else 0,
        peaks=trace.frontier.peaks,
        rows=trace.tiles.rows,
        now=state.now,
        setup_closed=state.setup_closed,
        accounts=state.accounts,
        locks=[(kind, target, held) for (kind, target), held in state.locks.items()],
        waiting=state.waiting,
        approved=state.approved,
        raises=[(*target, *raised) for target, raised in state.raises.items()],
        shown=[(account, ground, _counted(counts)) for (account, ground), counts in state.shown.items()],
        everyone=_counted(state.everyone),
        searches={account: [c.buckets for c in tally.counters] for account, tally in state.searches.items()},
        creations={account: [c.buckets for c in tally.counters] for account, tally in state.creations.items()},
        refusals={account: list(times) for account, times in state.refusals.items()},
        cap_refusals={account: list(times) for account, times in state.cap_refusals.items()},
        decoys=state.decoys,
        ends=state.ends,
        tripped=state.tripped,
    )
    return msgspec.msgpack.encode(body)


def put(body: Body, trace: Trace, state: State) -> None:
    """Make ``trace`` and ``state``, both new, what they were."""
    trace.frontier = Frontier(body.size, body.peaks)
    trace.durable_size = body.size
    trace.offset = body.offset
    trace.tiles.place(body.size, body.rows)
    state.now, state.setup_closed, state.accounts, state.decoys = (
        body.now,
        body.setup_closed,
        body.accounts,
        body.decoys,
    )
    state.ends, state.tripped = body.ends, body.tripped
    state.locks = {(kind, target): held for kind, target, held in body.locks}
    state.waiting, state.approved = body.waiting, body.approved
    state.raises = {(a, ground, window): Raise(limit, until) for a, ground, window, limit, until in body.raises}
    state.shown = {(account, ground): _distinct(counts) for account, ground, counts in body.shown}
    state.everyone = _distinct(body.everyone)
    state.searches = {account: _tally(buckets) for account, buckets in body.searches.items()}
    state.creations = {account: _tally(buckets) for account, buckets in body.creations.items()}
    state.refusals = {account: deque(times, maxlen=256) for account, times in body.refusals.items()}
    state.cap_refusals = {account: deque(times, maxlen=256) for account, times in body.cap_refusals.items()}


def save(trace: Trace, state: State) -> None:
    """Write the snapshot file: a signed note of its digest, then the sealed body."""
    nonce = os.urandom(NONCE_BYTES)
    sealed = nonce + AESGCM(state.keys.snapshot).encrypt(nonce, take(trace, state), AAD)
    name = trace.signer.verifier.name
    text = f"{name} {NAME}\n{trace.durable_size}\n{b64(hashlib.sha256(sealed).digest())}\n"
    replace(trace.folder / NAME, trace.signer.sign(text).encode() + b"\n" + sealed)


def signed_body(data: bytes, verifier: Verifier) -> bytes:
    """Return the sealed body of a snapshot file.

    Raises:
        NotProvenError: its digest is not signed.
    """
    *lines, sealed = data.split(b"\n", NOTE_LINES)
    if len(lines) != NOTE_LINES or lines[-1]:
        raise NotProvenError("This is not a snapshot.")
    try:
        text = verifier.open(b"\n".join(lines).decode())
    except UnicodeDecodeError as error:
        raise NotProvenError("This is not a snapshot.") from error
    signed = text.split("\n")
    if signed[0] != f"{verifier.name} {NAME}" or signed[2] != b64(hashlib.sha256(sealed).digest()):
        raise NotProvenError("The body of this snapshot is not the one that was signed.")
    return sealed


def load(folder: Path, keys: Keys, verifier: Verifier) -> Body | None:
    """Return the body of the snapshot, or None when there is none that can be believed."""
    try:
        sealed = signed_body((folder / NAME).read_bytes(), verifier)
        body = AESGCM(keys.snapshot).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], AAD)
        return msgspec.msgpack.decode(body, type=Body)
    except (OSError, NotProvenError, InvalidTag, ValueError, msgspec.MsgspecError):
        return None
