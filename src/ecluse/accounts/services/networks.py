"""Where a service calls from."""

import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest

from ecluse.accounts.who import address, claimed_address
from ecluse.core.errors import BadInputError


@lru_cache(maxsize=512)
def network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Return a network (CIDR, or one address).

    Raises:
        BadInputError: it is none.
    """
    try:
        return ipaddress.ip_network(text)
    except ValueError as error:
        raise BadInputError("Not a network.", "Write 10.1.0.0/16, or one address.") from error


def caller(request: HttpRequest) -> str:
    """Return the address of the caller: as the server sees it, or as the proxy on this machine does."""
    behind = settings.SITE is not None and settings.SITE.behind_proxy
    return claimed_address(request) if behind else address(request)


def allowed(request: HttpRequest, networks: tuple[str, ...]) -> bool:
    """Tell whether the caller is in one of ``networks``; an empty list allows every address."""
    if not networks:
        return True
    try:
        here = ipaddress.ip_address(caller(request))
    except ValueError:
        return False
    return any(here in network(text) for text in networks)
