"""A database as mysqldump writes it: tables filled side by side, each in a file of its own, and joined in the end.

A table is described by its columns, one a line, as SQL has them; the first is its key.
"""

import shutil
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, NamedTuple, Self

Value = str | int | float | bytes | date | None

TOGETHER = 1000  # rows of one INSERT
ESCAPES = str.maketrans({"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\0": "\\0", "\x1a": "\\Z"})
HEAD = """-- Invented people, stays and events.
-- MySQL dump 10.13
--
-- Host: localhost    Database: {name}
-- ------------------------------------------------------
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET TIME_ZONE='+00:00' */;

"""
TABLE = """DROP TABLE IF EXISTS `{name}`;
CREATE TABLE `{name}` (
{columns}
  PRIMARY KEY (`{key}`)
) ENGINE={engine};
LOCK TABLES `{name}` WRITE;
"""
TAIL = "UNLOCK TABLES;\n\n"


class Database(NamedTuple):
    """What a database is called, how it keeps its rows, and its tables with their columns."""

    name: str
    engine: str
    tables: Mapping[str, str]


class Sheet:
    """The rows of one table, put down as they come; ``rows`` counts them."""

    def __init__(self, table: str, folder: Path) -> None:
        self.rows = 0
        self._insert = f"INSERT INTO `{table}` VALUES\n".encode()
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed with the dump

    def add(self, *values: Value) -> None:
        """Put down a row."""
        if self.rows % TOGETHER:
            self._file.write(b",\n")
        else:
            self._file.write((b";\n" if self.rows else b"") + self._insert)
        self._file.write(f"({','.join(map(sql, values))})".encode())
        self.rows += 1

    def move(self, file: IO[bytes]) -> None:
        """Append the rows to ``file``."""
        self._file.seek(0)
        shutil.copyfileobj(self._file, file)
        file.write(b";\n" if self.rows else b"")

    def close(self) -> None:
        """Give the place of the rows back."""
        self._file.close()


class Dump:
    """A dump being written, in a ``with``: ``dump["users"].add(…)``. After an error no file is left."""

    def __init__(self, path: Path, database: Database) -> None:
        self._path = path
        self._database = database
        self._sheets = {table: Sheet(table, path.parent) for table in sorted(database.tables)}

    def __getitem__(self, table: str) -> Sheet:
        return self._sheets[table]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            if error is None:
                self._join()
        except BaseException:
            self._path.unlink(missing_ok=True)
            raise
        finally:
            for sheet in self._sheets.values():
                sheet.close()

    def _join(self) -> None:
        with self._path.open("wb") as file:
            file.write(HEAD.format(name=self._database.name).encode())
            for table, sheet in self._sheets.items():
                file.write(self._create(table).encode())
                sheet.move(file)
                file.write(TAIL.encode())
            file.write(b"-- Dump completed\n")

    def _create(self, table: str) -> str:
        described = [line.strip().split(" ", 1) for line in self._database.tables[table].strip().splitlines()]
        columns = "\n".join(f"  `{name}` {kind}," for name, kind in described)
        return TABLE.format(name=table, columns=columns, key=described[0][0], engine=self._database.engine)


def sql(value: Value) -> str:
    """Return ``value`` as SQL writes it; bytes as ``0x…``."""
    if isinstance(value, str):
        return f"'{value.translate(ESCAPES)}'"
    if value is None:
        return "NULL"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, bytes):
        return f"0x{value.hex().upper()}" if value else "''"
    return f"'{value.isoformat(' ', 'seconds') if isinstance(value, datetime) else value.isoformat()}'"
