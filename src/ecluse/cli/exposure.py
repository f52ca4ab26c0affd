"""``ecluse exposure``: what an account, a session or a span of time exposed, with proofs; and what was not opened."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

import msgspec
import typer
from rich.console import Console
from rich.progress import Progress

from ecluse.accounts.bridge import note
from ecluse.accounts.who import console
from ecluse.cli.trace import Json, Since, at_time
from ecluse.core.errors import BadInputError
from ecluse.core.home import load
from ecluse.core.words import Action
from ecluse.record.trace_index import Span
from ecluse.respond.audit_out.site import site_of
from ecluse.respond.exposure import bundle, paper
from ecluse.respond.exposure.absence import absent
from ecluse.respond.exposure.finding import Exposed, Exposure, expose
from ecluse.respond.exposure.scope import Scope
from ecluse.respond.words import LANGUAGES

app = typer.Typer(no_args_is_help=True, help="What was exposed, with proofs, and what was not opened.")

Found = TypeVar("Found")
Until = Annotated[str, typer.Option(help="Before this time: ISO 8601, UTC unless it says otherwise.")]
Accounts = Annotated[list[str] | None, typer.Option("--account", help="An account; may be given several times.")]


class Told(msgspec.Struct, frozen=True):
    """What ``list --json`` prints."""

    patients: list[Exposed]
    possible: list[Exposed]
    accesses: int
    attempts: int
    head: str
    file: str


@app.command("list")
def list_(
    account: Accounts = None,
    session: Annotated[list[str] | None, typer.Option(help="A session, as the trace keeps it.")] = None,
    since: Since = "",
    until: Until = "",
    out: Annotated[Path | None, typer.Option(help="ZIP to write: CSV, FHIR, PDF, proofs; must not exist.")] = None,
    language: Annotated[str, typer.Option(help="Language of the PDF: fr or en.")] = "fr",
    json: Json = False,
) -> None:
    """List the patients exposed: certain and possible apart. With --out, write the file with all proofs.

    Example: ecluse exposure list --account n.martin --since 2026-01-31 --out exposure.zip --home /srv/ecluse
    """
    if language not in LANGUAGES:
        raise BadInputError(f"{language!r} is not a language of documents.", "Choose fr or en.")
    home = load()
    scope = Scope(
        accounts=tuple(account or ()), sessions=tuple(session or ()), since=at_time(since), until=at_time(until)
    )
    found = watched("Reading the trace", partial(expose, home.safe, scope))
    if out is not None:
        site, zone = home.settings.site, home.settings.site.time_zone
        made = paper.as_pdf(found, language, zone, site.name)
        tell = partial(told_by_trace, note)
        watched("Proving", lambda: bundle.write(out, home.safe, found, site_of(home), {"exposure.pdf": made}, tell))
    say(found, out, json=json)


def told_by_trace(write: Callable[..., int], digest: str) -> int:
    """Trace that a list was made, with its digest."""
    return write(console(), Action.NOTICE, bundle.RULE, detail=digest)


def watched(what: str, work: Callable[[], Found]) -> Found:
    """Do ``work`` with a moving bar on the terminal."""
    with Progress(console=Console(stderr=True), transient=True) as progress:
        progress.add_task(what, total=None)
        return work()


def say(found: Exposure, out: Path | None, *, json: bool) -> None:
    """Print the list."""
    if json:
        told = Told(
            found.patients, found.possibly, len(found.certain), found.attempts, found.signed.note, str(out or "")
        )
        typer.echo(msgspec.json.encode(told))
        return
    for name, patients in (("certain", found.patients), ("possible", found.possibly)):
        for one in patients:
            typer.echo(f"{name:8}  {one.patient}  {','.join(one.compartments)}  {one.times}  {','.join(one.routes)}")
    typer.echo(
        f"{len(found.patients)} patients exposed by {len(found.certain)} accesses; {len(found.possibly)} more "
        f"possible; {found.attempts} attempts refused. Under a signed head of {found.signed.size} entries."
    )


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The ZIP that list --out wrote.")],
    key: Annotated[str, typer.Option(help="Verifier key, name+hash+base64, kept elsewhere.")],
    json: Json = False,
) -> None:
    """Check every line of a list with nothing but the public key. Ends with code 6 when one is not proven.

    Example: ecluse exposure check exposure.zip --key ecluse.local/0a1b2c3d+5e6f7a8b+AZ…
    """
    found = bundle.check_file(file, key)
    if json:
        typer.echo(msgspec.json.encode(found._asdict()))
    else:
        typer.echo(
            f"Proven: {found.lines} lines, {found.certain} certain, {found.patients} patients, under a head of "
            f"{found.size} entries of {found.origin}."
        )


@app.command("absent")
def absent_command(
    patient: Annotated[str, typer.Argument(help="The patient's reference.")],
    since: Since = "",
    until: Until = "",
    account: Accounts = None,
    json: Json = False,
) -> None:
    """Say that a patient was not opened, once the whole trace is verified; ends with code 3 when they were.

    Example: ecluse exposure absent 0191f3c8a7b67c2e8d3f4a5b6c7d8e9f --since 2026-01-31 --json
    """
    span = Span(at_time(since), at_time(until))
    found = watched("Verifying the trace", lambda: absent(load().safe, patient, span, tuple(account or ())))
    if json:
        typer.echo(msgspec.json.encode(found))
        return
    typer.echo(f"Not opened: {found.read} entries verified and read, the last of {found.covered_until.isoformat()}.")
    typer.echo(found.meaning)
