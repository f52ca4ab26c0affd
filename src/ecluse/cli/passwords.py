"""``ecluse passwords``: the list of breached passwords, kept and asked on this machine alone."""

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from ecluse.accounts import breached, breached_import
from ecluse.accounts.bridge import the_home
from ecluse.accounts.common import is_common
from ecluse.accounts.passwords import is_breached, normal
from ecluse.core.errors import BadInputError, RefusedError

app = typer.Typer(no_args_is_help=True, add_completion=False)
out = Console(highlight=False)
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
NO_LIST = "No list was imported: only common passwords are refused. `ecluse passwords import FILE` takes one."


@app.callback()
def main() -> None:
    """Breached passwords: refused by a list on this machine; no password and no part of one leaves it.

    Example: ecluse passwords import pwnedpasswords.txt --home /srv/ecluse
    """


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Pwned Passwords, ordered by hash: SHA-1 or NTLM, plain or gzip.")],
    as_json: AsJson = False,
) -> None:
    """Take a downloaded list of breached passwords; the one before stays in force until this one is whole.

    Each line is HASH:COUNT. Run it again after an interruption: it starts again, in constant memory.

    Example: ecluse passwords import pwnedpasswords.txt.gz
    """
    if not file.is_file():
        raise BadInputError(f"{file} is not there.", "Name a downloaded list.")
    target = the_home().known_passwords
    taken = breached_import.build(file, target) if as_json else with_progress(file, target)
    rejected = sum(taken.rejects.values())
    if as_json:
        show({**described(taken.about), "seconds": round(taken.seconds, 2), "rejects": taken.rejects})
        return
    out.print(f"{taken.about.passwords:,} passwords in {taken.seconds:,.1f} s; {sentence(taken.about)}", markup=False)
    if rejected:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in taken.rejects.items())
        out.print(f"{rejected:,} lines were not taken: {reasons}.", style="yellow", markup=False)


def with_progress(file: Path, target: Path) -> breached_import.Taken:
    """Import behind a progress bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("reading", total=file.stat().st_size)
        return breached_import.build(
            file,
            target,
            lambda position, count: bar.update(task, completed=position, description=f"{count:,} passwords"),
        )


@app.command()
def status(as_json: AsJson = False) -> None:
    """Say which list is in force.

    Example: ecluse passwords status --json
    """
    known = breached.current(the_home().known_passwords)
    if known is None:
        show({"list": None}) if as_json else out.print(NO_LIST, markup=False)
    elif as_json:
        show(described(known.about))
    else:
        out.print(f"{known.about.passwords:,} passwords ({known.about.kind}); {sentence(known.about)}", markup=False)


@app.command()
def check(as_json: AsJson = False) -> None:
    """Ask whether a password is known to thieves. It is read from a prompt, never from the command line.

    Exit code 3 when it is known. Example: ecluse passwords check
    """
    password = normal(typer.prompt("Password", hide_input=True, err=True))
    where = "common" if is_common(password) else "breached" if is_breached(password) else ""
    if as_json:
        show({"known": bool(where), "where": where})
    if where:
        raise RefusedError("This password is in lists that thieves use.", "Choose another.")
    if not as_json:
        out.print("Not in any list kept here.")


def described(about: breached.About) -> dict[str, object]:
    """Return what a filter holds, for programs."""
    return {
        "list": about.kind,
        "passwords": about.passwords,
        "made": made(about),
        "bytes": about.size,
        "false_positives": about.false_positives,
    }


def sentence(about: breached.About) -> str:
    """Return what a filter is, in words."""
    one_in = f"one in {1 / about.false_positives:,.0f}" if about.false_positives else "none"
    return f"made {made(about)}, {about.size / 1e6:,.1f} MB; refused by mistake: {one_in} good passwords."


def made(about: breached.About) -> str:
    """Return when a filter was made, UTC."""
    return dt.datetime.fromtimestamp(about.made, dt.UTC).isoformat()


def show(data: dict[str, object]) -> None:
    """Print JSON."""
    sys.stdout.write(json.dumps(data) + "\n")
