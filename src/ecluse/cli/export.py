"""``ecluse export``: what the recipient of an export needs. The export itself is made on the site, by two people."""

import datetime as dt
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ecluse.core.errors import BadInputError
from ecluse.record import age

app = typer.Typer(no_args_is_help=True, help="Make a recipient's key, open an export.")
OWN_EYES = 0o600

Out = Annotated[Path | None, typer.Option("--out", "-o", help="File to write (0600); it must not exist.")]


def write_private(file: Path, content: bytes) -> None:
    """Write a file that only its owner can read.

    Raises:
        BadInputError: it exists: a key or a record is never overwritten.
    """
    try:
        number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN_EYES)
    except FileExistsError as error:
        raise BadInputError(f"{file} exists already.", "Choose another name.") from error
    with os.fdopen(number, "wb") as opened:
        opened.write(content)


@app.command()
def keygen(out: Annotated[Path, typer.Argument(help="File for the private key; it must not exist.")]) -> None:
    """Make a key pair for receiving exports: the private key stays with you, the public key goes to the hospital."""
    text, public = age.new_key(dt.datetime.now(dt.UTC))
    write_private(out, text.encode("ascii"))
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"Private key: {out} (keep it; without it an export cannot be read)", markup=False)
    console.print(f"Public key:  {public}", markup=False)
    console.print(f"Fingerprint: {age.grouped(age.fingerprint(public))}", markup=False)


@app.command()
def fingerprint(public: Annotated[str, typer.Argument(help="Public key, age1…")]) -> None:
    """Show the fingerprint of a public key, to compare with the one on the approval page."""
    Console(highlight=False, soft_wrap=True).print(age.grouped(age.fingerprint(public)), markup=False)


@app.command("open")
def open_(
    file: Annotated[Path, typer.Argument(help="The export (.ndjson.age).", exists=True, dir_okay=False)],
    key: Annotated[Path, typer.Option("--key", "-k", help="Your private key's file.", exists=True, dir_okay=False)],
    out: Out = None,
) -> None:
    """Open an export with your private key: FHIR resources, one a line."""
    plain = age.decrypt(file.read_bytes(), age.identities(key))
    if out is None:
        sys.stdout.buffer.write(plain)
    else:
        write_private(out, plain)
