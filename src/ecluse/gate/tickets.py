"""What a form of the gate is about, signed: which patient, which refusal, where to go afterwards.

The browser cannot change it.

Promises:

- **G12** A ticket is good for the account and session it was made for, and for a quarter of an hour. It names a patient
  by pseudonym and number, never by anything a person could read, and never leads out of this site.
"""

from typing import Any

import msgspec
from django.core import signing
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from ecluse.accounts.pages import back_path
from ecluse.accounts.who import who_of
from ecluse.core.errors import RefusedError
from ecluse.core.words import Decision
from ecluse.gate.access import Refusal, Wanted
from ecluse.gate.said import session_digest

SALT = "ecluse.gate.ticket"
LASTS_SECONDS = 900
HOME = "/"


class Ticket(msgspec.Struct, frozen=True):
    """``patient`` 0 and an empty ``ref`` when the refusal concerned no patient in particular."""

    account: str
    session: str
    patient: int
    ref: str
    decision: Decision
    rule: str
    max_age: int
    sequence: int
    next: str


def make(request: HttpRequest, refusal: Refusal, next_url: str = "") -> str:
    """Sign a ticket about ``refusal`` for whoever makes this request."""
    who = who_of(request)
    wanted = refusal.wanted
    return sign(
        Ticket(
            account=who.account,
            session=session_digest(who.session),
            patient=wanted.pk if wanted else 0,
            ref=wanted.ref if wanted else "",
            decision=refusal.decision,
            rule=refusal.rule,
            max_age=refusal.max_age,
            sequence=refusal.sequence,
            next=local(request, next_url or back_path(request)),
        )
    )


def about(request: HttpRequest, patient: int, ref: str, next_url: str) -> str:
    """Sign a ticket about a patient before anything is refused (to break the glass, to give them to a colleague)."""
    wanted = Wanted(patient, ref, b"", ())
    return make(request, Refusal(wanted, Decision.JUSTIFY, "say-why", 0), next_url)


def sign(ticket: Ticket) -> str:
    """Sign ``ticket``."""
    plain: dict[str, Any] = msgspec.to_builtins(ticket)
    return signing.dumps(plain, salt=SALT, compress=True)


def read(request: HttpRequest, text: str) -> Ticket:
    """Read a ticket back.

    Raises:
        RefusedError: it was changed, is too old, or was made for another account or session.
    """
    try:
        ticket = msgspec.convert(signing.loads(text, salt=SALT, max_age=LASTS_SECONDS), Ticket)
    except (signing.BadSignature, msgspec.ValidationError) as error:
        raise RefusedError("ticket-unreadable") from error
    who = who_of(request)
    if not who.account or (ticket.account, ticket.session) != (who.account, session_digest(who.session)):
        raise RefusedError("ticket-of-another-session")
    return ticket


def local(request: HttpRequest, url: str) -> str:
    """Return ``url`` when it stays on this site, else the home page."""
    safe = url_has_allowed_host_and_scheme(url, allowed_hosts=None, require_https=request.is_secure())
    return url if safe and url.startswith("/") else HOME
