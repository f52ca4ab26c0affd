"""The end of set-up: before it, the owner of the machine registers accounts alone; after it, two people do."""

from ecluse.accounts.bridge import request_id, the_home, the_safe
from ecluse.accounts.models import Account
from ecluse.core.errors import RefusedError
from ecluse.core.words import ProposalKind
from ecluse.safe.policy import load
from ecluse.safe.protocol import CloseSetup, Who

PEOPLE_FOR_FOUR_EYES = 2


def approvers() -> list[str]:
    """Return the accounts of people who may be the second person for a grant, by the policy in force."""
    professions = load(the_home().safe / "policy.toml").approvals.of(ProposalKind.GRANT)
    people = Account.objects.filter(service=False, is_active=True, professions__profession__in=list(professions))
    return sorted(set(people.values_list("username", flat=True)))


def close(who: Who) -> None:
    """Close set-up for good.

    Raises:
        RefusedError: fewer than two people could approve anything afterwards.
    """
    found = approvers()
    if len(found) < PEOPLE_FOR_FOUR_EYES:
        message = f"{len(found)} of the accounts may approve a grant: nobody could be hired after this."
        raise RefusedError(message, "Add two people with a profession of [approvals] grant, then close set-up.")
    the_safe().call(CloseSetup(who=who, request=request_id(None)))
