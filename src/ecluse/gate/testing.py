"""For the tests of other parts: a request, and a signed ticket, of a browser that is signed in."""

from django.http import HttpRequest
from django.test import Client, RequestFactory

from ecluse.accounts.models import Account
from ecluse.core.words import Decision
from ecluse.gate.access import Wanted
from ecluse.gate.said import session_digest
from ecluse.gate.tickets import Ticket, sign


def account_of(client: Client) -> Account:
    """Return the account a browser is signed in as."""
    return Account.objects.get(pk=client.session["_auth_user_id"])


def request_of(client: Client, path: str = "/patient/1/", method: str = "GET", **headers: str) -> HttpRequest:
    """Build a request of a browser's session, as a view gets it."""
    request = RequestFactory().generic(method, path, headers=headers)
    request.session = client.session
    request.user = account_of(client)
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    return request


def ticket_of(client: Client, one: Wanted, decision: Decision = Decision.JUSTIFY, rule: str = "say-why") -> Ticket:
    """Build the ticket of a refusal about ``one``."""
    session = session_digest(client.session.session_key or "")
    return Ticket(account_of(client).username, session, one.pk, one.ref, decision, rule, 0, 7, "/patient/1/")


def signed_for(client: Client, one: Wanted, decision: Decision = Decision.JUSTIFY, rule: str = "say-why") -> str:
    """Sign that ticket."""
    return sign(ticket_of(client, one, decision, rule))
