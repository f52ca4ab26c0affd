"""``ecluse accounts``: people and services, from the machine itself. Whoever may run this owns the home folder."""

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from allauth.mfa.models import Authenticator
from rich.console import Console
from rich.table import Table

from ecluse.accounts import approvals, registry, reviews, sessions, setup, slips
from ecluse.accounts.adapter import FactorAdapter
from ecluse.accounts.bridge import request_id, the_home
from ecluse.accounts.models import Account
from ecluse.accounts.who import console as at_console
from ecluse.cli import accounts_services
from ecluse.cli.answers import AsJson, out, say
from ecluse.cli.child import safe_running
from ecluse.core.errors import BadInputError, Exit, RefusedError
from ecluse.core.home import Home
from ecluse.core.words import Decision, TargetKind
from ecluse.safe.protocol import Who

app = typer.Typer(no_args_is_help=True, add_completion=False)
err = Console(stderr=True, highlight=False)

As = Annotated[str, typer.Option("--as", help="The registered account that asks.", metavar="ACCOUNT")]
DEMO = "DEMONSTRATION: the passwords and second factors of this folder are public. Never put a real patient here."


class Listed(msgspec.Struct, frozen=True):
    """One account, as listed."""

    username: str
    display_name: str
    professions: list[str]
    units: list[str]
    hired: dt.date | None
    ends: dt.date | None
    service: bool
    active: bool


def with_safe_of(context: typer.Context, home: Callable[[], Home]) -> None:
    """Let a command reach the safe, started for it when it does not run; not for a mere ``--help``."""
    if not {"--help", "-h"}.intersection(sys.argv):
        context.with_resource(safe_running(home()))


@app.callback()
def with_safe(context: typer.Context) -> None:
    """People and services: who they are, what they carry, what stops them.

    Example: ecluse accounts load staff.json --home /srv/ecluse
    """
    with_safe_of(context, the_home)


@app.command()
def load(
    file: Annotated[Path, typer.Argument(help="A JSON list; - reads standard input.", metavar="FILE.json")],
    demo_credentials: Annotated[
        bool, typer.Option("--demo-credentials", help="Take passwords and TOTP secrets too; demonstrations only.")
    ] = False,
    requester: As = "",
    as_json: AsJson = False,
) -> None:
    """Take accounts from a list; again and again without harm.

    [{"username": "n.martin", "display_name": "Nadia Martin", "professions": ["nurse"], "units": ["cardiology"],
    "hired": "2026-01-05", "ends": null, "rpps": "", "email": ""}, …]. Exit code 4 when a line was refused.
    """
    if demo_credentials:
        err.print(DEMO, style="bold white on red")
    taken = registry.load(read(file), demo=demo_credentials, requester=requester)
    text = f"{taken.accounts} accounts ({taken.created} new), {taken.units} new units, {taken.enrolled} enrolled"
    if taken.proposed:
        text += f", {taken.proposed} grants wait for a second person (4 hours)"
    say(as_json, taken, text + ".")
    for reject in taken.rejects:
        err.print(f"line {reject.line} {reject.username}: {reject.reason}", style="yellow", markup=False)
    if taken.rejects:
        raise typer.Exit(Exit.BAD_INPUT)


@app.command()
def add(  # noqa: PLR0913, PLR0917 - one option for each field
    username: Annotated[str, typer.Argument(help="Login name: small letters, digits, dot, dash.")],
    profession: Annotated[list[str] | None, typer.Option(help="What it may act as; repeatable.")] = None,
    unit: Annotated[list[str] | None, typer.Option(help="Code of a unit; repeatable.")] = None,
    name: Annotated[str, typer.Option(help="Name shown on pages.")] = "",
    rpps: Annotated[str, typer.Option(help="RPPS number, 11 digits.")] = "",
    email: Annotated[str, typer.Option(help="Where to tell them of changes to their credentials.")] = "",
    hired: Annotated[str, typer.Option(help="First day, 2026-01-31.")] = "",
    ends: Annotated[str, typer.Option(help="Last day.")] = "",
    service: Annotated[bool, typer.Option("--service", help="A service: proves a key, never signs in.")] = False,
    password: Annotated[bool, typer.Option("--password", help="Ask for a first password.")] = False,
    requester: As = "",
    as_json: AsJson = False,
) -> None:
    """Add one account, or bring it up to date: what is not given stays as it is.

    Example: ecluse accounts add n.martin --name "Nadia Martin" --profession nurse --unit cardiology
    """
    given: dict[str, object] = {
        "display_name": name,
        "rpps": rpps,
        "email": email,
        "service": service,
        "professions": profession,
        "units": unit,
        "hired": hired,
        "ends": ends,
    }
    row = registry.as_known(username) | {field: value for field, value in given.items() if value}
    taken = registry.load(msgspec.json.encode([row]), requester=requester)
    if any(reject.username == username for reject in taken.rejects):
        raise BadInputError(taken.rejects[0].reason + ".", "Nothing is granted.")
    if password:
        registry.set_first_password(approvals.known_account(username), typer.prompt("Password", hide_input=True))
    proposed = " Its professions wait for a second person." if taken.proposed else ""
    say(as_json, taken, f"{username} is there.{proposed}")


