"""What every page may say of the person signed in."""

from typing import Any

from django.http import HttpRequest

from ecluse.accounts import rights
from ecluse.accounts.federation.provider import all_of_them
from ecluse.accounts.labels import label
from ecluse.accounts.professions import active


def person(request: HttpRequest) -> dict[str, Any]:
    """Return ``profession``, ``profession_label`` and ``admin_pages`` (URL names this profession reaches)."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"providers": [(name, one.label) for name, one in all_of_them().items()]}
    word = active(request)
    return {"profession": word, "profession_label": label(word), "admin_pages": rights.pages_of(word)}
