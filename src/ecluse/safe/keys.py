"""The master key and everything derived from it.

1. The master key has no default: 32 random bytes in a 0600 file, or wrapped by a passphrase (Argon2id, parameters
   beside it).
2. The key of a compartment is HKDF-SHA-256 of the master key, the patient's salt, and (reference, compartment): a lie
   about the patient, the salt or the compartment gives a key that opens nothing.
3. Destroying a patient's salt destroys its keys: nothing else is kept.
4. Every use has a derived key of its own; none can be computed from another.
"""

import hashlib
import hmac
import os
from pathlib import Path
from typing import NamedTuple

import msgspec
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.core.words import Compartment, Term
from ecluse.safe.files import write_new
from ecluse.safe.notes import Signer

KEY_BYTES = 32
SALT_BYTES = 32
TOKEN_BYTES = 8
LABEL = b"ecluse v1 "
WRAP_AAD = LABEL + b"master key"
INFO_ENDS = {c: c.value.encode() + b"\x01" for c in Compartment}


class Wrapping(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """How a passphrase becomes the key that wraps the master key (RFC 9106)."""

    time: int
    memory_kib: int
    lanes: int
    salt: bytes


class KeyFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``master.key``. Without ``wrapping``, ``key`` is the key itself; with it, AES-256-GCM nonce and ciphertext."""

    key: bytes
    wrapping: Wrapping | None = None


def _from_passphrase(passphrase: bytes, how: Wrapping) -> AESGCM:
    return AESGCM(
        hash_secret_raw(passphrase, how.salt, how.time, how.memory_kib, how.lanes, KEY_BYTES, Type.ID),
    )


def make_key_file(path: Path, passphrase: bytes | None = None) -> None:
    """Draw a master key and write it at ``path`` (which must not exist), wrapped if there is a passphrase."""
    key = os.urandom(KEY_BYTES)
    kept = KeyFile(key)
    if passphrase is not None:
        how = Wrapping(time=3, memory_kib=65536, lanes=4, salt=os.urandom(16))
        nonce = os.urandom(12)
        kept = KeyFile(nonce + _from_passphrase(passphrase, how).encrypt(nonce, key, WRAP_AAD), how)
    write_new(path, msgspec.json.encode(kept) + b"\n", 0o600)


def read_key_file(path: Path, passphrase: bytes | None = None) -> bytes:
    """Return the master key kept at ``path``.

    Raises:
        BadInputError: the passphrase is missing, or wrong.
        BrokenWorldError: no file, readable by others, or not a key file.
    """
    try:
        if path.stat().st_mode & 0o077:
            raise BrokenWorldError(f"{path} can be read by others.", f"Run `chmod 600 {path}` and ask why it could.")
        kept = msgspec.json.decode(path.read_bytes(), type=KeyFile)
    except (OSError, ValueError, msgspec.MsgspecError) as error:
        raise BrokenWorldError(f"{path} is not a key file: {error}.", "Put the key file back.") from error
    if kept.wrapping is None:
        return _checked(kept.key, path)
    if passphrase is None:
        raise BadInputError("The master key is wrapped by a passphrase.", "Pass --passphrase-file FILE.")
    try:
        opened = _from_passphrase(passphrase, kept.wrapping).decrypt(kept.key[:12], kept.key[12:], WRAP_AAD)
    except InvalidTag as error:
        raise BadInputError("This passphrase does not open the master key.", "Try the right one.") from error
    return _checked(opened, path)


def _checked(key: bytes, path: Path) -> bytes:
    if len(key) != KEY_BYTES:
        raise BrokenWorldError(f"{path} does not hold a key of {KEY_BYTES} bytes.", "Put the key file back.")
    return key


def hkdf(master: bytes, salt: bytes, info: bytes) -> bytes:
    """Return 32 bytes: HKDF-SHA-256 (RFC 5869), extract then the first block of expand."""
    return hmac.digest(hmac.digest(salt, master, "sha256"), info + b"\x01", "sha256")


class Marks(NamedTuple):
    """The two keyed hashes that reading a trace needs."""

    tag_key: bytes
    decoy_key: bytes

    def tag(self, patient: str) -> int:
        """Return the 64-bit number under which caps count a patient; without the key nobody can make two collide."""
        return int.from_bytes(hashlib.blake2b(patient.encode(), digest_size=8, key=self.tag_key).digest(), "big")

    def decoy(self, patient: str) -> str:
        """Return the mark that a decoy's creation bears; any other creation bears random digits of the same form."""
        return hmac.digest(self.decoy_key, patient.encode(), "sha256")[:8].hex()


class Keys:
    """All that the safe derives."""

    def __init__(self, master: bytes) -> None:
        self._master = master
        self._token_key = self._own("blind index")
        self._session_key = self._own("session")
        self.marks = Marks(self._own("patient tag"), self._own("decoy"))
        self._sessions: dict[str, str] = {}
        self.directory = self._own("directory")
        self.snapshot = self._own("snapshot")

    def _own(self, use: str) -> bytes:
        return hkdf(self._master, b"", LABEL + use.encode())

    def signer(self, name: str) -> Signer:
        """Return the signer of heads, under the log's ``name``."""
        return Signer(name, Ed25519PrivateKey.from_private_bytes(self._own("head")))

    def patient(self, patient: str, salt: bytes, compartments: tuple[Compartment, ...]) -> dict[Compartment, bytes]:
        """Return the keys of some compartments of a patient."""
        extracted = hmac.digest(salt, self._master, "sha256")
        prefix = LABEL + b"patient " + patient.encode() + b"\x00"
        return {c: hmac.digest(extracted, prefix + INFO_ENDS[c], "sha256") for c in compartments}

    def token(self, kind: Term, value: str) -> int:
        """Return the blind-index token of a search term: 8 bytes of HMAC as a signed integer."""
        mac = hmac.digest(self._token_key, f"{kind.value}\x00{value}".encode(), "sha256")
        return int.from_bytes(mac[:TOKEN_BYTES], "big", signed=True)

    def session(self, session: str) -> str:
        """Return what the trace keeps of a session: 16 hexadecimal digits of a keyed hash."""
        if not session:
            return ""
        known = self._sessions.get(session)
        if known is None:
            if len(self._sessions) > 50_000:  # noqa: PLR2004 - a bound on memory, not a rule
                self._sessions.clear()
            known = hmac.digest(self._session_key, session.encode(), "sha256")[:8].hex()
            self._sessions[session] = known
        return known
