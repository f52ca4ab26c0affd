"""``ecluse demo``: a synthetic hospital at work, the theft of November 2024 tried against it, then yours to look at.

1. It never touches a home folder that is not a demonstration, nor one that is being served.
2. Everything goes the ordinary way: ``ecluse init``, ``accounts load``, ``import``, ``serve``, and HTTP.
"""

import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table

from ecluse.cli.drill import SOLD_IN_2024, care, explain, table
from ecluse.core.errors import BadInputError
from ecluse.core.home import load
from ecluse.core.words import Profession
from ecluse.drill import establishment
from ecluse.drill.cast import Member
from ecluse.drill.hospital import Hospital
from ecluse.drill.signin import STEP_S, totp
from ecluse.drill.staff import Work
from ecluse.drill.theft import Knobs, Result, Scene, people_at_work, run
from ecluse.safe.client import SafeClient, SafeUnavailableError
from ecluse.safe.protocol import Status

app = typer.Typer()
PORT = 8443
ALONE_S = 6.0
LEFT_OPEN = "run/demo.pid"
STOLEN = (Profession.IT_ADMINISTRATOR, Profession.DIM_PHYSICIAN, Profession.NURSE, Profession.INTERFACE_SERVICE)
SHOWN = (
    Profession.PHYSICIAN,
    Profession.NURSE,
    Profession.ADMISSIONS,
    Profession.DIM_PHYSICIAN,
    Profession.SECURITY_OFFICER,
    Profession.DPO,
    Profession.IT_ADMINISTRATOR,
)


class Steps:
    """Says what is being done, and how long it has taken so far."""

    def __init__(self, console: Console) -> None:
        self.console, self.began = console, time.monotonic()

    def __call__(self, what: str) -> None:
        """Say that ``what`` begins."""
        self.console.print(f"[dim]{time.monotonic() - self.began:5.1f} s[/]  {what}")


