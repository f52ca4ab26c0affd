"""Files that must not be half there: written aside, synced, renamed, and the folder synced."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST_SOCKET = 100


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_all(fd: int, data: bytes | memoryview) -> None:
    """Write all of ``data``: a short write is continued, an error is raised."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


def write_new(path: Path, data: bytes, mode: int) -> None:
    """Make a durable file that did not exist.

    Raises:
        FileExistsError: it did.
    """
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        write_all(fd, data)
        os.fsync(fd)
    finally:
        os.close(fd)
    sync_folder(path.parent)


def replace(path: Path, data: bytes, mode: int = 0o600, *, durable: bool = True) -> None:
    """Put ``data`` at ``path`` in one step: a reader sees the old file or the new one.

    After a crash: before the rename, the old file and a ``.new`` beside it that the next call overwrites; after it,
    the new file.
    """
    aside = path.with_name(path.name + ".new")
    fd = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        write_all(fd, data)
        if durable:
            os.fsync(fd)
    finally:
        os.close(fd)
    aside.replace(path)
    if durable:
        sync_folder(path.parent)


def append(path: Path, data: bytes) -> None:
    """Append ``data`` durably, all of it or nothing."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        end = os.fstat(fd).st_size
        try:
            write_all(fd, data)
            os.fdatasync(fd)
        except OSError:
            os.ftruncate(fd, end)
            raise
    finally:
        os.close(fd)


@contextmanager
def socket_name(path: Path) -> Iterator[str]:
    """Give a name for the Unix socket at ``path`` that is short enough (108 bytes) however long the path is."""
    if len(bytes(path)) <= LONGEST_SOCKET:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
