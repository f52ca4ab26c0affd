"""The tables of the record as whoever runs code in the web process reads them: pseudonyms, salts, sealed parts."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ecluse.core.words import Compartment
from ecluse.record import seal

PATIENTS = "SELECT id, ref, salt FROM record_patient ORDER BY id"
KEPT = "SELECT patient_id, compartment FROM record_part WHERE current GROUP BY patient_id, compartment"
PARTS = "SELECT n, type, version, compartment, sealed FROM record_part WHERE patient_id = {} AND current"
TOKENED = "SELECT patient_id FROM record_token WHERE token = {}"
ACCOUNTS = (
    "SELECT a.username, p.profession FROM accounts_accountprofession p "
    "JOIN accounts_account a ON a.id = p.account_id ORDER BY a.username"
)


class Row(NamedTuple):
    """A patient as the database has one. ``kept``: the compartments that hold something."""

    number: int
    ref: str
    salt: bytes
    kept: frozenset[Compartment]


class Tables:
    """The database, read with the rights of the web process."""

    def __init__(self, connection: sqlite3.Connection | psycopg.Connection, mark: str) -> None:
        self._connection, self._mark = connection, mark

    def ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        asked = query.replace("{}", self._mark)
        if isinstance(self._connection, sqlite3.Connection):
            return self._connection.execute(asked, values).fetchall()
        return self._connection.execute(asked.encode(), values).fetchall()

    def patients(self) -> list[Row]:
        """Return everybody."""
        kept: dict[int, set[Compartment]] = {}
        for number, compartment in self.ask(KEPT):
            kept.setdefault(number, set()).add(Compartment(compartment))
        return [Row(n, ref, bytes(salt), frozenset(kept.get(n, ()))) for n, ref, salt in self.ask(PATIENTS)]

    def opened(self, row: Row, keys: dict[Compartment, bytes]) -> Iterator[bytes]:
        """Yield what ``keys`` open of a patient; a key that fits nothing opens nothing."""
        for n, kind, version, compartment, sealed in self.ask(PARTS, row.number):
            key = keys.get(Compartment(compartment))
            if key is not None:
                yield from tried(key, sealed, seal.place(row.ref, kind, n, version, compartment))


def tried(key: bytes, sealed: bytes, where: bytes) -> Iterator[bytes]:
    """Yield what is under a seal, or nothing."""
    try:
        yield seal.open_(AESGCM(key), sealed, where)
    except seal.SealError:
        return


@contextmanager
def tables(home: Path, database: str) -> Iterator[Tables]:
    """Open the database of an establishment."""
    if database:
        with psycopg.connect(database, autocommit=True) as connection:
            yield Tables(connection, "%s")
        return
    file = sqlite3.connect(home / "db.sqlite3")
    try:
        yield Tables(file, "?")
    finally:
        file.close()
