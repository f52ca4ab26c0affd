"""What every page may say of the person signed in."""

import time
from functools import partial
from typing import Any

from django.http import HttpRequest

from ecluse.accounts import device_key, rights, workstation
from ecluse.accounts.federation.provider import all_of_them
from ecluse.accounts.labels import label
from ecluse.accounts.professions import active
from ecluse.accounts.second_notices import count
from ecluse.accounts.who import who_of


def person(request: HttpRequest) -> dict[str, Any]:
    """Return ``profession``, ``profession_label``, ``admin_pages`` (URL names this profession reaches), ``on_ward``.

    ``strong``: a second factor was used in this session; without one no menu is shown, since none of it would open.
    ``waiting_count``: how many proposals wait for this person; the safe is asked only where a page shows it.
    ``device_…``: what the script of :mod:`ecluse.accounts.device_key` needs, on every page.
    """
    seat = {
        "device_challenge": device_key.challenge(request),
        "device_now": int(time.time()),
        "device_cookie": device_key.cookie_name(),
    }
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return seat | {"providers": [(name, one.label) for name, one in all_of_them().items()]}
    word = active(request)
    shared = workstation.WARD in request.session
    return seat | {
        "profession": word,
        "profession_label": label(word),
        "admin_pages": rights.pages_of(word),
        "on_ward": shared,
        "strong": who_of(request).acr == "aal2",
        "waiting_count": partial(count, request),
    }
