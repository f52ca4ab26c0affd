"""``ecluse doctor``: what is weak in this establishment, worst first, each with what mends it. It changes nothing."""

import textwrap
from typing import Annotated

import msgspec
import typer
from django.utils import timezone
from rich.console import Console

from ecluse.accounts.bridge import the_home, the_safe
from ecluse.cli.accounts import with_safe_of
from ecluse.cli.answers import AsJson, say
from ecluse.cli.findings.base import ORDER, Finding, Seen, Severity
from ecluse.cli.findings.catalogue import look
from ecluse.core.errors import Exit
from ecluse.safe.protocol import Status

app = typer.Typer(add_completion=False)
out = Console(highlight=False)
STYLES = {Severity.CRITICAL: "bold white on red", Severity.HIGH: "bold red", Severity.MEDIUM: "yellow"}
NAMED = 6
WIDTH = 100


@app.command()
def doctor(
    context: typer.Context,
    severity: Annotated[Severity, typer.Option("--from", help="Leave out what is less bad than this.")] = Severity.LOW,
    as_json: AsJson = False,
) -> None:
    """Read configuration and accounts; list what is weak, worst first, each with the command that mends it.

    Exit code 0 when nothing is critical, 5 when something is. Nothing is changed; the list names accounts, never a
    secret. Example: ecluse doctor --home /srv/ecluse --json
    """
    with_safe_of(context, the_home)
    found = look(Seen(the_home(), the_safe().call(Status()), timezone.now()))
    shown = [one for one in found if ORDER.index(one.severity) <= ORDER.index(severity)]
    if as_json:
        say(as_json, {"findings": [msgspec.to_builtins(one) for one in shown], "count": counts(found)}, "")
    else:
        for one in shown:
            tell(one)
        out.print(summary(found), style="bold", markup=False)
    if any(one.severity is Severity.CRITICAL for one in found):
        raise typer.Exit(Exit.BROKEN_WORLD)


def counts(found: list[Finding]) -> dict[str, int]:
    """Return how many findings there are of each severity."""
    return {word.value: sum(one.severity is word for one in found) for word in ORDER}


def summary(found: list[Finding]) -> str:
    """Return one line."""
    if not found:
        return "Nothing weak was found."
    return ", ".join(f"{number} {word}" for word, number in counts(found).items() if number) + "."


def tell(one: Finding) -> None:
    """Print one finding: how bad, what, whom, what to do."""
    out.print(f" {one.severity.value} ", style=STYLES.get(one.severity, "dim"), end="")
    out.print(f"  {one.code}", style="bold", markup=False)
    lines = textwrap.wrap(one.text, WIDTH - 2)
    if one.about:
        more = f" and {len(one.about) - NAMED} more" if len(one.about) > NAMED else ""
        lines += textwrap.wrap(f"About: {', '.join(one.about[:NAMED])}{more}", WIDTH - 2)
    for line in [*lines, f"→ {one.mend}"]:
        out.print(f"  {line}", markup=False, soft_wrap=True)
    out.print()
