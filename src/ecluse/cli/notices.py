"""``ecluse notices``: breaches, their clocks, their notices, the register. At the console of the machine."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from ecluse.accounts.bridge import request_id
from ecluse.accounts.who import console
from ecluse.cli.export import write_private
from ecluse.cli.exposure import Accounts, Until
from ecluse.cli.trace import Json, Since, at_time
from ecluse.core.errors import BadInputError
from ecluse.respond.exposure.scope import Scope
from ecluse.respond.notices import desk
from ecluse.respond.notices.base import From
from ecluse.respond.notices.catalogue import NOTICES
from ecluse.respond.notices.drafting_shape import Draft
from ecluse.respond.notices.register import register

app = typer.Typer(no_args_is_help=True, help="Breaches, their clocks, their notices, the register.")

Breach = Annotated[str, typer.Argument(help="The breach, as 2026-001.")]
Name = Annotated[str, typer.Argument(help=f"One of {', '.join(NOTICES)}.")]
Language = Annotated[str, typer.Option(help="fr or en.")]


@app.command("open")
def open_(
    aware: Annotated[str, typer.Option(help="When it became known: ISO 8601, UTC unless it says otherwise.")],
    account: Accounts = None,
    session: Annotated[list[str] | None, typer.Option(help="A session, as the trace keeps it.")] = None,
    since: Since = "",
    until: Until = "",
    case: Annotated[str, typer.Option(help="The case it comes from.")] = "",
    json: Json = False,
) -> None:
    """Open a breach: its clocks run from --aware.

    Example: ecluse notices open --account n.martin --aware 2026-01-31T08:00Z --home /srv/ecluse
    """
    known = at_time(aware)
    if known is None:
        raise BadInputError("When did it become known?", "Give --aware.")
    scope = Scope(
        accounts=tuple(account or ()), sessions=tuple(session or ()), since=at_time(since), until=at_time(until)
    )
    name = desk.open_breach(console(), scope, known, request_id(None), case).name
    typer.echo(msgspec.json.encode({"breach": name}) if json else f"Breach {name} is open.")


@app.command("register")
def register_command(language: Language = "fr", json: Json = False) -> None:
    """List every breach: people, what was sent, the clocks that still run.

    Example: ecluse notices register --home /srv/ecluse
    """
    lines = register(language)
    if json:
        typer.echo(msgspec.json.encode(lines))
        return
    table = Table("breach", "aware", "people", "sent", "next deadline", box=None)
    for line in lines:
        deadlines = sorted(f"{clock.deadline:%Y-%m-%d %H:%M} {name}" for name, clock in line.clocks.items()
                           if clock.deadline is not None)  # fmt: skip
        sent = ", ".join(one.notice for one in line.sent)
        table.add_row(
            line.breach, f"{line.aware:%Y-%m-%d %H:%M}", str(line.facts.patients), sent, (deadlines or ["–"])[0]
        )
    Console(highlight=False).print(table)


@app.command()
def draft(breach: Breach, name: Name, language: Language = "fr", json: Json = False) -> None:
    """Show a notice as it stands: what is computed, what is written, what is missing.

    Example: ecluse notices draft 2026-001 cnil-initial --home /srv/ecluse
    """
    found = desk.drafted(desk.breach_named(breach), name, language)
    typer.echo(msgspec.json.encode(found) if json else told(found))


def told(found: Draft) -> str:
    """Return a draft as text."""
    marks = {From.TRACE: "trace", From.SETTING: "setting", From.PERSON: "you"}
    lines = [f"{found.title} – {found.breach} – {found.clock.said}"]
    lines += [
        f"{'!' if one.key in found.missing else ' '} {one.key} [{marks[one.source]}; {one.basis}] {one.text or '–'}"
        for one in found.fields
    ]
    lines.append(f"Missing: {', '.join(found.missing) or 'nothing'}.")
    return "\n".join([*lines, *(f"Check: {one}" for one in found.check)])


@app.command()
def write(
    breach: Breach,
    name: Name,
    field: Annotated[str, typer.Argument(help="The field, as `draft` names it.")],
    file: Annotated[Path, typer.Option(help="File that holds the text, UTF-8.", exists=True, dir_okay=False)],
) -> None:
    """Write a field that only a person can fill, from a file (a text on the command line would stay in its history).

    Example: ecluse notices write 2026-001 cnil-initial nature --file nature.txt --home /srv/ecluse
    """
    text = file.read_text(encoding="utf-8")
    desk.say(console(), desk.breach_named(breach), name, field, text, request_id(None))
    typer.echo(f"Written: {field}.")


@app.command()
def fill(
    breach: Breach,
    file: Annotated[
        Path, typer.Option(help='JSON file: {"cnil-initial": {"nature": "…"}}, UTF-8.', exists=True, dir_okay=False)
    ],
    json: Json = False,
) -> None:
    """Write many fields at once, all or none, from a file that says notice → field → text.

    Example: ecluse notices fill 2026-001 --file answers.json --home /srv/ecluse
    """
    try:
        texts = msgspec.json.decode(file.read_bytes(), type=dict[str, dict[str, str]])
    except msgspec.MsgspecError as error:
        raise BadInputError(f"{file} does not say notice → field → text: {error}.", "See the example.") from error
    number = desk.say_all(console(), desk.breach_named(breach), texts, request_id(None))
    typer.echo(msgspec.json.encode({"written": number}) if json else f"Written: {number} fields.")


@app.command()
def finish(
    breach: Breach,
    name: Name,
    out: Annotated[Path, typer.Option(help="File to write: OUT.json and OUT.pdf; they must not exist.")],
    language: Language = "fr",
    json: Json = False,
) -> None:
    """Finish a notice: its figures are counted again from the trace. Ends with code 4 while a needed field is empty.

    Example: ecluse notices finish 2026-001 cnil-initial --out cnil-initial --home /srv/ecluse
    """
    files = [out.with_name(f"{out.name}.{kind}") for kind in ("json", "pdf")]
    for file in files:
        if file.exists():
            raise BadInputError(f"{file} exists already.", "Choose another name.")
    made = desk.finish(console(), desk.breach_named(breach), name, language, request_id(None))
    for file, content in zip(files, (made.json, made.pdf), strict=True):
        write_private(file, content)
    if json:
        typer.echo(
            msgspec.json.encode({"digest": made.digest, "sequence": made.sequence, "files": list(map(str, files))})
        )
    else:
        typer.echo(f"Finished: {', '.join(map(str, files))}. SHA-256 {made.digest}, entry {made.sequence}.")
