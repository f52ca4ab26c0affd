"""Who could be the second person hears that something waits: a number on every page, and mail where it is set.

1. Mail says what kind of act waits, who asked and until when: no patient, no link, no code.
2. Whoever asked or would benefit is not told to decide. That mail cannot be sent stops nothing.
"""

import datetime as dt
import logging
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from ecluse.accounts import addresses, approvals
from ecluse.accounts.labels import label
from ecluse.accounts.models import Account
from ecluse.accounts.strength import PRIVILEGED
from ecluse.accounts.who import who_of
from ecluse.core.words import Profession, ProposalKind
from ecluse.safe.client import SafeUnavailableError
from ecluse.safe.protocol import Proposal, Who

log = logging.getLogger(__name__)
AT_THE_BED = frozenset({ProposalKind.BREAK_GLASS, ProposalKind.DELEGATION})
"""Asked of a colleague who is there: mail would come too late, and to a whole hospital."""


def count(request: HttpRequest) -> int:
    """Return how many proposals wait for the person signed in; none while the safe does not answer."""
    who = who_of(request)
    if who.profession not in set(Profession) or not decides(who.profession):
        return 0
    try:
        return len(approvals.waiting(who).to_decide)
    except SafeUnavailableError:
        return 0


def decides(profession: str) -> bool:
    """Tell whether ``profession`` may be the second person of anything."""
    rules = approvals.the_policy().approvals
    return any(profession in rules.of(kind) for kind in ProposalKind)


@receiver(approvals.filed)
def mail(who: Who, proposal: Proposal, **_more: Any) -> None:
    """Write to the people of the office who could approve ``proposal``; a failure is logged without any address."""
    to = receivers(who, proposal) if settings.MAIL and proposal.kind not in AT_THE_BED else []
    if not to:
        return
    with translation.override(settings.LANGUAGE_CODE):
        until = timezone.localtime() + dt.timedelta(hours=approvals.the_policy().approvals.hours)
        said = {"kind": label(proposal.kind), "who": who.account, "until": until.strftime("%Y-%m-%d %H:%M")}
        subject = _("Something waits for a second person")
        text = _("%(kind)s: asked by %(who)s, waits until %(until)s. Sign in to decide, on the page Approvals.") % said
    try:
        EmailMessage(subject, f"{text}\n", bcc=to).send()
    except OSError:
        log.exception("approvers could not be told by mail")


def receivers(who: Who, proposal: Proposal) -> list[str]:
    """Return the addresses of the office's approvers, but for whoever asked or would benefit."""
    words = [word.value for word in approvals.the_policy().approvals.of(proposal.kind) & PRIVILEGED]
    found = Account.objects.filter(is_active=True, professions__profession__in=words)
    found = found.exclude(username__in=[who.account, proposal.account, proposal.target])
    return sorted(set(addresses.of(found.values_list("username", flat=True)).values()))
