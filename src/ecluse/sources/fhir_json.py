"""FHIR resources out of any JSON file: NDJSON (one a line), one resource, a Bundle, an array, several in a row.

1. A file of any size is read in constant memory: a line, or an entry of a Bundle, at a time.
2. What is longer than ``json_walk.LONGEST`` or nested deeper than a parser bears is rejected, and the next is read.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from ecluse.sources.base import Tally
from ecluse.sources.json_walk import LONGEST, Walk
from ecluse.sources.opening import stream

TYPE = re.compile(rb'"resourceType"\s*:\s*"(\w+)"')
BUNDLE = re.compile(rb'"resourceType"\s*:\s*"Bundle"')
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
FIRST_LINES = 20
LONGEST_REASON = 200
SAMPLE = 1 << 18

Shape = TypeVar("Shape")


def types(head: bytes) -> set[str]:
    """Return the types of resource named in ``head``, the beginning of a file."""
    return {found.decode() for found in TYPE.findall(head)}


def by_line(head: bytes) -> bool:
    """Say whether ``head`` is NDJSON: among its first lines there is a whole resource that is no Bundle."""
    return any(_whole(line) for line in head.splitlines()[:FIRST_LINES])


def _whole(line: bytes) -> bool:
    bare = line[line.find(b"{") :].strip()
    if line.lstrip().startswith(b'"') or not bare.endswith(b"}") or not TYPE.search(bare) or BUNDLE.search(bare):
        return False
    try:
        msgspec.json.decode(bare, type=msgspec.Raw)
    except UNREADABLE:
        return False
    return True


def lines(path: Path, tally: Tally) -> Iterator[tuple[int, bytes]]:
    """Yield (number from 1, line) of the NDJSON in ``path``; a line too long is rejected and passed over."""
    with stream(path) as file:
        number = 0
        while line := file.readline(LONGEST):
            number += 1
            if line.isspace():
                continue
            tally.lines += 1
            if len(line) < LONGEST or line.endswith(b"\n"):
                yield number, line
                continue
            tally.reject(path, number, f"longer than {LONGEST} bytes")
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST)


def walked(path: Path, tally: Tally) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (number from 1, resource) of a file that is not NDJSON; entries of Bundles come as what they hold."""

    def broken(number: int, reason: str) -> None:
        tally.lines += 1
        tally.reject(path, number, reason)

    with stream(path) as file:
        for number, found in Walk(file, broken).objects():
            inner = found.get("resource", found)
            for one in _unfolded(inner if isinstance(inner, dict) else {}):
                tally.lines += 1
                yield number, one


def _unfolded(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield ``resource``, or what it holds if it is itself a Bundle."""
    entries = resource.get("entry")
    if resource.get("resourceType") != "Bundle" or not isinstance(entries, list):
        yield resource
        return
    for entry in entries:
        inner = entry.get("resource") if isinstance(entry, dict) else None
        yield inner if isinstance(inner, dict) else {}


def convert(found: dict[str, Any], shape: type[Shape]) -> Shape:
    """Return ``found`` in its ``shape``; empty values (null) and numbers as text are forgiven.

    Raises:
        msgspec.ValidationError: it does not fit.
        RecursionError: it is nested too deep.
    """
    try:
        return msgspec.convert(found, shape)
    except msgspec.ValidationError:
        return msgspec.convert(mended(found), shape, strict=False)


def mended(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return ``value`` without what is null and with numbers as text, at any depth."""
    if isinstance(value, dict):
        return {key: mended(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [mended(inner) for inner in value if inner is not None]
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def reason(error: BaseException) -> str:
    """Return in short why JSON could not be read; never what it held."""
    return (
        "nested too deep" if isinstance(error, RecursionError) else f"not as FHIR writes it: {error}"[:LONGEST_REASON]
    )
