"""The data protection officer's list of broken glasses, and what they conclude of each.

Promises:

- **G10** Every broken glass is listed until somebody has looked at it; who broke a glass, or signed for it, does not
  review it. Reading a text is traced. A review is written once: there is no verb to change or remove a row.
"""

from datetime import UTC, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Action
from ecluse.gate.justify import about
from ecluse.gate.models import Glass
from ecluse.gate.reasons import OUTCOMES
from ecluse.gate.sealed import unseal
from ecluse.gate.world import note
from ecluse.safe.protocol import Who

SHOWN = 200


def waiting() -> QuerySet[Glass]:
    """Return the broken glasses nobody has reviewed, oldest first."""
    return Glass.objects.filter(reviewed=None).select_related("account").order_by("since")[:SHOWN]


def done() -> QuerySet[Glass]:
    """Return the latest reviewed ones."""
    return Glass.objects.exclude(reviewed=None).select_related("account").order_by("-since")[:SHOWN]


def text_of(who: Who, glass: Glass, request_id: str) -> str:
    """Read what the person wrote; the reading is traced by the safe."""
    return unseal(who, bytes(glass.text), about("glass", glass.account.username, glass.ref), request_id)


def conclude(who: Who, glass: Glass, outcome: str, request_id: str) -> None:
    """Write the review of ``glass``: traced first, then kept, once.

    Raises:
        BadInputError: unknown outcome.
        RefusedError: one's own glass, or already reviewed.
    """
    if outcome not in OUTCOMES:
        raise BadInputError(_("Choose an outcome in the list."))
    if who.account in {glass.account.username, glass.second}:
        raise RefusedError("same-person")
    open_still = Glass.objects.filter(pk=glass.pk, reviewed=None)
    if not open_still.exists():
        raise RefusedError("already-reviewed")
    note(
        who,
        Action.DUTY,
        "glass-reviewed",
        request_id,
        patient=glass.ref,
        target=glass.account.username,
        detail=outcome,
    )
    open_still.update(reviewed=datetime.now(UTC), reviewed_by=who.account, remark=outcome)
