"""A reason given, for one patient, in one session, for two hours: "say why" becomes an unexplained access.

Promises:

- **G8** The text is sealed before it is kept; the trace gets the reason code only.
"""

from datetime import UTC, datetime, timedelta

import msgspec
from django.utils.translation import gettext as _

from ecluse.accounts.models import Account
from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Action, Ground, Profession
from ecluse.gate.models import Justification
from ecluse.gate.reasons import SHORTEST_TEXT, WHY
from ecluse.gate.rules import rights_of
from ecluse.gate.said import session_digest
from ecluse.gate.sealed import seal
from ecluse.gate.world import note, policy
from ecluse.safe.protocol import Who

LASTS = timedelta(hours=2)
"""A consultation, a phone call and its follow-up; a shift would be a licence to browse."""


class Told(msgspec.Struct, frozen=True):
    """What somebody says about one patient: its number and pseudonym, a reason code, a text."""

    patient: int
    ref: str
    reason: str
    text: str

    def checked(self, codes: dict[str, object]) -> "Told":
        """Return this when it is a reason of ``codes`` with a text.

        Raises:
            BadInputError: unknown code, or hardly any text.
        """
        if self.reason not in codes:
            raise BadInputError(_("Choose a reason in the list."))
        if len(self.text.strip()) < SHORTEST_TEXT:
            raise BadInputError(_("Say in a few words why."))
        return self


def about(kind: str, account: str, ref: str) -> str:
    """Name what a text belongs to; part of its seal."""
    return f"{kind}|{account}|{ref}"


def may_justify(profession: str) -> bool:
    """Tell whether ``profession`` may give a reason in the place of a duty."""
    rights = rights_of(policy(), profession)
    return rights is not None and Ground.UNEXPLAINED in rights.caps and profession != Profession.INTERFACE_SERVICE


def justify(who: Who, told: Told, request_id: str) -> Justification:
    """Keep the reason ``who`` gives.

    The entry is durable before the row exists: a crash between loses the row only, and it is given again.

    Raises:
        RefusedError: the profession may not, or nobody is signed in.
        BadInputError: no reason, or no text.
        ecluse.safe.client.SafeUnavailableError: nothing was written.
    """
    told.checked(dict(WHY))
    if not who.session or not may_justify(who.profession):
        raise RefusedError("no-duty", "Ask a colleague who takes care of this patient.")
    text = seal(who, told.text, about("justification", who.account, told.ref), request_id)
    now = datetime.now(UTC)
    sequence = note(who, Action.DUTY, "reason-given", request_id, patient=told.ref, detail=told.reason)
    return Justification.objects.create(
        account=Account.objects.get(username=who.account),
        patient_id=told.patient,
        ref=told.ref,
        reason=told.reason,
        text=text,
        session=session_digest(who.session),
        since=now,
        until=now + LASTS,
        sequence=sequence,
    )
