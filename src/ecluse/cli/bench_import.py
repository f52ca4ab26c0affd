"""``ecluse bench import``.

How fast patients come in, through the ordinary command, the real safe with fsync and full validation.

Making the input is not measured; starting, validating, sealing, inserting and merging the blind index are. ``peak_mib``
is the most that the import, its worker and the safe held together (proportional set size); the PostgreSQL server is not
counted.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import psycopg
import typer
from rich.console import Console
from rich.table import Table

from ecluse.cli import child
from ecluse.cli.bench_patients import write
from ecluse.cli.init import init_home
from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.core.home import Database, Home, Settings, Site
from ecluse.core.throwaway import throwaway_postgres

SAMPLE_S = 0.25
DATABASES = ("sqlite", "postgresql")


class Row(msgspec.Struct):
    """One measure."""

    database: str
    patients: int
    patients_per_s: float
    peak_mib: float
    bytes_per_patient: int
    seconds: float = 0.0


def import_(
    patients: Annotated[list[int] | None, typer.Option(help="How many; repeatable. Default 100000.")] = None,
    database: Annotated[list[str] | None, typer.Option(help="sqlite or postgresql; repeatable. Default both.")] = None,
    folder: Annotated[Path | None, typer.Option(help="Where to work; needs about 16 KB a patient.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Import synthetic patients into a new establishment: patients a second, memory, size.

    Example: ecluse bench import --json.
    """
    rows = []
    for name in database or DATABASES:
        if name not in DATABASES:
            raise BadInputError(f"{name} is not a database.", "Choose sqlite or postgresql.")
        rows += [measure(name, count, folder) for count in patients or [100_000]]
    if json:
        sys.stdout.write(msgspec.json.encode({"rows": rows}).decode() + "\n")
    else:
        tell(rows)


def measure(database: str, count: int, folder: Path | None) -> Row:
    """Make an establishment and an input, import, measure, remove both.

    Raises:
        BrokenWorldError: the import failed.
    """
    place = Path(tempfile.mkdtemp(prefix="ecluse-bench-", dir=folder))
    try:
        source = place / "patients.ndjson"
        write(source, count)
        with server(database) as url:
            home = init_home(place / "home", Settings(site=Site(demo=True), database=Database(url=url)))
            empty = size(home)
            with safe(home) as pid:
                done, peak = timed(home, source, pid)
            grown = size(home) - empty
    finally:
        shutil.rmtree(place, ignore_errors=True)
    if done["patients"] != count or done["rejected"]:
        raise BrokenWorldError(f"Only {done['patients']} of {count} patients came in.", "Report this.")
    return Row(database, count, round(count / done["seconds"], 1), round(peak, 1), grown // count, done["seconds"])


@contextlib.contextmanager
def server(database: str) -> Iterator[str]:
    """Yield the url of a database: empty for SQLite."""
    if database == "sqlite":
        yield ""
        return
    with throwaway_postgres(fsync=True) as url:
        yield url


@contextlib.contextmanager
def safe(home: Home) -> Iterator[int]:
    """Run the safe; yield its process number."""
    process = child.start(["ecluse.safe", "serve"], home.path)
    try:
        child.wait_for(process, home.socket)
        yield process.pid
    finally:
        child.stop(process)


def timed(home: Home, source: Path, safe_pid: int) -> tuple[dict[str, Any], float]:
    """Run the ordinary import; return its summary and the most memory (MiB) held at once.

    Raises:
        BrokenWorldError: it failed.
    """
    command = [sys.executable, "-m", "ecluse.cli.main", "import", str(source), "--json"]
    environment = {**os.environ, "ECLUSE_HOME": str(home.path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as running:
        peak = 0.0
        while running.poll() is None:
            peak = max(peak, held(running.pid) + held(safe_pid))
            time.sleep(SAMPLE_S)
        said = running.stdout.read() if running.stdout else b""
    if running.returncode:
        raise BrokenWorldError(f"The import ended with status {running.returncode}.", "Its own words are above.")
    return msgspec.json.decode(said.splitlines()[-1], type=dict[str, Any]), peak


def held(pid: int) -> float:
    """Return the memory of a process and its children, in MiB, shared pages counted once."""
    total = 0
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return total / 1024 + sum(held(int(one)) for one in children)
    return total / 1024


def size(home: Home) -> int:
    """Return the bytes of the database."""
    if not home.settings.database.url:
        return sum(path.stat().st_size for path in home.path.glob("db.sqlite3*"))
    with psycopg.connect(home.settings.database.url) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return int(row[0]) if row else 0


def tell(rows: list[Row]) -> None:
    """Print the measures as a table."""
    table = Table("database", "patients", "patients/s", "peak MiB", "bytes/patient")
    for row in rows:
        figures = (row.patients, row.patients_per_s, row.peak_mib, row.bytes_per_patient)
        table.add_row(row.database, *(f"{figure:,.0f}" for figure in figures))
    Console().print(table)
