"""``ecluse accounts client`` and ``client-key``: how a service proves itself."""

import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from ecluse.accounts import approvals
from ecluse.accounts.services import clients
from ecluse.accounts.services.possession import new_key, public_set
from ecluse.cli.answers import AsJson, say
from ecluse.core.errors import BadInputError


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
