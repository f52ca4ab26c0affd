"""``ecluse bench read``: what gate, safe (fsync on) and seal cost one read, against the same view without.

Guarded, lean unguarded and ordinary unguarded reads are served by one server (granian, WSGI, 2 workers of 8 threads),
from one database, in turns, in one run; each figure is the median of its rounds. The raw disk is measured beside them,
because nothing else can be compared from one quarter of an hour to the next.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import msgspec
import psycopg
import typer
from rich.console import Console
from rich.table import Table

from ecluse.cli import bench_read_load as load
from ecluse.cli import child
from ecluse.cli.init import init_home
from ecluse.cli.serve import wait_for_web
from ecluse.core.errors import BrokenWorldError
from ecluse.core.home import Database, Home, Settings, Site
from ecluse.core.throwaway import throwaway_postgres

CONNECTIONS = (1, 8, 32)
SIZES = (2_000, 100_000)
WAYS = {
    "guarded": "/fhir/{kind}/{ref}",
    "plain": "/fhir/-plain/{kind}/{ref}",
    "ordinary": "/fhir/-ordinary/{kind}/{ref}",
}
WARM_SECONDS = 2
FILL_TIMEOUT_S = 3_600
MARK = "bench-only"

HUGE = "{ minute = 1000000000, hour = 1000000000, day = 1000000000, month = 1000000000 }"
POLICY = f"""
[establishment]
caps = {HUGE}
[ladder]
step_up_at = 1.0
[response]
lock_after_cap_refusals = 1000000
lock_after_refusals = 1000000
[professions.interface-service]
read = ["identity", "contact", "coverage", "care", "clinical"]
write = ["identity", "contact", "coverage", "care", "clinical"]
actions = ["read", "create"]
purposes = ["TREAT", "HOPERAT"]
duties = ["encounter-in-unit"]
caps.explained = {HUGE}
creations = {{ minute = 1000000000, hour = 1000000000 }}
"""


class Line(msgspec.Struct, frozen=True):
    """One row of the answer.

    Times in milliseconds at the median unless said; ``orm_rps`` is the ordinary unguarded view.
    """

    database: str
    connections: int
    patients: int
    resource: str
    unguarded_rps: float
    guarded_rps: float
    ratio: float
    unguarded_p50_ms: float
    guarded_p50_ms: float
    guarded_p99_ms: float
    added_p50_ms: float
    orm_rps: float
    guarded_to_orm: float
    fdatasync_p50_ms: float
    load: str


class Plan(msgspec.Struct, frozen=True):
    """What is run: rounds of some seconds for each way, at each number of connections, reading one type of resource."""

    connections: tuple[int, ...]
    rounds: int
    seconds: int
    kind: str


@contextmanager
def bench_home(url: str) -> Iterator[Home]:
    """Make a home folder for the bench: real safe and database, caps that nobody reaches. Gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="ecluse-bench-", ignore_cleanup_errors=True) as folder:
        site = Site(name="Bench", hosts=("127.0.0.1",), port=free_port(), demo=True, bearer_tokens=True)
        settings = Settings(site=site, database=Database(url=url))
        home = init_home(Path(folder), settings)
        (home.path / MARK).touch()
        (home.safe / "policy.toml").write_text(POLICY, encoding="ascii")
        yield home


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(home: Home) -> Iterator[int]:
    """Run the bench's server; yield its port."""
    port = home.settings.site.port
    server = child.start(["ecluse.cli.bench_read_server", str(port)], home.path)
    try:
        wait_for_web(server, "127.0.0.1", port)
        yield port
    finally:
        child.stop(server)


def fill(home: Home, patients: int) -> dict[str, list[tuple[str, str]]]:
    """Make the base in a process of its own; return the visits of each type.

    Raises:
        BrokenWorldError: it failed.
    """
    environment = {**os.environ, "ECLUSE_HOME": str(home.path)}
    command = [sys.executable, "-m", "ecluse.cli.bench_read_base", str(patients)]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=False, timeout=FILL_TIMEOUT_S)
    if done.returncode:
        raise BrokenWorldError("The base of the bench could not be made.", "Its own words are above.")
    return msgspec.json.decode(done.stdout, type=dict[str, list[tuple[str, str]]])


def measure(home: Home, database: str, patients: int, plan: Plan, say: Callable[[str], None]) -> list[Line]:
    """Measure one base."""
    with child.safe_running(home):
        say(f"{database}: making {patients:,} patients …")
        visits = fill(home, patients)[plan.kind]
        os.sync()  # what filling left to be written is no cost of a read
        with serving(home) as port:
            return [
                at(home, port, visits, connections, database, patients, plan, say) for connections in plan.connections
            ]


