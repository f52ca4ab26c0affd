"""What a person acts as. One who has several professions chooses, and each choice is traced."""

from django.http import HttpRequest

from ecluse.accounts.bridge import note
from ecluse.accounts.models import Account, AccountProfession
from ecluse.accounts.who import PROFESSION, who_of
from ecluse.core.errors import RefusedError
from ecluse.core.words import Action


def professions_of(account: Account) -> list[str]:
    """Return the professions registered for ``account``, in alphabetical order."""
    return list(AccountProfession.objects.filter(account=account).values_list("profession", flat=True))


def start(request: HttpRequest, account: Account) -> None:
    """Choose at sign-in for whoever has a single profession."""
    known = professions_of(account)
    if len(known) == 1:
        request.session[PROFESSION] = known[0]


def active(request: HttpRequest) -> str:
    """Return the profession this session acts as; empty when none has been chosen."""
    return str(request.session.get(PROFESSION, ""))


def choose(request: HttpRequest, account: Account, profession: str) -> None:
    """Act as ``profession`` from now on.

    Raises:
        RefusedError: it is not one of this account's.
        SafeUnavailableError: the choice could not be traced and was not made.
    """
    if profession not in professions_of(account):
        raise RefusedError("This profession is not yours.", "Ask the security officer who may grant it.")
    before = active(request)
    request.session[PROFESSION] = profession
    try:
        note(who_of(request), Action.LOGIN, "profession-chosen", request, target=account.username, detail=profession)
    except BaseException:
        request.session[PROFESSION] = before
        raise
