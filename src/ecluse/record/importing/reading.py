"""Reading: files and folders, plain or gzip, whole JSON documents or one document a line.

Told apart by content, not by name.
"""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import msgspec

from ecluse.core.errors import BadInputError

GZIP = b"\x1f\x8b"
FIRST_LINE = 64 << 20
SUFFIXES = (".json", ".ndjson", ".jsonl")


class Document(NamedTuple):
    """One JSON text, where it starts, and how many bytes of input were read when it was met."""

    source: str
    line: int
    text: bytes
    position: int


def files(paths: list[Path]) -> list[Path]:
    """Return the files named, and those of folders that look like JSON, in order.

    Raises:
        BadInputError: a path does not exist, or nothing was found.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(p for p in path.rglob("*") if p.is_file() and p.name.removesuffix(".gz").endswith(SUFFIXES))
        elif path.is_file():
            found.append(path)
        else:
            raise BadInputError(f"{path} does not exist.", "Name files or folders of FHIR bundles or NDJSON.")
    if not found:
        raise BadInputError("There is no .json or .ndjson file (or .gz of one) there.")
    return found


def documents(path: Path, before: int = 0) -> Iterator[Document]:
    """Yield the documents of one file. ``before``: bytes of input read before this file.

    Raises:
        OSError: it cannot be read (a cut gzip file too).
        EOFError: a gzip file is cut short.
    """
    with path.open("rb") as raw:
        zipped = raw.read(2) == GZIP
        raw.seek(0)
        stream = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if zipped else raw
        first = stream.readline(FIRST_LINE)
        if not one_a_line(first):
            whole = first + stream.read()
            if not whole.isspace():
                yield Document(str(path), 1, whole, before + raw.tell())
            return
        yield Document(str(path), 1, first, before)
        for line, text in enumerate(stream, 2):
            if not text.isspace():
                yield Document(str(path), line, text, before + raw.tell())


def one_a_line(first: bytes) -> bool:
    """Tell from its first line whether a file holds one JSON object a line.

    The line is an object by itself, or a broken one.
    """
    line = first.strip()
    return one_document(line) or (line.startswith(b"{") and line.endswith(b"}"))


def one_document(line: bytes) -> bool:
    """Tell whether a line is a JSON object by itself."""
    try:
        return isinstance(msgspec.json.decode(line), dict)
    except (msgspec.DecodeError, RecursionError):
        return False
