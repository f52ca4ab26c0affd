"""What a person acts as. One who has several professions chooses, and each choice is traced."""

from django.http import HttpRequest

from ecluse.accounts.bridge import note
from ecluse.accounts.models import Account, AccountProfession
from ecluse.accounts.privileged import may_act
from ecluse.accounts.who import PROFESSION, who_of
from ecluse.core.errors import RefusedError
from ecluse.core.words import Action, Decision


def professions_of(account: Account) -> list[str]:
    """Return the professions registered for ``account``, in alphabetical order."""
    return list(AccountProfession.objects.filter(account=account).values_list("profession", flat=True))


def start(request: HttpRequest, account: Account) -> None:
    """Choose at sign-in for whoever has a single profession."""
    known = professions_of(account)
    if len(known) == 1 and may_act(request, known[0]):
        request.session[PROFESSION] = known[0]


def active(request: HttpRequest) -> str:
    """Return the profession this session acts as; empty when none has been chosen."""
    return str(request.session.get(PROFESSION, ""))


def choose(request: HttpRequest, account: Account, profession: str) -> None:
    """Act as ``profession`` from now on.

    Raises:
        RefusedError: it needs a passkey (``passkey-needed``), or is not one of this account's.
        SafeUnavailableError: the choice could not be traced and was not made.
    """
    if profession not in professions_of(account):
        raise RefusedError("This profession is not yours.", "Ask the security officer who may grant it.")
    if not may_act(request, profession):
        note(who_of(request), Action.LOGIN, "passkey-needed", request, decision=Decision.REFUSE, detail=profession)
        raise RefusedError("passkey-needed", "Prove yourself with a passkey, then choose again.")
    before = active(request)
    request.session[PROFESSION] = profession
    try:
        note(who_of(request), Action.LOGIN, "profession-chosen", request, target=account.username, detail=profession)
    except BaseException:
        request.session[PROFESSION] = before
        raise
