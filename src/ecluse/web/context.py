"""What every page knows besides the person (``ecluse.accounts.context``): where it is, and which doors are open."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import get_resolver

from ecluse.accounts.professions import active
from ecluse.web.console.tabs import tabs
from ecluse.web.doors import DOORS, may_reach


def menu(request: HttpRequest) -> dict[str, Any]:
    """Return the doors this profession may open, and the name of the present one."""
    user = getattr(request, "user", None)
    site = {"site_name": settings.SITE.name, "demo": settings.SITE.demo} if settings.SITE else {}
    here = request.resolver_match.view_name if request.resolver_match else ""
    if user is None or not user.is_authenticated:
        return site | {"doors": frozenset(), "here": here, "tabs": []}
    profession = active(request)
    known = get_resolver().reverse_dict
    doors = frozenset(name for name in DOORS if may_reach(name, profession) and name in known)
    return site | {"doors": doors, "here": here, "tabs": tabs(doors, here)}
