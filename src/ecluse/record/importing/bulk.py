"""Bulk: many rows at once, as each database takes them fastest. SQLite: executemany with numbers given.

PostgreSQL: binary COPY.

Every table grows at its end; tokens wait in ``record_tokenpending`` and are merged into the blind index in sorted
order.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from django.db import connection, transaction

from ecluse.gate.feeds import COLUMNS as DUTY_COLUMNS
from ecluse.gate.feeds import TABLE as DUTY_TABLE

Rows = Iterable[Sequence[Any]]


class Table:
    """A table, its columns, and their PostgreSQL types for binary COPY."""

    def __init__(self, name: str, columns: dict[str, str]) -> None:
        self.name = name
        self.columns = columns


PATIENT = Table(
    "record_patient", {"id": "int8", "ref": "varchar", "salt": "bytea", "source": "int8", "updated": "int8"}
)
PART = Table(
    "record_part",
    {
        "patient_id": "int8", "n": "int4", "type": "varchar", "version": "int4", "compartment": "varchar",
        "current": "bool", "deleted": "bool", "updated": "int8", "source": "int8", "digest": "int8", "sealed": "bytea",
    },
)  # fmt: skip
FILE = Table(
    "record_file",
    {
        "patient_id": "int8", "n": "int4", "compartment": "varchar", "updated": "int8", "source": "int8",
        "digest": "int8", "sealed": "bytea",
    },
)  # fmt: skip
PENDING = Table("record_tokenpending", {"token": "int8", "patient_id": "int8"})
DIRECTORY = Table(
    "record_directory",
    {
        "ref": "varchar", "type": "varchar", "version": "int4", "current": "bool", "updated": "int8", "source": "int8",
        "digest": "int8", "sealed": "bytea",
    },
)  # fmt: skip
DUTY_TYPES = ("varchar", "int8", "int8", "int8", "int8", "int8", "varchar", "int8", "varchar")
DUTY = Table(DUTY_TABLE, dict(zip(DUTY_COLUMNS, DUTY_TYPES, strict=True)))


class Bulk(Protocol):
    """What a database offers to an import."""

    def prepare(self) -> None:
        """Set the connection for a long import."""

    def patient_ids(self, count: int) -> range | list[int]:
        """Reserve numbers for new patients. Call within the transaction that uses them."""

    def insert(self, table: Table, rows: Rows) -> None:
        """Insert rows."""

    def merge(self) -> None:
        """Merge the waiting tokens into the blind index."""


class Sqlite:
    """SQLite: one writer, so the next number is the last one and one."""

    def prepare(self) -> None:
        """Let the write-ahead log grow to 64 MiB between checkpoints (fewer, longer writes), and keep as many pages."""
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_autocheckpoint=8192")
            cursor.execute("PRAGMA cache_size=-65536")

    def patient_ids(self, count: int) -> range:
        """Reserve numbers."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [PATIENT.name])
            row = cursor.fetchone()
        first = (row[0] if row else 0) + 1
        return range(first, first + count)

    def insert(self, table: Table, rows: Rows) -> None:
        """Insert rows through the driver's own loop."""
        marks = ", ".join("?" * len(table.columns))
        sql = f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})"  # noqa: S608 - names of ours
        connection.ensure_connection()
        connection.connection.executemany(sql, rows)

    def merge(self) -> None:
        """Merge in one transaction: a crash leaves the tokens waiting."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT OR IGNORE INTO record_token (token, patient_id)"
                " SELECT token, patient_id FROM record_tokenpending ORDER BY token, patient_id"
            )
            cursor.execute("DELETE FROM record_tokenpending")


class Postgres:
    """PostgreSQL: binary COPY."""

    def prepare(self) -> None:
        """Give sorting more memory, for this connection."""
        with connection.cursor() as cursor:
            cursor.execute("SET maintenance_work_mem = '128MB'")
            cursor.execute("SET work_mem = '64MB'")

    def patient_ids(self, count: int) -> list[int]:
        """Reserve numbers from the sequence."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence('record_patient', 'id')) FROM generate_series(1, %s)", [count]
            )
            return [row[0] for row in cursor.fetchall()]

    def insert(self, table: Table, rows: Rows) -> None:
        """Copy rows in."""
        connection.ensure_connection()
        sql = f"COPY {table.name} ({', '.join(table.columns)}) FROM STDIN (FORMAT BINARY)"
        with connection.connection.cursor() as cursor, cursor.copy(sql) as copy:
            copy.set_types(list(table.columns.values()))
            for row in rows:
                copy.write_row(row)

    def merge(self) -> None:
        """Merge in one transaction: a crash leaves the tokens waiting."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO record_token (token, patient_id) SELECT token, patient_id FROM record_tokenpending"
                " ORDER BY token, patient_id ON CONFLICT DO NOTHING"
            )
            cursor.execute("TRUNCATE record_tokenpending")


def bulk() -> Bulk:
    """Return what the database in use offers."""
    return Postgres() if connection.vendor == "postgresql" else Sqlite()
