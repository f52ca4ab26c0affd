"""``ecluse accounts client`` and ``client-key``: how a service proves itself."""

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from ecluse.accounts import approvals
from ecluse.accounts.bridge import note, the_home
from ecluse.accounts.federation import match
from ecluse.accounts.ldap import sync
from ecluse.accounts.models import Provisioned
from ecluse.accounts.services import clients
from ecluse.accounts.services.possession import new_key, public_set
from ecluse.accounts.who import console as at_console
from ecluse.cli.answers import AsJson, say
from ecluse.core.errors import BadInputError, Exit, RefusedError
from ecluse.core.words import Action


def client(
    username: Annotated[str, typer.Argument(help="A service.")],
    jwks: Annotated[Path | None, typer.Option(help="Its public keys (JWK Set): EC P-384 or RSA.")] = None,
    scope: Annotated[str, typer.Option(help='What it may ask for: "system/Observation.rs …", or scim.')] = "",
    address: Annotated[list[str] | None, typer.Option(help="A network it calls from (CIDR); repeatable.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Forget its keys and end its tokens, at once.")] = False,
    as_json: AsJson = False,
) -> None:
    """Register how a service proves itself: SMART Backend Services, private_key_jwt, DPoP. No secret is shared.

    Example: ecluse accounts client lab.feed --jwks lab.jwks --scope "system/Observation.crus system/Patient.rs"
    """
    account = approvals.known_account(username)
    if remove:
        count = clients.remove(account)
        say(as_json, {"removed": True, "tokens": count}, f"{username} proves nothing any more; {count} tokens ended.")
        return
    if jwks is None:
        raise BadInputError("No key is named.", "Pass --jwks FILE; `ecluse accounts client-key` makes a pair.")
    kept = clients.register(account, jwks, scope, tuple(address or ()))
    data = {"client": username, "scope": kept.scope, "addresses": kept.addresses, "keys": len(kept.jwks["keys"])}
    where = f" from {', '.join(kept.addresses)}" if kept.addresses else " from any address"
    say(as_json, data, f"{username} may ask for {kept.scope}{where}. Token endpoint: /oauth/token.")


def client_key(
    file: Annotated[Path, typer.Argument(help="Where the private key goes (0600); it must not exist.")],
    as_json: AsJson = False,
) -> None:
    """Make a key pair for a service: the private half stays with it, the public half (FILE.public) is registered here.

    Example: ecluse accounts client-key lab.jwk
    """
    key, public = new_key(), file.with_name(f"{file.name}.public")
    write(file, msgspec.json.encode(key.as_dict(private=True)), 0o600)
    write(public, msgspec.json.encode(public_set(key)), 0o644)
    data = {"private": str(file), "public": str(public), "kid": key.kid}
    say(as_json, data, f"{file} is the private key: it never leaves the service. Register {public}.")


def write(file: Path, text: bytes, mode: int) -> None:
    """Write a new file with its mode from the first byte on.

    Raises:
        BadInputError: it is there already, or cannot be written.
    """
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as out:
            out.write(text)
    except OSError as error:
        raise BadInputError(f"{file} cannot be written: {error.strerror}.", "Name a new file.") from error


def link(
    username: Annotated[str, typer.Argument(help="A person.")],
    provider: Annotated[str, typer.Option(help="What [federation.NAME] calls the provider.")],
    subject: Annotated[str, typer.Option(help="What the provider calls the person (sub).")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Forget it instead.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what an OpenID Provider calls a person: only who is linked beforehand comes in with it.

    Example: ecluse accounts link n.martin --provider keycloak --subject 5f0c2a6e-0b1e-4f57
    """
    account = approvals.known_account(username)
    if provider not in the_home().settings.federation:
        raise BadInputError("There is no such provider.", "Add [federation.NAME] to ecluse.toml.")
    if remove:
        known = match.unlink(account, provider)
        say(as_json, {"removed": known}, f"{username} is not linked to {provider} any more.")
        return
    match.link(account, provider, subject)
    say(as_json, {"account": username, "provider": provider}, f"{username} may sign in with {provider}.")


def provisioned(
    usernames: Annotated[list[str], typer.Argument(help="People who are there already.")],
    as_json: AsJson = False,
) -> None:
    """Put people who are there already under SCIM provisioning: it may then change and stop them.

    Example: ecluse accounts provisioned n.martin p.dubois
    """
    accounts = [approvals.known_account(username) for username in usernames]
    if any(account.service for account in accounts):
        raise RefusedError("A service is not provisioned.", "Name people.")
    for account in accounts:
        note(at_console(), Action.FACTOR, "account-under-provisioning", target=account.username)
        Provisioned.objects.get_or_create(account=account)
    say(as_json, {"provisioned": usernames}, f"{len(accounts)} accounts are under provisioning.")


def sync_ldap(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the difference; write nothing.")] = False,
    many_leave: Annotated[
        bool, typer.Option("--many-leave", help="It is right that many lose a unit or a profession.")
    ] = False,
    requester: Annotated[
        str, typer.Option("--as", help="The registered account that proposes and takes away professions.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Bring people, units and last days up to date from the directory that ecluse.toml names.

    Professions are only proposed: a second person approves them. What somebody no longer has there ends at once.
    Exit code 4 when an entry was not taken.

    Example: ecluse accounts sync-ldap --dry-run
    """
    directory = the_home().settings.directory
    if directory is None:
        raise BadInputError("No directory is named.", "Add [directory] to ecluse.toml.")
    done = sync.sync(directory, dry=dry_run, requester=requester, many_leave=many_leave)
    say(as_json, done, in_words(done))
    if done.rejects:
        raise typer.Exit(Exit.BAD_INPUT)


def in_words(done: sync.Synced) -> str:
    """Return what people read of a comparison."""
    lines = [f"{change.kind:8} {change.username}  {' '.join(change.what)}".rstrip() for change in done.changes]
    lines += [f"rejected {name}: {reason}" for name, reason in done.rejects]
    state = "written" if done.written else "nothing written"
    waits = f", {done.proposed} proposals wait for a second person" if done.proposed else ""
    return "\n".join([*lines, f"{done.seen} entries, {len(done.changes)} differences, {state}{waits}."])