@app.command("close-setup")
def close_setup(as_json: AsJson = False) -> None:
    """End set-up for good: from now on every right over records, raised cap and unlocking takes two people.

    Example: ecluse accounts close-setup --home /srv/ecluse
    """
    setup.close(at_console())
    say(as_json, {"setup_closed": True}, "Set-up is closed. From now on rights are granted by two people.")


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List accounts."""
    rows = [listed(account) for account in Account.objects.prefetch_related("professions", "units")]
    if as_json:
        say(as_json, rows, "")
        return
    table = Table("account", "name", "professions", "units", "until")
    for row in rows:
        table.add_row(
            row.username, row.display_name, ", ".join(row.professions), ", ".join(row.units), str(row.ends or "")
        )
    out.print(table)


def listed(account: Account) -> Listed:
    """Return what the list says of one account."""
    return Listed(
        username=account.username,
        display_name=account.display_name,
        professions=[row.profession for row in account.professions.all()],
        units=[row.code for row in account.units.all()],
        hired=account.hired,
        ends=account.ends,
        service=account.service,
        active=account.is_active,
    )


@app.command()
def review(
    everybody: Annotated[bool, typer.Option("--all", help="Those looked at within the year too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say whose rights nobody has looked at for a year. The page “Review of rights” is where they are looked at.

    Example: ecluse accounts review --json --home /srv/ecluse
    """
    rows = reviews.lines(only_due=not everybody)
    if as_json:
        say(as_json, [row._asdict() for row in rows], "")
        return
    table = Table("account", "may act as", "units", "last sign-in", "looked at", "closed")
    for row in rows:
        used, seen = (f"{at:%Y-%m-%d}" if at else "never" for at in (row.last_login, row.reviewed))
        table.add_row(row.username, ", ".join(row.professions), ", ".join(row.units), used, seen, row.stopped)
    out.print(table)


app.command()(accounts_services.client)
app.command("client-key")(accounts_services.client_key)
app.command()(accounts_services.link)
app.command()(accounts_services.provisioned)
app.command("sync-ldap")(accounts_services.sync_ldap)


@app.command()
def factors(
    username: Annotated[str, typer.Argument(help="Whose factors.")],
    revoke: Annotated[int, typer.Option(help="Number of one lost factor to remove, when another stays.")] = 0,
    reset: Annotated[bool, typer.Option("--reset", help="All are lost: remove them, end all sessions.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the second factors of an account; remove a lost one; or all, and start the way back.

    After --reset the person adds a factor again with their password and a sealed slip, which a second person hands over
    on the page Resets. Example: ecluse accounts factors n.martin --revoke 12
    """
    account = approvals.known_account(username)
    kinds = [{"id": factor.pk, "kind": str(factor.type)} for factor in Authenticator.objects.filter(user=account)]
    if revoke:
        revoke_one(account, revoke)
    if reset:
        slips.ask(at_console(), account, slips.FACTOR)
    text = ", ".join(f"{one['id']} {one['kind']}" for one in kinds) or "No second factor."
    done = "Removed; a sealed slip waits for a second person to hand it over: " if reset else ""
    say(as_json, {"factors": kinds, "removed": reset, "revoked": revoke}, f"{done}{text}")


def revoke_one(account: Account, number: int) -> None:
    """Remove one factor at once, and end the sessions it may have opened.

    Raises:
        BadInputError: it is not one of this account's.
        RefusedError: no other would be left.
    """
    factor = Authenticator.objects.filter(user=account, pk=number).first()
    if factor is None:
        raise BadInputError("There is no such factor.", f"`ecluse accounts factors {account}` lists them.")
    if not FactorAdapter().can_delete_authenticator(factor):
        raise RefusedError("This is their only second factor.", "Pass --reset: coming back then takes two people.")
    sessions.end(account, at_console(), "factor-revoked")
    factor.delete()


@app.command()
def lock(
    target: Annotated[str, typer.Argument(help="What to lock: an account, or as --kind says.")],
    requester: As,
    reason: Annotated[str, typer.Option(help="Reason shown to the person.")] = "locked by the security officer",
    kind: Annotated[TargetKind, typer.Option(help="What the target is.")] = TargetKind.ACCOUNT,
    hours: Annotated[int, typer.Option(help="How long; 0 = until two people lift it.", min=0)] = 0,
    as_json: AsJson = False,
) -> None:
    """Place a lock, at once. Lifting it takes two people."""
    who = Who(account=requester, profession="security-officer", session="", acr="console")
    ruled = approvals.place_lock(who, (kind, target), reason, request_id(None), hours * 3600)
    if ruled.decision is not Decision.ALLOW:
        raise RefusedError(f"The safe refused: {ruled.rule}.", "Name a registered security officer with --as.")
    say(as_json, ruled, f"{kind.value} {target} is locked; open sessions stop with their next request.")


@app.command("sessions")
def sessions_(
    username: Annotated[str, typer.Argument(help="Whose sessions.")],
    end: Annotated[bool, typer.Option("--end", help="End them all, at once.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the open sessions of an account, or end them."""
    account = approvals.known_account(username)
    if end:
        count = sessions.end(account, at_console(), "ended-at-console")
        say(as_json, {"ended": count}, f"{count} sessions ended.")
        return
    rows = [
        {"since": row.created_at, "address": row.ip, "device": row.user_agent}
        for row in sessions.open_sessions(account)
    ]
    text = "\n".join(f"{row['since']:%Y-%m-%d %H:%M}  {row['address']}  {row['device']}" for row in rows)
    say(as_json, rows, text or "No open session.")


def read(file: Path) -> bytes:
    """Return what the file holds.

    Raises:
        BadInputError: it cannot be read.
    """
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise BadInputError(f"{file} cannot be read: {error.strerror}.", "Name a JSON file.") from error
