"""Giving a patient to a colleague for a time.

Promises:

- **G11** Who gives has a duty of their own for this patient, and not one that was given to them; nobody gives to
  themselves; the receiver's profession accepts it; it ends within a week. The giver made the row, so it explains
  nothing to the giver.
"""

from django.utils import timezone
from msgspec.structs import replace

from ecluse.accounts.models import Account
from ecluse.accounts.professions import professions_of
from ecluse.core.errors import RefusedError
from ecluse.core.words import Action, Decision, DutyKind
from ecluse.gate.ask import worker_for
from ecluse.gate.duties import explaining, seconds
from ecluse.gate.feeds import DAY, HOUR, Fact, Maker, add, row
from ecluse.gate.rules import kinds
from ecluse.gate.world import note, policy
from ecluse.safe.protocol import Who

LONGEST = 7 * DAY
SOURCE = "delegation"


def give(who: Who, patient: int, ref: str, receiver: str, hours: int, request_id: str) -> None:
    """Let ``receiver`` (an account) take care of ``patient`` for ``hours``.

    The entry is durable before the duty exists.

    Raises:
        RefusedError: one of the conditions above does not hold; the refusal is traced.
        ecluse.safe.client.SafeUnavailableError: nothing was written, nothing is given.
    """
    now = seconds()
    until = now + hours * HOUR
    rule = unfit(who, patient, receiver, until - now)
    if rule:
        refused = {"patient": ref, "detail": SOURCE}
        note(who, Action.DUTY, rule, request_id, decision=Decision.REFUSE, **refused)
        raise RefusedError(rule)
    note(who, Action.DUTY, SOURCE, request_id, patient=ref, target=receiver, detail=f"{hours}h")
    account = Account.objects.get(username=receiver)
    fact = Fact(DutyKind.DELEGATION, patient, SOURCE, account=account.pk)
    add(row(Maker(who.account, now), fact, (now, until)))


def unfit(who: Who, patient: int, receiver: str, length: int) -> str:
    """Return the rule that stands against this delegation, or nothing."""
    if receiver == who.account:
        return "same-person"
    if not 0 < length <= LONGEST:
        return "delegation-too-long"
    if not holds(who, patient):
        return "giver-without-duty"
    account = Account.objects.filter(username=receiver, service=False).first()
    if account is None or not account.employed(timezone.localdate()) or not accepts(account):
        return "receiver-unfit"
    return ""


def holds(who: Who, patient: int) -> bool:
    """Tell whether ``who`` has a duty of their own for ``patient``: what was given to them is not theirs to give."""
    worker = worker_for(who)
    if worker is None:
        return False
    own = tuple(kind for kind in worker.kinds if kind is not DutyKind.DELEGATION)
    return patient in explaining(replace(worker, kinds=own), [patient])


def accepts(account: Account) -> bool:
    """Tell whether a profession of ``account`` takes patients given by colleagues."""
    return any(DutyKind.DELEGATION in kinds(policy(), one) for one in professions_of(account))
