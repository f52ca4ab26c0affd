"""What every page knows besides the person (``ecluse.accounts.context``): where it is, and which doors the menu shows."""

from typing import Any

from django.http import HttpRequest

from ecluse.accounts.professions import active
from ecluse.web.doors import may_reach

MENU = ("home", "search", "export_list")


def menu(request: HttpRequest) -> dict[str, Any]:
    """Return the doors this profession may open, and the name of the present one."""
    user = getattr(request, "user", None)
    here = request.resolver_match.view_name if request.resolver_match else ""
    if user is None or not user.is_authenticated:
        return {"doors": [], "here": here}
    profession = active(request)
    return {"doors": [name for name in MENU if may_reach(name, profession)], "here": here}
