"""Spill: resources that come one a line, grouped by patient on disk.

So that memory stays flat whatever the size of the input.

What is spilled is sealed with a key that lives in this process alone: a crash leaves files nobody can read.
"""

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ecluse.record.seal import NONCE

CHUNK = 256 << 10
BUCKET = 24 << 20
MOST_BUCKETS = 256
LENGTH = struct.Struct(">I")


class Loose(msgspec.Struct, array_like=True):
    """One resource by itself: where it stood, the key of its patient, its text."""

    source: str
    line: int
    patient: str
    text: bytes


class Spill:
    """Buckets of loose resources: all those of one patient are in the same one, in their order."""

    def __init__(self, folder: Path, size: int) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.cipher = AESGCM(AESGCM.generate_key(256))
        self.count = max(1, min(MOST_BUCKETS, size // BUCKET))
        self.files: dict[int, BinaryIO] = {}
        self.waiting: dict[int, list[Loose]] = {}
        self.held: dict[int, int] = {}

    def add(self, loose: Loose, mark: int) -> None:
        """Put a resource into the bucket that ``mark`` (a number of its patient) chooses."""
        bucket = mark % self.count
        self.waiting.setdefault(bucket, []).append(loose)
        self.held[bucket] = self.held.get(bucket, 0) + len(loose.text) + 64
        if self.held[bucket] >= CHUNK:
            self.flush(bucket)

    def flush(self, bucket: int) -> None:
        """Write what waits for a bucket as one sealed chunk."""
        if bucket not in self.files:
            fd = os.open(self.folder / f"{bucket:03}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self.files[bucket] = os.fdopen(fd, "wb")
        nonce = os.urandom(NONCE)
        chunk = nonce + self.cipher.encrypt(nonce, msgspec.msgpack.encode(self.waiting.pop(bucket)), b"%d" % bucket)
        self.files[bucket].write(LENGTH.pack(len(chunk)) + chunk)
        self.held[bucket] = 0

    def buckets(self) -> Iterator[dict[str, list[Loose]]]:
        """Yield each bucket, its resources by patient; the files go as they are read."""
        for bucket in sorted({*self.files, *self.waiting}):
            if self.waiting.get(bucket):
                self.flush(bucket)
            self.files.pop(bucket).close()
            path = self.folder / f"{bucket:03}"
            by_patient: dict[str, list[Loose]] = {}
            for loose in self.read(path, bucket):
                by_patient.setdefault(loose.patient, []).append(loose)
            path.unlink()
            yield by_patient
        self.folder.rmdir()

    def read(self, path: Path, bucket: int) -> Iterator[Loose]:
        """Yield what a bucket holds, in order."""
        with path.open("rb") as file:
            while head := file.read(LENGTH.size):
                chunk = file.read(LENGTH.unpack(head)[0])
                clear = self.cipher.decrypt(chunk[:NONCE], chunk[NONCE:], b"%d" % bucket)
                yield from msgspec.msgpack.decode(clear, type=list[Loose])
