"""Services: keys, scopes, networks; who provisions accounts."""

import datetime as dt
from collections.abc import Iterator

from ecluse.accounts.models import Account, ServiceClient
from ecluse.cli.findings.base import Family, Finding, Kind, Seen, Severity
from ecluse.cli.first import IMPORTER
from ecluse.core.words import Profession

OLD = dt.timedelta(days=365)
CLIENT = "ecluse accounts client {one} --jwks FILE --scope SCOPES --address NETWORK"
ANYWHERE = Kind(
    "service-from-anywhere", Severity.HIGH, "Services may call from any address: a stolen key works anywhere.", CLIENT
)
WIDE = Kind(
    "service-wide-scope",
    Severity.MEDIUM,
    "Services may ask for every resource (system/*): each needs the few it works with.",
    CLIENT,
)
OLD_KEY = Kind(
    "service-key-old",
    Severity.MEDIUM,
    "Keys of services are more than a year old.",
    f"ecluse accounts client-key NEW.jwk; then {CLIENT}",
)
NO_KEY = Kind(
    "service-without-key",
    Severity.LOW,
    "Services have a profession and no key: nobody uses them, or not yet.",
    CLIENT,
)
MANY = Kind(
    "provisioning-many",
    Severity.MEDIUM,
    "Several services provision accounts: each can stop people and open accounts.",
    "ecluse accounts client {one} --remove",
)
KINDS = (ANYWHERE, WIDE, OLD_KEY, NO_KEY, MANY)


def find(seen: Seen) -> Iterator[Finding]:
    """Look at every registered client, and at services that have none."""
    clients = list(ServiceClient.objects.select_related("account").order_by("account__username"))
    yield from ANYWHERE.each(one.account.username for one in clients if not one.addresses)
    yield from WIDE.each(one.account.username for one in clients if wide(one.scope))
    yield from OLD_KEY.each(one.account.username for one in clients if seen.now - one.created > OLD)
    working = Account.objects.filter(service=True, is_active=True, professions__isnull=False).distinct()
    working = working.exclude(username=IMPORTER)  # it works on this machine alone, by `ecluse import`
    yield from NO_KEY.each(working.filter(client=None).values_list("username", flat=True))
    told = working.filter(professions__profession=Profession.PROVISIONING_SERVICE).exclude(client=None)
    if told.count() > 1:
        yield MANY.found(told.values_list("username", flat=True))


def wide(scope: str) -> bool:
    """Tell whether a list of scopes names every resource."""
    return any(word.startswith("system/*") for word in scope.split())


FAMILY = Family("services", KINDS, find)
