"""The outer shape of a table as text: encoding, delimiter, lines before the header, names of the columns."""

import csv
import re
from collections import Counter
from typing import NamedTuple

from ecluse.sources.opening import encoding, text
from ecluse.sources.table import unique

DELIMITERS = (";", "\t", ",", "|")
SAMPLE_LINES = 400
REGULAR = 0.8
PREAMBLE = 20
DATUM = re.compile(r"\d[\d\s:/.,T+-]*Z?|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*|\d+(\.\d+){3}")
OTHER_FORMATS = ("{", "[", "<", "INSERT ", "--", "/*", "MSH|", "BHS|", "FHS|", "dn:", "version:")


class Shape(NamedTuple):
    """How to cut a file into cells, and its first rows."""

    encoding: str
    delimiter: str
    skip: int
    header: bool
    names: list[str]
    rows: list[list[str]]


def shape(head: bytes) -> Shape | None:
    """Return the shape of the text that begins with ``head``, or None when it is no table."""
    coded = encoding(head)
    words = head.decode(coded, "ignore") if coded.startswith("utf") else text(head)
    if words.lstrip("\ufeff \r\n\t").startswith(OTHER_FORMATS):
        return None
    lines = [line.rstrip("\r") for line in words.split("\n")]
    if len(lines) > 1:
        lines.pop()  # cut in the middle, or empty
    best = max((_try(lines[:SAMPLE_LINES], one) for one in DELIMITERS), key=lambda tried: tried[0])
    if best[0] == 0:
        return None
    return _shaped(coded, best[1], best[2], lines)


def _try(lines: list[str], delimiter: str) -> tuple[float, str, int]:
    """Return (regularity, delimiter, number of columns); regularity 0 is no table."""
    widths = Counter(len(_cells(line, delimiter)) for line in lines if line.strip())
    width, often = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
    counted = max(widths.total() - (PREAMBLE if widths.total() > 2 * PREAMBLE else 0), 1)
    share = min(often / counted, 1.0)
    return (share if width > 1 and share >= REGULAR else 0.0, delimiter, width)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line.split(delimiter)


def _shaped(coded: str, delimiter: str, width: int, lines: list[str]) -> Shape | None:
    cells = [_cells(line, delimiter) for line in lines[:SAMPLE_LINES]]
    start = next(place for place, row in enumerate(cells) if len(row) == width)
    if start == 0 and lines[0].lower().startswith("sep="):
        start = 1
    first = cells[start]
    header = not any(DATUM.fullmatch(cell.strip()) for cell in first) and any(cell.strip() for cell in first)
    names = unique(first) if header else [str(place) for place in range(1, width + 1)]
    rows = [row for row in cells[start + header :] if len(row) == width]
    return Shape(coded, delimiter, start, header, names, rows)
