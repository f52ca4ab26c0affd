"""Making a new safe: folder, policy, master key, verifier key, an empty trace.

1. A safe is made once: nothing that exists is written over, so no key is ever lost to a second ``init``.
"""

import os
from pathlib import Path

from ecluse.core.errors import BrokenWorldError
from ecluse.safe import policy as policies
from ecluse.safe.files import write_new
from ecluse.safe.keys import Keys, make_key_file, read_key_file

FOLDERS = ("trace", "heads", "tile", "torn")


def make(folder: Path, *, passphrase: bytes | None = None, origin: str = "", policy_text: str = "") -> str:
    """Make a new safe in ``folder`` (0700); return its verifier key.

    Raises:
        BadInputError: the policy is refused.
        BrokenWorldError: there is a safe already.
    """
    if (folder / "master.key").exists():
        raise BrokenWorldError(f"{folder} already holds a safe.", "A safe is made once; move the old one away first.")
    text = policy_text or policies.DEFAULT_FILE.read_text(encoding="utf-8")
    policy = policies.parse(text)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for name in FOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
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
