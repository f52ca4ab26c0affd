"""The mail address of a person: the one their establishment keeps of them, else the one every account has."""

from collections.abc import Iterable

from django.conf import settings

from ecluse.accounts.models import Contact


def of(names: Iterable[str]) -> dict[str, str]:
    """Return the address of each account that has one; none while no mail goes."""
    if not settings.MAIL:
        return {}
    wanted = list(names)
    kept = dict(Contact.objects.filter(account__username__in=wanted).values_list("account__username", "email"))
    given = settings.MAIL.people
    return {name: kept.get(name) or given.replace("{account}", name) for name in wanted if name in kept or given}
