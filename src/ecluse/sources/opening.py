"""Opening a log: plain, or packed with gzip, zstd, bzip2, xz, or alone in a zip; always as a stream.

What a file is packed with is told by its first bytes, never by its name.
"""

import bz2
import codecs
import gzip
import hashlib
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import pyarrow as pa

from ecluse.core.errors import BadInputError

HEAD = 1 << 16
LONGEST_LINE = 1 << 26  # 64 MiB: a FHIR bundle on one line may be large; more is no line
BLOCK = 1 << 20
PACKED = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"PK\x03\x04": "zip",
}
UNPACKING = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, pa.ArrowInvalid)


def packing(start: bytes) -> str:
    """Return what ``start``, the first bytes of a file, says it is packed with; empty if it is not packed."""
    return next((name for magic, name in PACKED.items() if start.startswith(magic)), "")


def stream(path: Path) -> IO[bytes]:
    """Open ``path`` for reading its unpacked bytes.

    Raises:
        BadInputError: it cannot be opened, or is a zip of several files or of a spreadsheet.
    """
    try:
        with path.open("rb") as file:
            kind = packing(file.read(8))
        return _unpacked(path, kind)
    except UNPACKING as error:
        raise unreadable(path, error) from error


def _unpacked(path: Path, kind: str) -> IO[bytes]:
    match kind:
        case "gzip":
            return cast("IO[bytes]", gzip.open(path, "rb"))
        case "bzip2":
            return cast("IO[bytes]", bz2.open(path, "rb"))
        case "xz":
            return cast("IO[bytes]", lzma.open(path, "rb"))
        case "zstd":
            return io.BufferedReader(pa.input_stream(str(path), compression="zstd"), BLOCK)
        case "zip":
            return _only_member(path)
        case _:
            return path.open("rb", buffering=BLOCK)


def _only_member(path: Path) -> IO[bytes]:
    archive = zipfile.ZipFile(path)
    members = [member for member in archive.infolist() if not member.is_dir()]
    if any(member.filename.startswith("xl/") for member in members):
        raise BadInputError(f"{path} is a spreadsheet.", "Save it as CSV and name that file.")
    if len(members) != 1:
        raise BadInputError(f"{path} is a zip of {len(members)} files.", "Unzip it and name the folder.")
    return archive.open(members[0])


def unreadable(path: Path, error: Exception) -> BadInputError:
    """Return the error that says ``path`` cannot be read, and what to do."""
    return BadInputError(f"{path} cannot be read: {error}.", "Copy it again, or make it readable to this account.")


def head(path: Path, size: int = HEAD) -> bytes:
    """Return the first ``size`` unpacked bytes of ``path``; fewer if it is shorter or broken after that.

    Raises:
        BadInputError: it cannot be opened.
    """
    found = b""
    with stream(path) as file:
        try:
            while len(found) < size and (piece := file.read(size - len(found))):
                found += piece
        except UNPACKING as error:
            if not found:
                raise unreadable(path, error) from error
    return found


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (number from 1, line without its end) of the unpacked ``path``; never more than one line in memory.

    A line longer than ``LONGEST_LINE`` comes in pieces, under one number each.

    Raises:
        BadInputError: the file breaks off (a cut gzip, a failing disk).
    """
    with stream(path) as file:
        number = 0
        try:
            while line := file.readline(LONGEST_LINE):
                number += 1
                yield number, line.rstrip(b"\r\n")
        except UNPACKING as error:
            raise unreadable(path, error) from error


def blocks(path: Path, size: int = 4 * BLOCK) -> Iterator[bytes]:
    """Yield the unpacked ``path`` in pieces of about ``size`` bytes that end at a line's end.

    Raises:
        BadInputError: the file breaks off.
    """
    with stream(path) as file:
        try:
            while piece := file.read(size):
                yield piece if piece.endswith(b"\n") else piece + file.readline(LONGEST_LINE)
        except UNPACKING as error:
            raise unreadable(path, error) from error


def digest(path: Path) -> str:
    """Return the SHA-256 of the bytes of ``path`` as they lie on disk, in hexadecimal.

    Raises:
        BadInputError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise unreadable(path, error) from error


def encoding(start: bytes) -> str:
    """Return the encoding that ``start``, the first bytes of a text, is written in.

    UTF-16 and UTF-8 by their marks, UTF-8 when it decodes (a character cut at the end is no fault), else Windows-1252:
    every byte of ISO-8859-1 that occurs in text means the same there.
    """
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig" if start.startswith(codecs.BOM_UTF8) else "utf-8"


def text(data: bytes) -> str:
    """Return ``data`` as text: UTF-8 if it is, else Windows-1252 with ISO-8859-1 for its five holes."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="ecluse-latin1")


def _latin1(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("ecluse-latin1", _latin1)
