"""Opening a safe: one owner, key and policy checked, trace replayed, torn tail cut, heads compared.

1. Only one process owns a safe's folder (a lock on the folder itself).
2. (S2) A trace shorter than a witnessed head, or whose root differs from any signed head, is refused.
3. (S7) Only bytes that were never acknowledged are cut: what follows the last whole line. They are kept aside in ``torn/``.
4. What a start found (policy, key file, torn bytes) is itself an entry.
"""

import fcntl
import hashlib
import os
import time
from pathlib import Path

import msgspec

from ecluse.core.errors import BrokenWorldError, NotProvenError
from ecluse.core.words import Action, Decision
from ecluse.safe import policy as policies
from ecluse.safe.desk import Desk
from ecluse.safe.entry import SAFE, Started, decode
from ecluse.safe.files import write_new
from ecluse.safe.keys import Keys, make_key_file, read_key_file
from ecluse.safe.merkle import Frontier
from ecluse.safe.notes import Head, Verifier, open_head
from ecluse.safe.state import State
from ecluse.safe.tiles import SEGMENT, heads_path, segment_path
from ecluse.safe.trace import Trace

FOLDERS = ("trace", "heads", "tile", "torn")


def make(folder: Path, *, passphrase: bytes | None = None, origin: str = "", policy_text: str = "") -> str:
    """Make a new safe in ``folder``; return its verifier key.

    Raises:
        BrokenWorldError: there is one already.
    """
    if (folder / "master.key").exists():
        raise BrokenWorldError(f"{folder} already holds a safe.", "A safe is made once; move the old one away first.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    text = policy_text or policies.DEFAULT_FILE.read_text(encoding="utf-8")
    policy = policies.parse(text)
    write_new(folder / "policy.toml", text.encode(), 0o600)
    for witness in witnesses(folder, policy):
        witness.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_key_file(folder / "master.key", passphrase)
    name = origin or f"ecluse.local/{os.urandom(4).hex()}"
    vkey = Keys(read_key_file(folder / "master.key", passphrase)).signer(name).verifier.text()
    write_new(folder / "key.vkey", vkey.encode() + b"\n", 0o644)
    return vkey


def witnesses(folder: Path, policy: policies.Policy) -> tuple[Path, ...]:
    """Return the files where heads are also written."""
    return tuple((folder / path).resolve() for path in policy.witness.paths)


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
    verifier = Verifier.of((folder / "key.vkey").read_text())
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
    text = (folder / "policy.toml").read_bytes()
    policy = policies.parse(text.decode())
    state = State(policy, keys)
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    for witness in witnesses(folder, policy):
        witness.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    trace = Trace(folder, keys.signer(verifier.name), Frontier(), witnesses(folder, policy))
    replay(trace, state, verifier)
    _compare_witnesses(trace, verifier)
    desk = Desk(keys, trace, state, policies.digest(text))
    desk.tick(time.time())
    started = Started(verifier.text(), policies.digest(text), text.decode(), digests(folder))
    desk.write(Action.START, Decision.ALLOW, "start", account=SAFE, started=started)
    trace.commit()
    trace.write_tiles()
    trace.sign_if_due(now=True)
    desk.started = time.time()
    return desk


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of the files of the safe that no head covers otherwise."""
    files = [folder / "master.key", folder / "key.vkey", *sorted((folder / "torn").iterdir())]
    return {
        str(file.relative_to(folder)): hashlib.sha256(b"ecluse file\n" + file.read_bytes()).hexdigest()
        for file in files
    }


def replay(trace: Trace, state: State, verifier: Verifier) -> None:
    """Read the whole trace: rebuild the tree and the state, cut the torn tail, compare with every signed head."""
    segments = sorted((trace.folder / "trace").iterdir())
    for number, path in enumerate(segments):
        if path != segment_path(trace.folder, number * SEGMENT):
            raise NotProvenError(f"{path} is not where a segment of the trace belongs.", "Look at the folder.")
        last = number == len(segments) - 1
        if last:
            repair(trace.folder, path, b"\n")
        roots = _heads_of(trace, number * SEGMENT, verifier, last=last)
        _replay_segment(trace, state, path, roots)
        if not last and trace.size != (number + 1) * SEGMENT:
            raise NotProvenError(f"{path} is shorter than a full segment.", "Run `ecluse trace verify`.")
        if any(size > trace.size for size in roots):
            raise NotProvenError(f"{path} ends before a head that was signed.", "Entries are missing: find the copy.")
    trace.resume()


def _heads_of(trace: Trace, first: int, verifier: Verifier, *, last: bool) -> dict[int, bytes]:
    path = heads_path(trace.folder, first)
    if not path.exists():
        return {}
    if last:
        repair(trace.folder, path, b"\n\n")
    notes = read_heads(path)
    heads = [open_head(note, verifier) for note in notes]
    if notes:
        trace.head, trace.signed_size = notes[-1], heads[-1].size
    return {head.size: head.root for head in heads}


def read_heads(path: Path) -> list[str]:
    """Return the signed notes kept in a file of heads: each is followed by an empty line."""
    lines = path.read_text(encoding="utf-8").split("\n")
    return ["\n".join(lines[i : i + 5]) + "\n" for i in range(0, len(lines) - 1, 6)]


def _replay_segment(trace: Trace, state: State, path: Path, roots: dict[int, bytes]) -> None:
    with path.open("rb") as file:
        for line in file:
            whole = line[:-1]
            try:
                entry = decode(whole)
            except msgspec.MsgspecError as error:
                raise NotProvenError(f"{path}: entry {trace.size} cannot be read: {error}.") from error
            if entry.seq != trace.size:
                raise NotProvenError(f"{path}: entry {entry.seq} stands at place {trace.size}.")
            trace.replayed(whole)
            state.apply(entry, entry.at.timestamp())
            if trace.size in roots and trace.frontier.root() != roots[trace.size]:
                raise NotProvenError(f"The root of {trace.size} entries is not the one that was signed.")


def repair(folder: Path, path: Path, end: bytes) -> None:
    """Cut what follows the last ``end`` of a file, and keep it aside."""
    data = path.read_bytes()
    whole = data.rfind(end) + len(end) if end in data else 0
    if whole == len(data):
        return
    write_new(folder / "torn" / f"{path.name}.{whole}.{os.urandom(4).hex()}", data[whole:], 0o600)
    with path.open("r+b") as file:
        file.truncate(whole)
        os.fsync(file.fileno())


def _compare_witnesses(trace: Trace, verifier: Verifier) -> None:
    """Refuse a trace older than a head seen elsewhere (S2)."""
    for path in trace.witnesses:
        if not path.exists():
            if trace.size:
                raise NotProvenError(
                    f"The witnessed head {path} is missing.",
                    "Put it back; if its medium is lost, copy safe/checkpoint there after `ecluse trace verify`.",
                )
            continue
        head: Head = open_head(path.read_text(encoding="utf-8"), verifier)
        if head.size > trace.size:
            raise NotProvenError(
                f"{path} witnessed {head.size} entries, the trace has {trace.size}: it was rolled back.",
                "Put the newer trace back.",
            )
        if head.size > 0 and trace.root_at(head.size) != head.root:
            raise NotProvenError(f"{path} witnessed another history of {head.size} entries.", "Call security.")
