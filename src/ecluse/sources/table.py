"""CSV and TSV in blocks: a fast parse where a block is regular, a line-by-line one where it is not.

Every row comes with the number of its line. A row that has not as many fields as the header is rejected, except that
empty fields at its end are forgiven.
"""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyarrow import csv as arrow_csv

from ecluse.core.errors import BadInputError
from ecluse.sources.base import Tally
from ecluse.sources.mapping import Mapping
from ecluse.sources.opening import blocks, stream, text

MANY = 1 << 22
Lines = np.ndarray[tuple[int], np.dtype[np.int64]]


class Part(NamedTuple):
    """Some rows: the wanted columns as text, and the line each stands on."""

    rows: pa.Table
    lines: Lines


def utf8_blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """Yield the text of ``path`` as UTF-8, in blocks of whole lines, without a byte order mark."""
    if encoding.lower().replace("-", "").startswith(("utf16", "utf32")):
        with stream(path) as file:
            decoded = codecs.getreader(encoding)(file, "replace")
            while piece := decoded.read(MANY):
                yield (piece if piece.endswith("\n") else piece + decoded.readline()).encode()
        return
    first = True
    for block in blocks(path):
        data = block.removeprefix(codecs.BOM_UTF8) if first else block
        first = False
        yield data if _is_utf8(data) else b"".join(text(line).encode() for line in _lines(data))


def _lines(data: bytes) -> list[bytes]:
    return [line + b"\n" for line in data.removesuffix(b"\n").split(b"\n")]


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def header(first: bytes, mapping: Mapping) -> tuple[list[str], int]:
    """Return the names of the columns told by the ``first`` block, and how many lines stand before the data."""
    lines = [line.rstrip("\r") for line in first.decode("utf-8", "replace").split("\n")]
    skip = mapping.skip + (1 if lines and lines[0].lower().startswith("sep=") and not mapping.skip else 0)
    if len(lines) <= skip:
        return [], skip
    cells = next(csv.reader([lines[skip]], delimiter=mapping.delimiter, quotechar=mapping.quote or None), [])
    if not mapping.header:
        return [str(place) for place in range(1, len(cells) + 1)], skip
    return unique(cells), skip + 1


def unique(cells: list[str]) -> list[str]:
    """Return names for ``cells``: trimmed, the empty ones by their place, the second of a name with a number."""
    names: list[str] = []
    for place, cell in enumerate(cells, 1):
        name = cell.strip() or str(place)
        names.append(name if name not in names else f"{name} ({place})")
    return names


def parts(path: Path, mapping: Mapping, tally: Tally) -> Iterator[Part]:
    """Yield the rows of ``path``; what is no row goes to the rejects.

    Raises:
        BadInputError: the header lacks a column of the mapping.
    """
    names: list[str] = []
    line = 1
    for place, block in enumerate(utf8_blocks(path, mapping.encoding)):
        data = block.replace(b"\0", b"")
        if place == 0:
            names, before = header(data, mapping)
            _complete(path, names, mapping)
            data = b"".join(_lines(data)[before:]) if before else data
            line += before
        count = data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
        if data.strip():
            fast = _fast(data, names, mapping)
            if fast is not None and fast.num_rows == count:
                tally.lines += count
                yield Part(fast, np.arange(line, line + count, dtype=np.int64))
            else:
                yield _slow(data, names, mapping, (path, line, tally))
        line += count


def _complete(path: Path, names: list[str], mapping: Mapping) -> None:
    missing = [name for name in mapping.wanted if name not in names]
    if missing:
        raise BadInputError(
            f"{path} has no column {', '.join(missing)}; it has {', '.join(names)}.",
            "Correct the mapping, or run `ecluse sources guess` on this file.",
        )


def _fast(data: bytes, names: list[str], mapping: Mapping) -> pa.Table | None:
    try:
        return arrow_csv.read_csv(
            pa.BufferReader(data),
            arrow_csv.ReadOptions(column_names=names, use_threads=False, block_size=len(data) + 1),
            arrow_csv.ParseOptions(delimiter=mapping.delimiter, quote_char=mapping.quote or False),
            arrow_csv.ConvertOptions(
                include_columns=list(mapping.wanted), column_types=dict.fromkeys(mapping.wanted, pa.string())
            ),
        ).combine_chunks()
    except pa.ArrowInvalid:
        return None


def _slow(data: bytes, names: list[str], mapping: Mapping, place: tuple[Path, int, Tally]) -> Part:
    path, first, tally = place
    wanted = [names.index(name) for name in mapping.wanted]
    kept: list[list[str]] = []
    numbers: list[int] = []
    for number, fields, raw in _rows(data.decode("utf-8", "replace").split("\n"), len(names), mapping):
        if fields is None and not raw.strip():
            continue
        tally.lines += 1
        if fields is None:
            reason = f"It has not the {len(names)} fields of the header."
            tally.reject(path, first + number, reason, raw)
        else:
            kept.append([fields[column] for column in wanted])
            numbers.append(first + number)
    columns = list(zip(*kept, strict=True)) or [()] * len(wanted)
    arrays = [pa.array(column, pa.string()) for column in columns]
    return Part(pa.table(arrays, names=list(mapping.wanted)), np.array(numbers, dtype=np.int64))


def _rows(lines: list[str], width: int, mapping: Mapping) -> Iterator[tuple[int, list[str] | None, str]]:
    """Yield (line from 0, fields or None, the line) for each record; a quoted value may span a few lines."""
    place = 0
    while place < len(lines):
        fields, used = _record(lines, place, width, mapping)
        yield place, fields, lines[place].rstrip("\r")
        place += used


def _record(lines: list[str], place: int, width: int, mapping: Mapping) -> tuple[list[str] | None, int]:
    quote = mapping.quote
    whole = lines[place]
    for used in range(1, 21):
        if not quote or whole.count(quote) % 2 == 0:
            if (fields := _fields(whole, width, mapping)) is not None:
                return fields, used
            break
        if place + used >= len(lines):
            break
        whole += "\n" + lines[place + used]
    plain = _fit(lines[place].rstrip("\r").split(mapping.delimiter), width)
    return ([field.strip(quote) for field in plain] if plain and quote else plain), 1


def _fields(whole: str, width: int, mapping: Mapping) -> list[str] | None:
    try:
        rows = list(
            csv.reader(
                [line + "\n" for line in whole.rstrip("\r").split("\n")],
                delimiter=mapping.delimiter,
                quotechar=mapping.quote or None,
                quoting=csv.QUOTE_MINIMAL if mapping.quote else csv.QUOTE_NONE,
            )
        )
    except csv.Error:
        return None
    return _fit(rows[0], width) if len(rows) == 1 else None


def _fit(fields: list[str], width: int) -> list[str] | None:
    while len(fields) > width and not fields[-1].strip():
        fields = fields[:-1]
    return fields if len(fields) == width else None