def at(  # noqa: PLR0913, PLR0917 - the coordinates of one row
    home: Home,
    port: int,
    visits: list[tuple[str, str]],
    connections: int,
    database: str,
    patients: int,
    plan: Plan,
    say: Callable[[str], None],
) -> Line:
    """Measure one row: the three ways in turns."""
    ways = {
        name: [load.Visit(token, form.format(kind=plan.kind, ref=ref)) for token, ref in visits]
        for name, form in WAYS.items()
    }
    for listed in ways.values():
        load.wake(port, listed[0])
        load.run(port, listed, connections, WARM_SECONDS)
    rounds: dict[str, list[load.Round]] = {name: [] for name in WAYS}
    disk = []
    for _ in range(plan.rounds):
        disk.append(load.disk_p50_ms(home.path))
        for name, listed in ways.items():
            rounds[name].append(load.run(port, listed, connections, plan.seconds))
    line = summed(rounds, disk, database, connections, patients, plan.kind)
    say(
        f"{database}, {patients:,} patients, {connections} connections: "
        f"{line.guarded_rps:,.0f} guarded, {line.unguarded_rps:,.0f} unguarded"
    )
    return line


def summed(
    rounds: dict[str, list[load.Round]], disk: list[float], database: str, connections: int, patients: int, kind: str
) -> Line:
    """Return the medians."""

    def middle(way: str, field: str) -> float:
        return float(statistics.median(getattr(one, field) for one in rounds[way]))

    guarded, plain, ordinary = (middle(way, "rps") for way in ("guarded", "plain", "ordinary"))
    return Line(
        database=database,
        connections=connections,
        patients=patients,
        resource=kind,
        unguarded_rps=round(plain, 1),
        guarded_rps=round(guarded, 1),
        ratio=round(guarded / plain, 3),
        unguarded_p50_ms=round(middle("plain", "p50_ms"), 3),
        guarded_p50_ms=round(middle("guarded", "p50_ms"), 3),
        guarded_p99_ms=round(middle("guarded", "p99_ms"), 3),
        added_p50_ms=round(middle("guarded", "p50_ms") - middle("plain", "p50_ms"), 3),
        orm_rps=round(ordinary, 1),
        guarded_to_orm=round(guarded / ordinary, 3),
        fdatasync_p50_ms=round(statistics.median(disk), 3),
        load=load.generator(),
    )


@contextmanager
def emptied(url: str) -> Iterator[str]:
    """Give a PostgreSQL of its own to each base: a fresh database on the server of ``url``."""
    name = f"ecluse_bench_{os.getpid()}_{free_port()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    parts = url.split("?", 1)
    fresh = parts[0].rsplit("/", 1)[0] + f"/{name}" + (f"?{parts[1]}" if len(parts) > 1 else "")
    try:
        yield fresh
    finally:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def read(  # noqa: PLR0913, PLR0917 - the switches of one command
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    database: Annotated[list[str] | None, typer.Option(help="sqlite, postgresql; repeatable (default: both).")] = None,
    database_url: Annotated[
        str, typer.Option(help="A PostgreSQL server that may make databases (default: an embedded one).")
    ] = "",
    patients: Annotated[
        list[int] | None, typer.Option(help="Size of the base; repeatable (default: 2000 and 100000).")
    ] = None,
    connections: Annotated[
        list[int] | None, typer.Option(help="Kept connections; repeatable (default: 1, 8, 32).")
    ] = None,
    rounds: Annotated[int, typer.Option(help="Rounds of each way; the median counts.")] = 5,
    seconds: Annotated[int, typer.Option(help="Seconds a round.")] = 3,
    resource: Annotated[
        str, typer.Option(help="MedicationRequest (one compartment) or Patient (two).")
    ] = "MedicationRequest",
) -> None:
    """Measure one record read: guarded against unguarded, on the same server and database, in turns.

    Example: ecluse bench read --database sqlite --patients 2000 --rounds 3
    """
    plan = Plan(tuple(connections or CONNECTIONS), rounds, seconds, resource)
    console = Console(stderr=True, highlight=False)
    lines: list[Line] = []
    for name in database or ("sqlite", "postgresql"):
        with ExitStack() as server:
            url = ""
            if name != "sqlite":
                url = database_url or server.enter_context(throwaway_postgres(fsync=True))
            for size in patients or SIZES:
                with ExitStack() as base:
                    fresh = base.enter_context(emptied(url)) if url else ""
                    home = base.enter_context(bench_home(fresh))
                    lines += measure(home, name, size, plan, lambda text: console.print(text, markup=False))
    if as_json:
        typer.echo(msgspec.json.encode({"rows": lines}).decode())
    else:
        Console(highlight=False).print(table(lines))


def table(lines: list[Line]) -> Table:
    """Return the rows for people."""
    shown = (
        "database",
        "patients",
        "connections",
        "unguarded_rps",
        "guarded_rps",
        "ratio",
        "orm_rps",
        "added_p50_ms",
        "guarded_p99_ms",
    )
    found = Table(*shown, title="One record read")
    for line in lines:
        values: list[Any] = [getattr(line, name) for name in shown]
        found.add_row(
            *(
                f"{value:,.0f}" if name.endswith("rps") else str(value)
                for name, value in zip(shown, values, strict=True)
            )
        )
    return found
