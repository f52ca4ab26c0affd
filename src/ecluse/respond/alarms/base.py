"""What every channel gets and gives."""

from pathlib import Path
from typing import Any

import msgspec

from ecluse.core.errors import BadInputError
from ecluse.core.home import Home

TIMEOUT_S = 10.0


class Sent(msgspec.Struct, frozen=True):
    """One message for one receiver. ``name`` is the same at every try; ``at`` is in Unix seconds.

    ``message``: ``type``, ``case``, ``kind``, ``account``, ``profession``, ``gravity``, ``patients`` (a number),
    ``locks``, ``establishment``; or ``subject`` and ``text`` for a person.
    """

    name: str
    at: float
    to: tuple[str, ...]
    message: dict[str, Any]


class NotTakenError(Exception):
    """The receiver did not take a message; it is tried again."""


def secret(home: Home, named: str, what: str) -> str:
    """Return the secret in a file of the settings, relative to the home folder.

    Raises:
        BadInputError: it cannot be read, or is empty.
    """
    file = Path(home.path, named)
    try:
        found = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{what}: {file} cannot be read: {error}.", "Mend [alarms] in ecluse.toml.") from error
    if not found:
        raise BadInputError(f"{what}: {file} is empty.", "Put the secret in it.")
    return found