@app.command()
def demo(  # noqa: PLR0913, PLR0917 - one option for each knob
    folder: Annotated[
        Path, typer.Option("--dir", help="Its home folder; an earlier demonstration there is replaced.")
    ] = Path("demo-home"),
    patients: Annotated[int, typer.Option(help="How many patients are on record.", min=300, max=850_000)] = 2000,
    staff: Annotated[int, typer.Option(help="How many people work there.", min=36, max=1000)] = 60,
    seed: Annotated[int, typer.Option(help="The same seed gives the same hospital.")] = 1,
    seconds: Annotated[float, typer.Option(help="How long the thieves have.", min=5)] = 60,
    port: Annotated[int, typer.Option(help="Port to serve on; another free one when it is taken.")] = PORT,
    wait: Annotated[
        bool | None,
        typer.Option("--wait/--no-wait", help="Stay open until Ctrl-C, or close at the end."),
    ] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Stop a demonstration left open in the background.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Make a synthetic hospital, let people work in it, steal four accounts at once, and count what got out.

    At a terminal the site then stays open until Ctrl-C; elsewhere it is left open in the background (--stop ends it).
    Example: ecluse demo
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    console = Console(stderr=json, highlight=False)
    home = folder.absolute()
    end_left_open(home)
    if stop:
        return
    clear(home)
    steps = Steps(console)
    hospital = Hospital(patients=patients, staff=staff, seed=seed)
    port = establishment.free_port(port)
    steps("making an establishment: settings, safe, database")
    establishment.make(home, port=port)
    server = establishment.Server(home, port)
    left_open = False
    try:
        server.wait_until_open()
        establishment.fill(hospital, home, steps)
        results, work = show(Scene(hospital, home, server.url), Knobs(seconds=seconds), steps)
        if json:
            typer.echo(msgspec.json.encode({"results": results, "work": work, "url": server.url, "home": str(home)}))
        else:
            console.print(table(results))
        console.print(sentence(results), style="bold")
        if wait is not False:
            invite(console, hospital, home, server.url)
        if wait or (wait is None and sys.stdin.isatty() and console.is_terminal):
            stay(console, hospital)
        left_open = wait is None
    except KeyboardInterrupt:
        console.print("Closed.")
    finally:
        if left_open:
            leave_open(console, home, server)
        else:
            server.stop()


def leave_open(console: Console, home: Path, server: establishment.Server) -> None:
    """Leave the site open in the background, and note how to stop it."""
    (home / LEFT_OPEN).write_text(str(server.process.pid), encoding="ascii")
    console.print(f"It stays open in the background; `ecluse demo --stop --dir {home}` stops it.", soft_wrap=True)


def end_left_open(home: Path) -> None:
    """Stop what an earlier demonstration left open here, if it still is."""
    note = home / LEFT_OPEN
    if not note.is_file():
        return
    server = Path("/proc") / note.read_text(encoding="ascii").strip()
    if str(home).encode() in (server / "cmdline").read_bytes() if server.is_dir() else False:
        os.kill(int(server.name), signal.SIGTERM)
        deadline = time.monotonic() + establishment.STOPS_WITHIN_S
        while server.is_dir() and time.monotonic() < deadline:
            time.sleep(establishment.POLL_S)
    note.unlink(missing_ok=True)


def show(scene: Scene, knobs: Knobs, steps: Steps) -> tuple[list[Result], Work]:
    """Let people work alone for a moment, then with the thieves about."""
    steps("people work for a moment, before anything is stolen")
    before = people_at_work(scene, ALONE_S)
    care(before, steps)
    thefts, work = run(scene, STOLEN, knobs, steps)
    for theft in thefts:
        explain(theft, steps)
    care(work, steps)
    work.refused += before.refused
    return [theft.result(work) for theft in thefts], work


def clear(home: Path) -> None:
    """Remove an earlier demonstration; anything else stays.

    Raises:
        BadInputError: the folder is not a demonstration, or is being served.
    """
    if not home.exists() or (home.is_dir() and not any(home.iterdir())):
        return
    if not (home / "ecluse.toml").is_file() or not load(home).settings.site.demo:
        raise BadInputError(f"{home} is not a demonstration; nothing was touched.", "Name another folder with --dir.")
    client = SafeClient(home / "run" / "safe.sock")
    try:
        client.call(Status())
    except SafeUnavailableError:
        shutil.rmtree(home)
    else:
        raise BadInputError(
            f"{home} is being served.", "Stop that demonstration first, or name another folder with --dir."
        )
    finally:
        client.close()


def sentence(results: list[Result]) -> str:
    """Say it in one sentence."""
    exposed = sum(result.exposed for result in results)
    most = max(result.exposed for result in results)
    return (
        f"In November 2024 one stolen account took {SOLD_IN_2024:,} records; here {len(results)} stolen accounts "
        f"together tried everything they could click or call and got {exposed}, at most {most} with one account, "
        "and the trace names every one of them."
    )


def invite(console: Console, hospital: Hospital, home: Path, url: str) -> None:
    """Say where to look and how to sign in."""
    console.print(f"\nThe site is open: [bold]{url}/[/]", soft_wrap=True)
    console.print(
        f"Everybody's password: [bold]{hospital.members[0].password}[/]. A code lasts 30 seconds and counts once."
    )
    console.print("Look at: My patients, Search, a record and who opened it; as security officer, the locked accounts.")
    console.print(
        f"On the command line: ecluse trace show --home {home}   ecluse trace verify --home {home}", soft_wrap=True
    )
    if not console.is_terminal:
        console.print(codes([hospital.first(profession) for profession in SHOWN]))


def stay(console: Console, hospital: Hospital) -> None:
    """Show the codes of the moment until Ctrl-C."""
    people = [hospital.first(profession) for profession in SHOWN]
    if not console.is_terminal:
        while True:
            time.sleep(1)
    with Live(codes(people), console=console, refresh_per_second=1) as live:
        while True:
            time.sleep(1)
            live.update(codes(people))


def codes(people: list[Member]) -> Table:
    """Return who can sign in, with the code of the moment and the secret an authenticator app takes."""
    now = time.time()
    left = STEP_S - int(now) % STEP_S
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, caption=f"next codes in {left} s", caption_justify="left")
    for name in ("account", "profession", "code", "secret for an app"):
        made.add_column(name, no_wrap=True)
    for member in people:
        made.add_row(member.username, member.profession.value, totp(member.totp, now), member.totp)
    return made
