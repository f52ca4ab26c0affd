"""Which account is this? Only one that was linked beforehand."""

import re
from typing import Any

from django.db import transaction

from ecluse.accounts.bridge import note
from ecluse.accounts.federation.errors import NotSignedInError
from ecluse.accounts.models import Account, LinkedIdentity
from ecluse.accounts.who import console
from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.identity import Provider
from ecluse.core.words import Action

LONGEST_SUBJECT = 255
NATIONAL = re.compile(r"8?([0-9]{11})\Z")
"""An RPPS number, or the national identifier that it is part of (``8`` and the number)."""


def account_of(name: str, provider: Provider, claims: dict[str, Any], userinfo: dict[str, Any]) -> Account:
    """Return the account of the person that the provider names.

    Raises:
        NotSignedInError: there is none, or the subject and the RPPS number name two.
    """
    if userinfo and userinfo.get("sub") != claims["sub"]:
        raise NotSignedInError("userinfo-subject")
    linked = LinkedIdentity.objects.select_related("account").filter(provider=name, subject=claims["sub"]).first()
    number = rpps(provider, userinfo or claims) if provider.match_rpps else ""
    named = Account.objects.filter(rpps=number, service=False).first() if number else None
    if linked and named and linked.account != named:
        raise NotSignedInError("two-accounts", linked.account.username)
    found = linked.account if linked else named
    if found is None:
        raise NotSignedInError("unknown-subject")
    other = LinkedIdentity.objects.filter(provider=name, account=found).exclude(subject=claims["sub"])
    if other.exists():
        raise NotSignedInError("another-subject", found.username)
    return found


def claimed(name: str, subject: str) -> str:
    """Return the account that a refused token named; nothing when it is linked to none."""
    found = LinkedIdentity.objects.filter(provider=name, subject=subject[:LONGEST_SUBJECT]).exclude(subject="")
    return str(found.values_list("account__username", flat=True).first() or "")


def rpps(provider: Provider, said: dict[str, Any]) -> str:
    """Return the one RPPS number that ``SubjectNameID`` and ``otherIds`` hold; nothing when they disagree."""
    ids = said.get("otherIds")
    others = [one for one in ids if isinstance(one, dict)] if isinstance(ids, list) else []
    texts = [str(one.get("identifiant", "")) for one in others if one.get("origine") in provider.rpps_origins]
    found = {match[1] for text in [str(said.get("SubjectNameID", "")), *texts] if (match := NATIONAL.match(text))}
    return found.pop() if len(found) == 1 else ""


def link(account: Account, name: str, subject: str) -> None:
    """Say what a provider calls a person, at the console; what was said before of them is replaced.

    Raises:
        BadInputError: the subject is empty, too long, or another account's.
        RefusedError: the account is a service's.
        SafeUnavailableError: it could not be traced and was not done.
    """
    if account.service:
        raise RefusedError("A service signs in with no provider.", "Register its key: `ecluse accounts client`.")
    if not 0 < len(subject) <= LONGEST_SUBJECT:
        raise BadInputError("Not a subject.", "Copy it from the provider, as its tokens say it.")
    if LinkedIdentity.objects.filter(provider=name, subject=subject).exclude(account=account).exists():
        raise BadInputError("Another account has this subject.", "Unlink it there first.")
    note(console(), Action.FACTOR, "identity-linked", target=account.username, detail=name)
    with transaction.atomic():
        LinkedIdentity.objects.update_or_create(account=account, provider=name, defaults={"subject": subject})


def unlink(account: Account, name: str) -> bool:
    """Forget what a provider calls a person; tell whether it was known."""
    note(console(), Action.FACTOR, "identity-unlinked", target=account.username, detail=name)
    gone, _rows = LinkedIdentity.objects.filter(account=account, provider=name).delete()
    return bool(gone)
