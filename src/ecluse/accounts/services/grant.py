"""Issuing an access token (RFC 6749, section 4.4; RFC 9449, section 5).

Order of writes: the entry in the trace, then the row. A crash in between leaves an entry of a token nobody has.
"""

import datetime as dt

from django.http import HttpRequest
from django.utils import timezone

from ecluse.accounts import tokens
from ecluse.accounts.bridge import note, the_safe
from ecluse.accounts.models import Account, ServiceClient, Token
from ecluse.accounts.professions import professions_of
from ecluse.accounts.services import assertion, proof, scopes
from ecluse.accounts.services.bound import Narrow, make, tied
from ecluse.accounts.services.errors import NotAcceptedError, bad_assertion
from ecluse.accounts.services.keys import ASSERTION
from ecluse.accounts.services.networks import allowed
from ecluse.accounts.who import address, claimed_address
from ecluse.core.words import Action
from ecluse.safe.protocol import Check, Who

LIFE_S = 300
KEPT_DAYS = 1
POSSESSION = "pop"
"""RFC 8176: proof of possession of a key."""


def ask(request: HttpRequest, audience: str) -> tuple[str, Narrow]:
    """Answer a request of the token endpoint with a token and what narrows it.

    Raises:
        NotAcceptedError: this client gets none.
        BrokenWorldError, SafeUnavailableError: nobody does, now.
    """
    form = request.POST
    if form.get("grant_type") != "client_credentials":
        raise NotAcceptedError(
            "grant-type", "Only client_credentials is offered.", code="unsupported_grant_type", status=400
        )
    if form.get("client_assertion_type") != ASSERTION or not form.get("client_assertion"):
        raise bad_assertion("no-assertion", "Send client_assertion with its type: there are no client secrets here.")
    client = assertion.claimed(form["client_assertion"])
    if client is None:
        raise bad_assertion("no-such-client", "The assertion is not one of a registered client.")
    try:
        return answer(request, client, audience)
    except NotAcceptedError as error:
        error.account = client.account.username
        raise


def answer(request: HttpRequest, client: ServiceClient, audience: str) -> tuple[str, Narrow]:
    """Return a token for ``client`` once it has proved itself.

    Raises:
        NotAcceptedError: it has not, or may not have one.
    """
    assertion.check(request.POST["client_assertion"], client, audience)
    if not allowed(request, tuple(client.addresses)):
        raise bad_assertion("network", "Not from this address.")
    thumbprint = proof.check(request)
    scope = scopes.narrowed(request.POST.get("scope", ""), client.scope)
    if not scope:
        raise NotAcceptedError("scope", "None of these scopes is registered.", code="invalid_scope", status=400)
    who = standing(request, client.account)
    narrow = Narrow(client.account.username, scope, tuple(client.addresses))
    return issue(request, client.account, who, narrow, thumbprint), narrow


def standing(request: HttpRequest, account: Account) -> Who:
    """Return who the client is today.

    Raises:
        NotAcceptedError: it left, is locked, or has no profession yet.
    """
    known = professions_of(account)
    who = Who(
        account=account.username,
        profession=known[0] if len(known) == 1 else "",
        session="",
        amr=(POSSESSION,),
        address=address(request),
        claimed_address=claimed_address(request),
    )
    if not account.service or not account.employed(timezone.localdate()):
        raise bad_assertion("not-employed", "This client is closed.")
    checked = the_safe().call(Check(who=who))
    if checked.lock:
        raise bad_assertion("locked", "This client is locked.")
    if not who.profession or not checked.registered:
        raise bad_assertion("unregistered", "This client has no profession yet: two people grant it.")
    return who


def issue(request: HttpRequest | None, account: Account, who: Who, narrow: Narrow, thumbprint: str) -> str:
    """Make a token bound to the key of ``thumbprint``.

    Raises:
        SafeUnavailableError: it could not be traced and does not exist.
    """
    note(who, Action.LOGIN, "token-issued", request, target=account.username, detail=POSSESSION)
    token, now = make(narrow), timezone.now()
    Token.objects.filter(account=account, expires__lt=now - dt.timedelta(days=KEPT_DAYS)).delete()
    Token.objects.create(
        digest=tokens.digest(tied(token, thumbprint)),
        account=account,
        profession=who.profession,
        expires=now + dt.timedelta(seconds=LIFE_S),
    )
    return token
