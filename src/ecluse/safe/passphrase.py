"""Where the passphrase comes from: a file, never an argument, never a default."""

from collections.abc import Mapping
from pathlib import Path

from ecluse.core.errors import BadInputError

VARIABLE = "ECLUSE_PASSPHRASE_FILE"
SHORTEST = 12


def read_passphrase(file: Path | None, environment: Mapping[str, str]) -> bytes | None:
    """Return the passphrase kept in ``file`` or in the file that ``ECLUSE_PASSPHRASE_FILE`` names, if any.

    Raises:
        BadInputError: the file cannot be read, or is too short to be a passphrase.
    """
    path = file or (Path(environment[VARIABLE]) if environment.get(VARIABLE) else None)
    if path is None:
        return None
    try:
        passphrase = path.read_bytes().removesuffix(b"\n")
    except OSError as error:
        raise BadInputError(f"The passphrase file {path} cannot be read: {error}.", "Name the right file.") from error
    if len(passphrase) < SHORTEST:
        raise BadInputError(f"The passphrase in {path} is too short.", f"Use at least {SHORTEST} characters.")
    return passphrase
