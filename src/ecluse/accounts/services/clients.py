"""Registering how a service proves itself, at the console of the machine."""

from pathlib import Path

from django.db import transaction

from ecluse.accounts import tokens
from ecluse.accounts.bridge import note, note_if_possible
from ecluse.accounts.models import Account, ServiceClient
from ecluse.accounts.services import keys, scopes
from ecluse.accounts.services.networks import network
from ecluse.accounts.who import console
from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Action


def register(account: Account, jwks: Path, scope: str, addresses: tuple[str, ...]) -> ServiceClient:
    """Register the public keys of a service, the scopes it may ask for and the networks it calls from.

    What it held before is replaced, and its tokens end.

    Raises:
        BadInputError: a key, a scope or a network is not what it must be.
        RefusedError: the account is a person's.
        SafeUnavailableError: it could not be traced and was not done.
    """
    if not account.service:
        raise RefusedError("Only services carry tokens; people sign in.", "Add the account with --service.")
    if not scopes.well_formed(scope):
        raise BadInputError("Not a list of scopes.", 'Write "system/Observation.rs system/Patient.r", or scim.')
    for text in addresses:
        network(text)
    held = keys.read_set(jwks)
    note(console(), Action.FACTOR, "client-registered", target=account.username, detail="jwks")
    with transaction.atomic():
        tokens.revoke(account)
        client, _made = ServiceClient.objects.update_or_create(
            account=account, defaults={"jwks": held, "scope": " ".join(scope.split()), "addresses": list(addresses)}
        )
    return client


def remove(account: Account) -> int:
    """Forget the keys of a service and end its tokens; return how many were valid."""
    note_if_possible(console(), Action.FACTOR, "client-removed", target=account.username)
    ServiceClient.objects.filter(account=account).delete()
    return tokens.revoke(account)
