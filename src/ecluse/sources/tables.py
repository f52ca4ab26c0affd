"""Tables of a database, whether they come as a dump of SQL or as CSV, one file a table: the same rows either way.

A table is known by columns it must have (``Shape``), in any order and with others beside them; a dump's table by its
name too. A reader asks for columns by name; ``"date|datetime"`` takes the first of these names that is there, and a
column that is not there is always None. NULL is None, binary is ``0x…``, all else is text.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import cast

from ecluse.core.errors import EcluseError
from ecluse.sources.base import Tally
from ecluse.sources.mysqldump import CUT, Bad, Insert, statements
from ecluse.sources.opening import HEAD, LONGEST_LINE, UNPACKING, encoding, head, stream
from ecluse.sources.sql_values import value

Row = tuple[str | None, ...]
Shapes = Mapping[str, frozenset[str]]
NULL = {"\\N", "NULL"}
DELIMITERS = ",;\t|"
SQL = (b"insert into", b"create table", b"replace into", b"mysql dump", b"mariadb dump", b"phpmyadmin sql dump")
STARTS = (b"--", b"/*", b"set ", b"use ", b"drop table", b"lock tables", b"start transaction", b"create database")
ACTORS = frozenset(  # columns by which a CSV is somebody's log, not a table that only resembles one of the shapes
    ("user", "user_id", "username", "login", "utilisateur", "compte", "account", "actor", "acteur", "agent", "event")
) | {"action", "timestamp", "horodatage"}
BROKEN = "{} breaks off in the middle of a row: what came after is missing."
MISFIT = "It has not the {} values of the columns."


class Part:
    """Some rows of one table. They must be taken before the next part is asked for; rows not asked for are passed over.

    ``table`` is the name of its shape, ``row`` the number of the last row in the file.
    """

    def __init__(self, table: str, columns: Sequence[str], path: Path, tally: Tally | None) -> None:
        self.table = table
        self.columns = tuple(name.strip().lower() for name in columns)
        self.path = path
        self.row = 0
        self._tally = tally

    def has(self, *names: str) -> bool:
        """Say whether all of these columns are there."""
        return all(self._place(name) is not None for name in names)

    def rows(self, *names: str) -> Iterator[Row]:
        """Yield the values of these columns, row by row; rows that do not fit go to the rejects."""
        places = [self._place(name) for name in names]
        there = tuple(place for place in places if place is not None)
        return self._take(there) if len(there) == len(places) else self._filled(there, places)

    def _filled(self, there: tuple[int, ...], places: list[int | None]) -> Iterator[Row]:
        for kept in self._take(there):
            left = iter(kept)
            yield tuple([None if place is None else next(left) for place in places])

    def reject(self, reason: str, text: str = "") -> None:
        """Hand on the last row as unreadable."""
        if self._tally is not None:
            self._tally.reject(self.path, self.row, f"{self.table}: {reason}", text)

    def skip(self, why: str) -> None:
        """Count the last row as no access."""
        if self._tally is not None:
            self._tally.skip(why)

    def _place(self, name: str) -> int | None:
        return next((self.columns.index(one) for one in name.lower().split("|") if one in self.columns), None)

    def _count(self) -> None:
        self.row += 1
        if self._tally is not None:
            self._tally.lines += 1

    def _take(self, places: tuple[int, ...]) -> Iterator[Row]:
        raise NotImplementedError


class _Dumped(Part):
    """The rows of one INSERT of a dump."""

    def __init__(self, insert: Insert, table: str, path: Path, tally: Tally | None) -> None:
        super().__init__(table, insert.columns, path, tally)
        self._insert = insert

    def _take(self, places: tuple[int, ...]) -> Iterator[Row]:
        ordered = tuple(sorted(set(places)))
        binary = [self._insert.columns[place] in self._insert.binary for place in ordered]
        order = [ordered.index(place) for place in places]
        straight = order == list(range(len(ordered)))
        for tokens in self._insert.rows(ordered):
            self._count()
            if isinstance(tokens, Bad):
                self.reject(tokens.reason)
                if tokens.reason == CUT and self._tally is not None:
                    self._tally.say(BROKEN.format(self.path.name))
                continue
            values = tuple(
                [
                    token if token.isdigit() else value(token, binary=raw)
                    for token, raw in zip(tokens, binary, strict=False)
                ]
            )
            yield values if straight else tuple([values[place] for place in order])


class _Listed(Part):
    """The rows of a CSV file."""

    def __init__(self, table: str, header: "Header", path: Path, tally: Tally | None) -> None:
        super().__init__(table, header.columns, path, tally)
        self._header = header

    def _take(self, places: tuple[int, ...]) -> Iterator[Row]:
        width = len(self.columns)
        pick = cast("Callable[[list[str]], Row]", itemgetter(*places) if len(places) > 1 else _picker(places))
        records = self._header.records(self.path)
        next(records, None)
        while True:
            try:
                record = next(records)
            except StopIteration:
                return
            except csv.Error as error:
                self._count()
                self.reject(f"It is no CSV: {error}.")
                continue
            if not record:
                continue
            self._count()
            if len(record) != width:
                self.reject(MISFIT.format(width))
                continue
            values = pick(record)
            yield tuple([None if one in NULL else one for one in values])


def _picker(places: tuple[int, ...]) -> Callable[[list[str]], Row]:
    return lambda record: tuple(record[place] for place in places)


class Header:
    """The first line of a CSV file: its delimiter and columns."""

    def __init__(self, start: bytes) -> None:
        self._encoding = encoding(start)
        line = next(iter(start.decode(self._encoding, "replace").splitlines()), "")
        self.delimiter = max(DELIMITERS, key=line.count)
        cells = next(csv.reader([line], delimiter=self.delimiter), [])
        self.columns = tuple(cell.strip() for cell in cells)

    def records(self, path: Path) -> Iterator[list[str]]:
        """Yield all records of ``path``, the header too."""
        csv.field_size_limit(LONGEST_LINE)
        with stream(path) as file, io.TextIOWrapper(file, self._encoding, errors="ecluse-latin1", newline="") as lines:
            yield from csv.reader(lines, delimiter=self.delimiter)


def is_dump(start: bytes) -> bool:
    """Say whether ``start`` looks like the beginning of a dump."""
    text = start[:HEAD].lower()
    return text.lstrip(b"\xef\xbb\xbf \r\n").startswith((*STARTS, *SQL)) and any(word in text for word in SQL)


def known(table: str, columns: Iterable[str], shapes: Shapes) -> str:
    """Return the shape that ``table`` with ``columns`` has; without a table, the most telling; else nothing."""
    there = {column.strip().lower() for column in columns}
    fitting = [name for name, needs in shapes.items() if needs <= there]
    if table:
        bare = table.lower()
        return next((name for name in fitting if bare == name or bare.endswith("_" + name)), "")
    fitting = [name for name in fitting if shapes[name] & ACTORS or not there & ACTORS]
    return max(fitting, key=lambda name: len(shapes[name]), default="")


def parts(path: Path, shapes: Shapes, tally: Tally | None = None, only: frozenset[str] | None = None) -> Iterator[Part]:
    """Yield the tables of ``path`` that have one of ``shapes`` (and are in ``only``), in the order of the file.

    With a ``tally``, INSERTs into other tables are counted as skipped, one line each.
    """
    start = head(path)
    if not is_dump(start):
        header = Header(start)
        table = known("", header.columns, shapes)
        if table and (only is None or table in only):
            yield _Listed(table, header, path, tally)
        return

    names: dict[tuple[str, tuple[str, ...]], str] = {}

    def wanted(table: str, columns: tuple[str, ...]) -> bool:
        if (name := names.get((table, columns))) is None:
            name = names[table, columns] = known(table, columns, shapes)
        if name and (only is None or name in only):
            return True
        if tally is not None:
            tally.lines += 1
            tally.skip("no table of a trace" if columns else "a table without the names of its columns")
        return False

    row = 0
    with stream(path) as file:
        for insert in statements(file, wanted):
            part = _Dumped(insert, names[insert.table, insert.columns], path, tally)
            part.row = row
            yield part
            row = part.row


def contents(path: Path, shapes: Shapes) -> frozenset[str]:
    """Return the names of the shapes that are in ``path``. A dump is passed over whole, once."""
    try:
        state = path.stat()
        listed = _tables(path, state.st_mtime_ns, state.st_size)
    except (*UNPACKING, EcluseError):
        return frozenset()
    return frozenset(name for table, columns in listed if (name := known(table, columns, shapes)))


@lru_cache(maxsize=8192)
def _tables(path: Path, _when: int, _size: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return (table, columns) of each table in ``path``; of a CSV, its columns under no name."""
    start = head(path)
    if not is_dump(start):
        return (("", Header(start).columns),)
    listed: dict[tuple[str, tuple[str, ...]], None] = {}
    with stream(path) as file, suppress(*UNPACKING):  # a file that breaks off is told when it is read
        for whole in (io.BytesIO(start), file):
            for _ in statements(whole, lambda table, columns: bool(listed.setdefault((table, columns)))):
                pass
    return tuple(listed)


def sources(folder: Path, files: Iterable[Path], shapes: Shapes) -> list[tuple[Path, frozenset[str]]]:
    """Return which tables to take from which of ``files``: those in ``folder`` come before those elsewhere.

    A table that lies in ``folder`` is not looked for elsewhere: another folder may be another hospital.
    """
    there = [(one, contents(one, shapes)) for one in sorted(set(files), key=str)]
    near = [(one, tables) for one, tables in there if one.parent == folder and tables]
    have = frozenset(name for _, tables in near for name in tables)
    far = [(one, tables - have) for one, tables in there if one.parent != folder and tables - have]
    return near + far


def nearest(path: Path, siblings: Iterable[Path]) -> list[Path]:
    """Return ``path``, then its siblings, those of its own folder first."""
    others = sorted(
        (one for one in set(siblings) if one != path), key=lambda one: (one.parent != path.parent, str(one))
    )
    return [path, *others]
