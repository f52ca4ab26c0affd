"""``ecluse audit``: the trace to the hospital's own audit record repository (IHE ATNA, syslog)."""

import time
from typing import Annotated

import msgspec
import typer

from ecluse.core.errors import BrokenWorldError
from ecluse.core.home import load
from ecluse.respond.audit_out.sending import send_new
from ecluse.respond.audit_out.site import site_of

app = typer.Typer(no_args_is_help=True, help="Audit messages to the hospital's own repository.")


@app.callback()
def audit() -> None:
    """Send the trace as IHE ATNA audit messages."""


@app.command()
def send(
    follow: Annotated[bool, typer.Option(help="Go on as entries come, until stopped.")] = False,
    every: Annotated[float, typer.Option(help="Seconds between two looks, with --follow.", min=0.2)] = 2.0,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Send every entry that was not sent yet to [audit] syslog; what was sent is remembered, nothing is skipped.

    Example: ecluse audit send --follow --home /srv/ecluse
    """
    home = load()
    position = home.path / "run" / "audit-out.json"
    while True:
        try:
            sent = send_new(home.safe, position, home.settings.audit, site_of(home))
        except BrokenWorldError as error:
            if not follow:
                raise
            typer.echo(str(error), err=True)
        else:
            if sent or not follow:
                typer.echo(msgspec.json.encode({"sent": sent}) if json else f"{sent} entries sent.")
        if not follow:
            return
        time.sleep(every)
