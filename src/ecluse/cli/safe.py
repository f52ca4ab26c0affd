"""``ecluse safe``: make, serve and ask the safe."""

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from ecluse.core.home import home_path
from ecluse.safe.client import SafeClient
from ecluse.safe.making import make
from ecluse.safe.passphrase import read_passphrase
from ecluse.safe.protocol import Status
from ecluse.safe.serving import serve as serve_folder

app = typer.Typer(no_args_is_help=True, help="The safe: keys, trace, caps and locks, in a process of its own.")

PassphraseFile = Annotated[
    Path | None, typer.Option(help="File that holds the passphrase of the master key (or ECLUSE_PASSPHRASE_FILE).")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def init(
    passphrase_file: PassphraseFile = None,
    origin: Annotated[str, typer.Option(help="Name of the log and of its key (default: drawn at random).")] = "",
    policy: Annotated[Path | None, typer.Option(help="Policy file to begin with (default: the shipped one).")] = None,
    json: Json = False,
) -> None:
    """Make HOME/safe: a master key, the policy, an empty trace.

    Example: ecluse safe init --home /srv/ecluse --passphrase-file /run/secrets/ecluse
    """
    text = policy.read_text(encoding="utf-8") if policy else ""
    passphrase = read_passphrase(passphrase_file, os.environ)
    vkey = make(home_path() / "safe", passphrase=passphrase, origin=origin, policy_text=text)
    if json:
        typer.echo(msgspec.json.encode({"vkey": vkey, "safe": str(home_path() / "safe")}))
    else:
        typer.echo(f"Made {home_path() / 'safe'}. Keep this key elsewhere; with it anyone can check the trace:\n{vkey}")


@app.command()
def serve(
    passphrase_file: PassphraseFile = None,
    leash: Annotated[bool, typer.Option("--leash", help="Stop when standard input ends.")] = False,
) -> None:
    """Serve the safe on HOME/run/safe.sock until SIGTERM.

    Example: ecluse safe serve --home /srv/ecluse
    """
    passphrase = read_passphrase(passphrase_file, os.environ)
    home = home_path()
    serve_folder(home / "safe", home / "run" / "safe.sock", passphrase=passphrase, leash=leash)


@app.command()
def status(json: Json = False) -> None:
    """Say how the running safe is: size of the trace, last signed head, locks.

    Example: ecluse safe status --home /srv/ecluse --json
    """
    state = SafeClient(home_path() / "run" / "safe.sock").call(Status())
    if json:
        typer.echo(msgspec.json.encode(state))
        return
    table = Table(show_header=False, box=None)
    table.add_row("entries", str(state.size))
    table.add_row("accounts", str(state.accounts))
    table.add_row("set-up", "closed" if state.setup_closed else "open")
    table.add_row("policy", state.policy)
    for kind, target, reason in state.locks:
        table.add_row("locked", f"{kind} {target} ({reason})")
    console = Console()
    console.print(table)
    console.print(state.head, markup=False, highlight=False)
