"""How the web process speaks to the safe, and what it calls a request.

What gives access waits for its trace entry and fails without it; what takes access away never waits for anything.
"""

import logging
import secrets
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from ecluse.core.errors import BadInputError
from ecluse.core.home import Home
from ecluse.core.words import Action, Decision
from ecluse.safe.client import SafeClient, SafeUnavailableError, local
from ecluse.safe.protocol import Note, Who

log = logging.getLogger(__name__)


def the_home() -> Home:
    """Return the home folder of this process.

    Raises:
        BadInputError: none is named.
    """
    if settings.HOME is None:
        raise BadInputError("No home folder is named.", "Pass --home DIR or set ECLUSE_HOME.")
    return settings.HOME


def the_safe() -> SafeClient:
    """Return this thread's connection to the safe of the home folder."""
    return local(the_home().socket)


def request_id(request: HttpRequest | None) -> str:
    """Return the id that ties together the entries of one request; without a request, a fresh one."""
    if request is None:
        return secrets.token_hex(8)
    known: str = getattr(request, "ecluse_id", "")
    if not known:
        known = secrets.token_hex(8)
        request.ecluse_id = known  # type: ignore[attr-defined]
    return known


def note(who: Who, action: Action, rule: str, request: HttpRequest | None = None, **more: Any) -> int:
    """Write one entry about an act that shows no patient; return its sequence number once it is durable.

    Raises:
        SafeUnavailableError: nothing could be written, so the act must not happen.
    """
    decision = more.pop("decision", Decision.ALLOW)
    entry = Note(who=who, action=action, decision=decision, rule=rule, request=request_id(request), **more)
    return the_safe().call(entry).sequence


def note_if_possible(who: Who, action: Action, rule: str, request: HttpRequest | None = None, **more: Any) -> None:
    """Write one entry about an act that takes access away. The act happens even when the safe cannot be reached."""
    try:
        note(who, action, rule, request, **more)
    except SafeUnavailableError:
        log.exception("%s (%s) could not be traced", action.value, rule)
