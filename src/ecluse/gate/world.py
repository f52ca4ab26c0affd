"""Where the gate stands: the policy of the establishment, and this thread's connection to its safe."""

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from ecluse.core.errors import BrokenWorldError
from ecluse.core.home import Home
from ecluse.core.words import Action, Decision
from ecluse.safe.client import SafeClient, local
from ecluse.safe.policy import Policy, load
from ecluse.safe.protocol import Note, Who


def home() -> Home:
    """Return the home folder this process serves.

    Raises:
        BrokenWorldError: there is none.
    """
    found: Home | None = settings.HOME
    if found is None:
        raise BrokenWorldError("No home folder is open.", "Set ECLUSE_HOME, or pass --home DIR.")
    return found


def policy() -> Policy:
    """Return the policy, read once: the safe itself reads it at its start only.

    What the safe decides counts, in any case.
    """
    return read(home().path)


@cache
def read(folder: Path) -> Policy:
    """Read the policy of the home folder ``folder`` once."""
    return load(folder / "safe" / "policy.toml")


def safe() -> SafeClient:
    """Return this thread's kept connection to the safe."""
    return local(socket(home()))


@cache
def socket(of: Home) -> Path:
    """Return the socket of a home folder, always the same object: making a path costs more than the rules do."""
    return of.socket


def note(who: Who, action: Action, rule: str, request_id: str, decision: Decision = Decision.ALLOW, **more: Any) -> int:
    """Write one durable entry about an act of the gate that shows nothing; return its sequence.

    Raises:
        ecluse.safe.client.SafeUnavailableError: nothing was written, so the act must not happen.
    """
    entry = Note(who=who, action=action, decision=decision, rule=rule, request=request_id, **more)
    return safe().call(entry).sequence
