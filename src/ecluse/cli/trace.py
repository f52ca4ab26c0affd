"""``ecluse trace``: read the trace, verify it, prove an entry, check a proof, list what was exposed."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ecluse.core.errors import BadInputError, Exit
from ecluse.core.home import home_path, load
from ecluse.record.trace_index import rebuild
from ecluse.safe.entry import Entry
from ecluse.safe.notes import Verifier
from ecluse.safe.proof import check, prove
from ecluse.safe.scan import size_of
from ecluse.safe.trace_reader import entries, exposure, segments
from ecluse.safe.verify import Report, verify

app = typer.Typer(no_args_is_help=True, help="The trace: show, verify, prove, check-proof, exposure, index.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Since = Annotated[str, typer.Option(help="From this time on: ISO 8601, UTC unless it says otherwise.")]
Account = Annotated[str, typer.Option(help="Only this account.")]


def at_time(text: str) -> datetime | None:
    """Return the time that ``text`` names, None for nothing.

    Raises:
        BadInputError: it is not a time.
    """
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInputError(f"{text!r} is not a time.", "Write it as 2026-01-31T08:00:00Z.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


@app.command()
def show(
    account: Account = "",
    patient: Annotated[str, typer.Option(help="Only this patient.")] = "",
    since: Since = "",
    json: Json = False,
) -> None:
    """Print the entries, oldest first, while the safe goes on.

    Example: ecluse trace show --home /srv/ecluse --account n.martin --since 2026-01-31
    """
    for entry in entries(home_path() / "safe", since=at_time(since)):
        if account in {"", entry.account} and patient in {"", entry.patient}:
            typer.echo(msgspec.json.encode(entry) if json else _line(entry))


def _line(entry: Entry) -> str:
    words = [str(entry.seq), entry.at.isoformat(timespec="milliseconds"), entry.account or "-", entry.action.value]
    words += [
        entry.patient or entry.target or "-",
        ",".join(entry.compartments) or "-",
        entry.decision.value,
        entry.rule,
    ]
    return "  ".join(words)


@app.command("verify")
def verify_command(
    key: Annotated[str, typer.Option(help="Verifier key kept elsewhere (default: the one in the safe).")] = "",
    json: Json = False,
) -> None:
    """Recompute everything from the files and compare with every signed head.

    Ends with code 6 when any byte of the safe is not as it was signed. Example: ecluse trace verify --home
    /srv/ecluse --json
    """
    folder = home_path() / "safe"
    with Progress(
        TextColumn("Verifying"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        auto_refresh=False,
        disable=json and not sys.stderr.isatty(),
    ) as progress:
        total = size_of(folder) // 300 if (folder / "trace").is_dir() else 0
        task = progress.add_task("verify", total=total)

        def advance(number: int) -> None:
            progress.update(task, advance=number, refresh=True)

        report = verify(folder, key, advance)
    if json:
        typer.echo(msgspec.json.encode(report))
    else:
        _print(report)
    if not report.ok:
        raise typer.Exit(Exit.NOT_PROVEN)


def _print(report: Report) -> None:
    for fault in report.faults:
        places = (("byte", fault.offset), ("line", fault.line), ("entry", fault.sequence))
        place = ", ".join(f"{name} {value}" for name, value in places if value is not None)
        typer.echo(f"{fault.file}: {fault.what}{f' ({place})' if place else ''}")
    for note in report.notes:
        typer.echo(note)
    verdict = "As it was signed" if report.ok else "NOT as it was signed"
    typer.echo(
        f"{verdict}: {report.entries} entries, {report.heads} signed heads, {report.unsigned} entries younger than the "
        f"last head; {report.entries_per_s} entries/s."
    )


@app.command("prove")
def prove_command(
    sequence: Annotated[int, typer.Argument(help="Sequence of the entry.")],
    out: Annotated[Path, typer.Option(help="File to write, *.tlog-proof.")],
    json: Json = False,
) -> None:
    """Write the proof that an entry is in the trace.

    Example: ecluse trace prove 4711 --out 4711.tlog-proof --home /srv/ecluse
    """
    text = prove(home_path() / "safe", sequence)
    out.write_text(text, encoding="utf-8")
    typer.echo(msgspec.json.encode({"sequence": sequence, "file": str(out)}) if json else f"Wrote {out}.")


@app.command("check-proof")
def check_proof(
    file: Annotated[Path, typer.Argument(help="The proof.")],
    key: Annotated[str, typer.Option(help="Verifier key, name+hash+base64.")],
    json: Json = False,
) -> None:
    """Check a proof with nothing but the public key, and print the entry it proves.

    Example: ecluse trace check-proof 4711.tlog-proof --key ecluse.local/0a1b2c3d+5e6f7a8b+AZ…
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{file} cannot be read: {error}.", "Name a proof.") from error
    proven = check(text, Verifier.of(key))
    if json:
        found = {"ok": True, "index": proven.place, "size": proven.head.size, "origin": proven.head.origin}
        typer.echo(msgspec.json.encode({**found, "entry": msgspec.Raw(proven.line)}))
    else:
        typer.echo(
            f"Proven: entry {proven.place} of {proven.head.size} in {proven.head.origin}\n{proven.line.decode()}"
        )


@app.command("index")
def index_command(json: Json = False) -> None:
    """Make the index of the trace again, compare it with the one that was there, and keep the new one.

    The index is a cache: it is made by itself when it is missing. Example: ecluse trace index --home /srv/ecluse
    """
    home = load()
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Indexing", total=len(segments(home.safe)))
        done = rebuild(home.safe, home.trace_index, lambda number: progress.update(task, advance=number))
    if json:
        typer.echo(msgspec.json.encode(done))
        return
    for name in done.different:
        typer.echo(f"{name} was not what the trace says; it was replaced.")
    typer.echo(f"{done.segments} segments, {done.bytes} bytes: {done.same} as before, {done.made} made.")


@app.command("exposure")
def exposure_command(
    account: Account = "",
    session: Annotated[str, typer.Option(help="Only this session, as the trace keeps it.")] = "",
    since: Since = "",
    json: Json = False,
) -> None:
    """List which patients' data were opened: patient, compartments, times.

    Example: ecluse trace exposure --home /srv/ecluse --account n.martin --since 2026-01-31 --json
    """
    found = exposure(home_path() / "safe", account=account, session=session, since=at_time(since))
    if json:
        typer.echo(msgspec.json.encode(found))
        return
    for exposed in found:
        typer.echo(f"{exposed.patient}  {','.join(exposed.compartments)}  {exposed.times}")
    typer.echo(f"{len(found)} patients.")
