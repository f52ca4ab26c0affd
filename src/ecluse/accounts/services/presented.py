"""What a request shows to prove that a service makes it (RFC 6750, RFC 9449, section 7)."""

from django.conf import settings
from django.http import HttpRequest

from ecluse.accounts.bridge import note_if_possible
from ecluse.accounts.models import Account
from ecluse.accounts.services import proof, scopes
from ecluse.accounts.services.bound import Narrow, is_loose, narrow_of, tied
from ecluse.accounts.services.errors import NotAcceptedError
from ecluse.accounts.services.networks import allowed
from ecluse.accounts.who import stranger
from ecluse.core.words import Action, Decision

Needed = tuple[str, str]
"""A resource type and the letters of what is done to it (:mod:`scopes`); ``("scim", "")`` for provisioning."""


def presented(request: HttpRequest, needed: Needed) -> str | None:
    """Return what the table of tokens is asked for: None without any token, empty when it is of an unknown scheme.

    Raises:
        NotAcceptedError: the proof, the network or the scope does not fit. It is traced.
        BrokenWorldError: what was used once cannot be remembered.
    """
    header = request.META.get("HTTP_AUTHORIZATION")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    try:
        if scheme.lower() == "dpop":
            return of_key(request, token.strip(), needed)
        return loose(token.strip()) if scheme.lower() == "bearer" else ""
    except NotAcceptedError as error:
        trace(request, error)
        raise


def of_key(request: HttpRequest, token: str, needed: Needed) -> str:
    """Check the proof, the network and the scope of a bound token; return what to look up.

    Raises:
        NotAcceptedError: one of them does not fit.
    """
    narrow = narrow_of(token)
    if narrow is None:
        raise NotAcceptedError("not-a-token", "This token is not accepted.", code="invalid_token")
    fault = unfit(request, token, narrow, needed)
    if isinstance(fault, str):
        return tied(token, fault)
    fault.account = narrow.client
    raise fault


def unfit(request: HttpRequest, token: str, narrow: Narrow, needed: Needed) -> NotAcceptedError | str:
    """Return why a token does not fit this request, or the thumbprint of the key that proved it does."""
    try:
        thumbprint = proof.check(request, token)
    except NotAcceptedError as error:
        return error
    if not allowed(request, narrow.networks):
        return NotAcceptedError("network", "Not from this address.", code="invalid_token", status=403)
    if not within(narrow.scope, needed):
        return NotAcceptedError("scope", "Not in the scopes of this token.", code="insufficient_scope", status=403)
    return thumbprint


def within(scope: str, needed: Needed) -> bool:
    """Tell whether ``scope`` holds what is needed."""
    kind, letters = needed
    if kind == scopes.SCIM:
        return scopes.SCIM in scope.split()
    return bool(letters) and scopes.allows(scope, kind, letters)


def loose(token: str) -> str:
    """Return a token that is bound to no key, where the settings of a demonstration take it.

    Raises:
        NotAcceptedError: anywhere else.
    """
    site = settings.SITE
    if not (site and site.demo and site.bearer_tokens and is_loose(token)):
        raise NotAcceptedError("unbound-token", "A token is shown with a DPoP proof of its key.", code="invalid_token")
    return token


def trace(request: HttpRequest, error: NotAcceptedError) -> None:
    """Write the refusal. The account is one that exists and was claimed, not proved."""
    known = error.account and Account.objects.filter(username=error.account).exists()
    who = stranger(request, error.account if known else "")
    note_if_possible(
        who, Action.LOGIN_FAILURE, error.rule, request, decision=Decision.REFUSE, target=who.account, detail="pop"
    )


def trace_unknown(request: HttpRequest) -> None:
    """Write that a token opened nothing: past its end, revoked, changed, or shown with another key than its own."""
    error = NotAcceptedError("bad-token", "This token is not accepted.", code="invalid_token")
    narrow = narrow_of(request.META.get("HTTP_AUTHORIZATION", "").partition(" ")[2].strip())
    error.account = narrow.client if narrow else ""
    trace(request, error)
