"""``ecluse respond``: how the watch stands, cases, playbooks, locks, alarms; and the whole of it, replayed."""

import time
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from ecluse.accounts.bridge import the_home
from ecluse.cli.respond_replay import replay
from ecluse.core.errors import Exit, NotProvenError
from ecluse.respond import cases, containment, playbooks, proof, queue, wait
from ecluse.respond.alarms import caep, outbox
from ecluse.respond.standing import LATE_S, standing

app = typer.Typer(no_args_is_help=True, help="Watch, cases, playbooks, locks, alarms, replay.")
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
app.command()(replay)


def say(data: object) -> None:
    """Print one JSON value."""
    typer.echo(msgspec.json.encode(data))


@app.command()
def status(json: Json = False) -> None:
    """Say how far the watch is behind the trace, and what waits in the outbox. Exit status 5 when it is late.

    Example: ecluse respond status --home /srv/ecluse
    """
    now, mail = standing(the_home()), outbox.waiting()
    late = now is None or time.time() - now.at > LATE_S or now.lag_s > LATE_S or bool(now.error)
    if json:
        say({"watch": now, "late": late, "outbox": mail})
    elif now is None:
        out.print("The watch has never run here. `ecluse serve` starts it.")
    else:
        out.print(f"Entries looked at: {now.sequence:,}. Waiting: {now.lag_entries:,} ({now.lag_s:.1f} s).")
        out.print(f"Alarms waiting: {mail.waiting}. {now.error or mail.error}".strip(), markup=False)
    if late:
        raise typer.Exit(Exit.BROKEN_WORLD)


@app.command("cases")
def list_cases(
    account: Annotated[str, typer.Option(help="Only this account's; with --for, wait for it.")] = "",
    seconds: Annotated[float, typer.Option("--for", help="Wait so many seconds for a case of --account.")] = 0,
    json: Json = False,
) -> None:
    """List the cases to read, gravest first, no more a day than the team reads.

    Example: ecluse respond cases --account n.martin --for 60 --json
    """
    if account and seconds:
        wait.for_case(account, seconds)
    told = queue.queue()
    listed = [case for case in told.cases if account in {"", *case.accounts}]
    if json:
        say({"cases": listed, "a_day": told.a_day, "left_out": told.left_out})
        return
    table = Table("case", "account", "signals", "patients", "opened", "assigned")
    for case in listed:
        opened = case.opened.isoformat(timespec="minutes")
        table.add_row(case.ref, case.account, ", ".join(case.kinds), str(case.patients), opened, case.assigned)
    out.print(table)
    if told.left_out:
        out.print(f"{told.left_out} more do not fit {told.a_day} a day.")


@app.command()
def case(ref: Annotated[str, typer.Argument(help="Name of the case.")], json: Json = False) -> None:
    """Tell one case from its beginning: signals, locks, alarms, notes, verdict.

    Example: ecluse respond case 1f0c2a9b77
    """
    found = cases.of(ref)
    events = list(found.events.all())
    if json:
        told = [{"at": e.at, "by": e.by, "kind": e.kind, "entry": e.sequence, "body": e.body} for e in events]
        say({"case": queue.seen(found), "events": told})
        return
    for event in events:
        out.print(f"{event.at.isoformat(timespec='seconds')}  {event.kind:14} {event.by}  {event.body}", markup=False)


@app.command()
def playbook(
    dry_run: Annotated[str, typer.Option("--dry-run", help="What would be done about this case.", metavar="CASE")] = "",
    json: Json = False,
) -> None:
    """Check the playbooks; with --dry-run, say what they would do about a case. Changes and sends nothing.

    Example: ecluse respond playbook --dry-run 1f0c2a9b77
    """
    books = playbooks.load()
    plans = playbooks.dry_run(dry_run) if dry_run else []
    if json:
        say(plans if dry_run else {kind.value: book for kind, book in books.items()})
        return
    if not dry_run:
        out.print(f"{len(books)} playbooks, nothing wrong.")
    for plan in plans:
        out.print(f"[bold]{plan.kind}[/]")
        for lock in plan.locks:
            until = f"{lock.seconds // 3600} h" if lock.seconds else "until two people lift it"
            out.print(f"  lock {lock.kind} {lock.name}: {lock.grade}, {until}", markup=False)
        out.print(f"  alarm by: {', '.join(plan.alarms) or 'nothing'}", markup=False)
        if plan.without_receiver:
            out.print(f"  no receiver in ecluse.toml for: {', '.join(plan.without_receiver)}", markup=False)


@app.command()
def locks(json: Json = False) -> None:
    """List the locks in force: what, how much, why, until when, by whom.

    Example: ecluse respond locks --json
    """
    held = containment.in_force()
    if json:
        say(held)
        return
    table = Table("what", "which", "grade", "reason", "by")
    for one in held:
        table.add_row(one.kind, one.target, one.grade, one.reason, one.by)
    out.print(table)


@app.command()
def verify(json: Json = False) -> None:
    """Compare every case in the database with what the trace was told of it. Exit status 6 when they differ.

    Example: ecluse respond verify
    """
    found = proof.flaws(the_home().safe)
    if json:
        say(found)
    if found:
        raise NotProvenError(f"{len(found)} differences; the first: {found[0]}", "Compare with a backup.")
    if not json:
        out.print("Every case is as the trace was told.")


@app.command()
def alarms(
    test: Annotated[bool, typer.Option("--test", help="Send a message about nobody by every channel.")] = False,
    json: Json = False,
) -> None:
    """Say what waits in the outbox; with --test, try every receiver. Exit status 5 when one did not take it.

    Example: ecluse respond alarms --test
    """
    told = outbox.rehearse() if test else {}
    mail = outbox.waiting()
    if json:
        say({"outbox": mail, "test": told})
    else:
        for channel, error in told.items():
            out.print(f"{channel}: {error or 'taken'}", markup=False)
        out.print(f"Alarms waiting: {mail.waiting}. {mail.error}".strip(), markup=False)
    if any(told.values()):
        raise typer.Exit(Exit.BROKEN_WORLD)


@app.command("caep-keys")
def caep_keys() -> None:
    """Print the public key (JWKS) by which the identity provider verifies our security events.

    Example: ecluse respond caep-keys > jwks.json
    """
    say(caep.public_keys(the_home()))
