"""``ecluse workstations``: the shared workstations of wards, where people switch by a tap of their badge."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ecluse.accounts import workstations
from ecluse.accounts.bridge import the_home
from ecluse.cli.accounts import with_safe_of
from ecluse.cli.answers import AsJson, say

app = typer.Typer(no_args_is_help=True, add_completion=False)
out = Console(highlight=False)


@app.callback()
def with_safe(context: typer.Context) -> None:
    """Shared workstations of wards: registered once by a code, each belongs to a unit.

    Example: ecluse workstations add "CARD corridor 2" --unit CARD --home /srv/ecluse
    """
    with_safe_of(context, the_home)


@app.command()
def add(
    label: Annotated[str, typer.Argument(help="What people call it.")],
    unit: Annotated[str, typer.Option(help="Code of the unit it stands in.")],
    as_json: AsJson = False,
) -> None:
    """Announce a shared workstation and show the code to type on it once, within half an hour, at /accounts/ward/.

    Example: ecluse workstations add "CARD corridor 2" --unit CARD
    """
    code, row = workstations.add(label, unit)
    shown = {"code": code, "label": row.label, "unit": unit, "until": row.code_until}
    say(as_json, shown, f"On this workstation, open /accounts/ward/ and type, within half an hour: {code}")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List shared workstations, those that wait for their code included."""
    rows = [
        {"label": row.label, "unit": row.unit.code if row.unit else "", "key": row.key, "registered": row.ward}
        for row in workstations.listed()
    ]
    if as_json:
        say(as_json, rows, "")
        return
    table = Table("label", "unit", "key in the trace", "registered")
    for row in rows:
        table.add_row(str(row["label"]), str(row["unit"]), str(row["key"]), "yes" if row["registered"] else "waits")
    out.print(table)


@app.command()
def remove(label: Annotated[str, typer.Argument(help="Which one.")], as_json: AsJson = False) -> None:
    """Forget a shared workstation and end the session open on it: the very next tap there opens nothing."""
    workstations.remove(label)
    say(as_json, {"removed": label}, f"{label} is no longer a shared workstation.")
