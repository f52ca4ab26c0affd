"""A session shown by another browser than its own, or from another place without its key: traced each time.

Its own browser, whose proof is a few seconds too old, is not: it proves its key by itself and goes on.
"""

import secrets

from django.http import HttpRequest

from ecluse.accounts import workstation
from ecluse.accounts.bridge import note
from ecluse.core.words import Action, Decision
from ecluse.safe.protocol import Who


def trace(request: HttpRequest, who: Who) -> None:
    """Write that the session of ``who`` was stopped here, unless this looks like its own browser.

    Raises:
        SafeUnavailableError: it could not be written; nothing may be shown.
    """
    here = secrets.compare_digest(workstation.where(request), request.session.get(workstation.PLACE, ""))
    if here and workstation.may_prove(request):
        return
    detail = "other-key" if here else "other-place"
    note(who, Action.STEP_UP, "new-device", request, decision=Decision.STEP_UP, target=who.account, detail=detail)
