"""Opening a safe: one owner, key and policy checked, trace read, torn tail cut, heads compared.

1. Only one process owns a safe's folder (a lock on the folder itself).
2. (S2) A trace shorter than a witnessed head, or whose root differs from a signed head, is refused.
3. What a start found (policy, key file, torn bytes) is itself an entry.
"""

import fcntl
import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path

from ecluse.core.errors import BrokenWorldError, NotProvenError
from ecluse.core.words import Action, Decision
from ecluse.safe import policy as policies
from ecluse.safe import snapshot
from ecluse.safe.desk import Desk
from ecluse.safe.entry import SAFE, UNREADABLE, Entry, Started, decode
from ecluse.safe.gather import VERIFY, heads_of
from ecluse.safe.keys import Keys, read_key_file
from ecluse.safe.making import FOLDERS, witnesses
from ecluse.safe.merkle import Frontier, leaf_hash
from ecluse.safe.notes import Head, Verifier, open_head
from ecluse.safe.repair import repair
from ecluse.safe.replay import rebuild
from ecluse.safe.scan import first_sequences, read_heads, read_lines
from ecluse.safe.state import State
from ecluse.safe.tiles import SEGMENT, heads_path, segment_of, segment_path
from ecluse.safe.trace import Trace


def take(folder: Path) -> int:
    """Take the folder for this process, until the returned descriptor is closed.

    Raises:
        BrokenWorldError: no safe there, or another process has it.
    """
    if not (folder / "master.key").exists():
        raise BrokenWorldError(f"{folder} holds no safe.", "Run `ecluse safe init` first.")
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        raise BrokenWorldError(f"Another process serves {folder}.", "Stop it first.") from error
    return fd


def unlock(folder: Path, passphrase: bytes | None) -> tuple[Keys, Verifier]:
    """Return the keys and the verifier of the safe in ``folder``.

    Raises:
        BrokenWorldError: the key file and the verifier key are not of the same safe.
    """
    keys = Keys(read_key_file(folder / "master.key", passphrase))
    verifier = Verifier.of((folder / "key.vkey").read_text(encoding="utf-8"))
    if keys.signer(verifier.name).verifier.text() != verifier.text():
        raise BrokenWorldError("master.key and key.vkey are not of the same safe.", "Put the right files back.")
    return keys, verifier


