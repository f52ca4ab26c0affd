"""What people no longer have, as the directory says: units they left, professions they lost.

1. Only what the directory's own tables can give is taken away; a privileged profession never is.
2. An attribute that is not mapped says nothing; one that is mapped says everything of the people it lists.
3. When suddenly many would lose something, nothing is written: a wrong filter looks just like that.
"""

from django.db.models import Q
from django.utils import timezone

from ecluse.accounts import approvals
from ecluse.accounts.bridge import note, request_id
from ecluse.accounts.models import Account, Membership
from ecluse.accounts.staff_list import Row
from ecluse.accounts.strength import PRIVILEGED
from ecluse.accounts.who import console
from ecluse.core.errors import BadInputError
from ecluse.core.identity import Directory
from ecluse.core.words import Action, Decision
from ecluse.safe.protocol import Who

FEW = 5
SHARE = 4  # at most one in four


def units_left(directory: Directory, row: Row, there: set[str]) -> set[str]:
    """Return the codes of the open units ``there`` that the directory no longer says."""
    return there - {str(unit) for unit in row.units} if "units" in directory.attributes else set()


def professions_lost(directory: Directory, row: Row, there: set[str]) -> set[str]:
    """Return the professions ``there`` that the directory could give, and no longer does."""
    if "professions" not in directory.attributes:
        return set()
    gives = set(directory.professions.values()) - {word.value for word in PRIVILEGED}
    return there & gives - {word.value for word in row.professions}


def open_units(account: Account) -> set[str]:
    """Return the codes of the units where an account works now."""
    now = timezone.now()
    rows = Membership.objects.filter(Q(until=None) | Q(until__gt=now), account=account)
    return set(rows.values_list("unit__code", flat=True))


def not_too_many(losing: int, listed: int) -> None:
    """Stop a run that would take something from suddenly many.

    Raises:
        BadInputError: more than five, and more than one in four of those listed.
    """
    if losing > FEW and losing * SHARE > listed:
        raise BadInputError(
            f"{losing} of {listed} people would lose a unit or a profession; nothing was written.",
            "Check filter and attributes in [directory]; if it is right, say --many-leave.",
        )


def take_away(account: Account, units: set[str], professions: set[str], requester: Who) -> str:
    """Close what is over, at once; return why something stays, or nothing. Each is traced before it counts."""
    for code in sorted(units):
        note(console(), Action.DUTY, "leaves-unit", target=account.username, detail=code)
        now = timezone.now()
        Membership.objects.filter(Q(until=None) | Q(until__gt=now), account=account, unit__code=code).update(until=now)
    if not professions:
        return ""
    if not requester.account:
        return "professions: lost in the directory; say who takes them away with --as"
    ruled = approvals.revoke(requester, account.username, sorted(professions), request_id(None))
    return "" if ruled.decision is Decision.ALLOW else f"professions: the safe kept them: {ruled.rule}"
