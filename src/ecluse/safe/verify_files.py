"""Verifying the files that the tree does not cover: keys, policy, snapshot, checkpoint, and what should not be there.

1. The policy and the verifier key are compared with the text that the last start wrote in the trace; the key file and
   what was kept aside after a crash, with their digest there.
2. A file that nothing explains is reported.
"""

import re
from pathlib import Path

from ecluse.core.errors import NotProvenError
from ecluse.safe.entry import Started
from ecluse.safe.notes import Verifier, open_head
from ecluse.safe.opening import file_digest
from ecluse.safe.scan import first_sequences, read_heads
from ecluse.safe.snapshot import NAME, signed_body
from ecluse.safe.tiles import heads_path
from ecluse.safe.verify_segment import Wrong, differs

KNOWN = re.compile(
    r"policy\.toml|master\.key|key\.vkey|checkpoint|snapshot|(checkpoint|snapshot)\.new|torn/[^/]+"
    r"|trace/[0-9]{12}\.jsonl|heads/[0-9]{12}\.notes|tile/[0-9]+/(x[0-9]{3}/)*[0-9]{3}(\.p/[0-9]+)?"
)


def verifier_of(folder: Path, vkey: str, faults: list[Wrong]) -> Verifier:
    """Return the verifier to use: the one given, else the safe's own.

    Raises:
        NotProvenError: the one given is not one, or none can be found.
    """
    if vkey:
        return Verifier.of(vkey)
    text = read_text(folder / "key.vkey")
    try:
        return Verifier.of(text)
    except NotProvenError as error:
        faults.append(Wrong("key.vkey", error.message, 0))
    return Verifier.of(_told(folder))


def _told(folder: Path) -> str:
    """Return the verifier key that the first start wrote, to go on when the file is damaged."""
    with (folder / "trace" / f"{0:012d}.jsonl").open("rb") as file:
        found = re.search(rb'"vkey":"([^"]+)"', file.readline())
    if not found:
        raise NotProvenError("No verifier key can be found.", "Pass --key VKEY.")
    return found[1].decode()


def read_text(path: Path) -> str:
    """Return the text of a file, empty when it is missing; bytes that are not UTF-8 make it differ, not fail."""
    return path.read_bytes().decode("utf-8", "replace") if path.exists() else ""


def last_signed(folder: Path, verifier: Verifier) -> int:
    """Return the size of the last head that verifies."""
    for first in reversed(first_sequences(folder)):
        for kept in reversed(read_heads(heads_path(folder, first))):
            try:
                return open_head(kept.note, verifier).size
            except NotProvenError:
                continue
    return 0


def check_files(folder: Path, verifier: Verifier, started: Started | None) -> list[Wrong]:
    """Return what is wrong with the files that the tree does not cover."""
    wrong = [Wrong(name, "no file of a safe") for name in _names(folder) if not KNOWN.fullmatch(name)]
    wrong += [Wrong(str(p.relative_to(folder)), "heads of no segment") for p in _lone_heads(folder)]
    if (folder / NAME).exists():
        wrong += _snapshot(folder, verifier)
    if started is None:
        return [*wrong, Wrong("trace", "no entry tells with what the safe was started")]
    for name, text in (("policy.toml", started.policy_text), ("key.vkey", started.vkey + "\n")):
        data = (folder / name).read_bytes() if (folder / name).exists() else b""
        if data != text.encode():
            wrong.append(Wrong(name, "not the text of the last start", differs(data, text.encode())))
    files = {name for name in _names(folder) if name.startswith("torn/")} | set(started.files)
    for name in sorted(files - {"key.vkey"}):
        path = folder / name
        if not path.exists() or file_digest(path) != started.files.get(name):
            wrong.append(Wrong(name, "not the file of the last start", 0))
    return wrong


def _names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def _lone_heads(folder: Path) -> list[Path]:
    known = {heads_path(folder, first) for first in first_sequences(folder)}
    return [path for path in sorted((folder / "heads").iterdir()) if path not in known]


def _snapshot(folder: Path, verifier: Verifier) -> list[Wrong]:
    try:
        signed_body((folder / NAME).read_bytes(), verifier)
    except NotProvenError as error:
        return [Wrong(NAME, error.message, 0)]
    return []


def check_checkpoint(folder: Path, before: str, last: str) -> list[Wrong]:
    """The checkpoint, read before the heads, is one of the last two that are kept."""
    if before == last or not last:
        return []
    kept = [head.note for first in first_sequences(folder)[-2:] for head in read_heads(heads_path(folder, first))]
    if before in kept:
        return []
    return [Wrong("checkpoint", "not a head that was kept", differs(before.encode(), last.encode()))]