def open_desk(folder: Path, passphrase: bytes | None = None) -> Desk:
    """Open the safe in ``folder``, ready to serve. The caller holds it (``take``).

    Raises:
        BadInputError: passphrase or policy.
        BrokenWorldError: a file is missing or of another safe.
        NotProvenError: the trace is not the one that was signed.
    """
    keys, verifier = unlock(folder, passphrase)
    policy = policies.load(folder / "policy.toml")
    text = (folder / "policy.toml").read_bytes()
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    for witness in witnesses(folder, policy):
        witness.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    repair(folder, verifier)
    trace, state = _read(folder, keys, verifier, policy)
    _compare_witnesses(trace, verifier)
    trace.tiles.forget_partial()
    trace.resume()
    desk = Desk(keys, trace, state, policies.digest(text))
    desk.tick(time.time())
    started = Started(verifier.text(), policies.digest(text), text.decode(), digests(folder))
    desk.write(Action.START, Decision.ALLOW, "start", account=SAFE, started=started)
    trace.commit()
    trace.sign_if_due(now=True)
    desk.started = time.time()
    return desk


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of the files of the safe that no head covers otherwise."""
    files = [folder / "master.key", folder / "key.vkey", *sorted((folder / "torn").iterdir())]
    return {str(file.relative_to(folder)): file_digest(file) for file in files}


def file_digest(file: Path) -> str:
    """Return the digest of a file as a start writes it."""
    return hashlib.sha256(b"ecluse file\n" + file.read_bytes()).hexdigest()


def _read(folder: Path, keys: Keys, verifier: Verifier, policy: policies.Policy) -> tuple[Trace, State]:
    """Read the trace: from the snapshot on when there is one that the heads confirm, else whole."""
    body = snapshot.load(folder, keys, verifier)
    if body is not None:
        trace, state = _new(folder, keys, verifier, policy)
        with suppress(NotProvenError, OSError, ValueError):
            snapshot.put(body, trace, state)
            _read_on(trace, state, verifier)
            return trace, state
    trace, state = _new(folder, keys, verifier, policy)
    rebuild(trace, state, verifier)
    _take_last_head(trace, verifier)
    if body is not None and body.size > trace.size:
        raise NotProvenError(f"A snapshot of {body.size} entries was signed, the trace has {trace.size}.", VERIFY)
    return trace, state


def _new(folder: Path, keys: Keys, verifier: Verifier, policy: policies.Policy) -> tuple[Trace, State]:
    return Trace(folder, keys.signer(verifier.name), witnesses(folder, policy)), State(policy, keys)


def _read_on(trace: Trace, state: State, verifier: Verifier) -> None:
    """Read the entries after the snapshot, and check every head signed since."""
    start, firsts = trace.size, first_sequences(trace.folder)
    if start > segment_of(start) and segment_path(trace.folder, segment_of(start)).stat().st_size < trace.offset:
        raise NotProvenError("The trace ends before the snapshot.", VERIFY)
    if len(firsts) * SEGMENT < start:
        raise NotProvenError("The trace ends before the snapshot.", VERIFY)
    for first in firsts:
        if first < segment_of(start):
            continue
        heads = {head.size: head.root for head in heads_of(trace.folder, first, verifier) if head.size >= start}
        if trace.size in heads and heads.pop(trace.size) != trace.frontier.root():
            raise NotProvenError("The snapshot is not the trace that was signed.", VERIFY)
        for line in read_lines(segment_path(trace.folder, first), trace.offset).whole:
            entry = _entry(line, trace.size)
            trace.replayed(line)
            state.apply(entry, entry.at.timestamp())
            if trace.size in heads and heads.pop(trace.size) != trace.frontier.root():
                raise NotProvenError(f"The root of {trace.size} entries is not the one that was signed.", VERIFY)
        if heads:
            raise NotProvenError(f"Entries are missing before the head of {max(heads)}.", VERIFY)
        trace.offset = 0
    _take_last_head(trace, verifier)


def _entry(line: bytes, sequence: int) -> Entry:
    try:
        entry = decode(line)
    except UNREADABLE as error:
        raise NotProvenError(f"Entry {sequence} cannot be read: {error}.", VERIFY) from error
    if entry.seq != sequence:
        raise NotProvenError(f"Entry {entry.seq} stands at place {sequence}.", VERIFY)
    return entry


def _take_last_head(trace: Trace, verifier: Verifier) -> None:
    """Find the last head that was signed; refuse a trace that ends before it."""
    for first in reversed(first_sequences(trace.folder)):
        heads = read_heads(heads_path(trace.folder, first))
        if heads:
            trace.head = heads[-1].note
            trace.signed_size = open_head(trace.head, verifier).size
            break
    if trace.signed_size > trace.size:
        raise NotProvenError(
            f"A head of {trace.signed_size} entries was signed and the trace has {trace.size}.",
            "Find the missing ones.",
        )


def _compare_witnesses(trace: Trace, verifier: Verifier) -> None:
    """Refuse a trace older than a head seen elsewhere, or of another history (S2)."""
    for path in trace.witnesses:
        if not path.exists():
            if trace.size:
                raise NotProvenError(
                    f"The witnessed head {path} is missing.",
                    "Put it back; if its medium is lost, copy safe/checkpoint there after `ecluse trace verify`.",
                )
            continue
        head = open_head(path.read_text(encoding="utf-8"), verifier)
        if head.size > trace.size:
            raise NotProvenError(
                f"{path} witnessed {head.size} entries, the trace has {trace.size}: it was rolled back.",
                "Put the newer trace back.",
            )
        if not _was_signed(trace, head, verifier) and _root_at(trace.folder, head.size) != head.root:
            raise NotProvenError(f"{path} witnessed another history of {head.size} entries.", VERIFY)


def _was_signed(trace: Trace, head: Head, verifier: Verifier) -> bool:
    """Say whether ``head`` is one of those that were kept (each was checked against the trace)."""
    return head in heads_of(trace.folder, segment_of(head.size - 1), verifier)


def _root_at(folder: Path, size: int) -> bytes:
    """Return the root of the first ``size`` entries, read again from the files."""
    frontier = Frontier()
    for first in first_sequences(folder):
        for line in read_lines(segment_path(folder, first)).whole[: max(0, size - first)]:
            frontier.add(leaf_hash(line))
    return frontier.root()
