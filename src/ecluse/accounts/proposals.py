"""A waiting proposal in the words of people."""

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from ecluse.accounts.labels import label
from ecluse.core.words import ProposalKind
from ecluse.safe.protocol import Proposal, Wait

SENTENCES = {
    ProposalKind.GRANT: gettext_noop("%(account)s becomes: %(professions)s."),
    ProposalKind.RAISE_CAP: gettext_noop(
        "%(account)s may be shown %(limit)d patients a %(window)s (%(ground)s) during %(hours)s hours."
    ),
    ProposalKind.UNLOCK: gettext_noop("The lock on %(kind)s %(target)s is lifted."),
    ProposalKind.EXPORT: gettext_noop("%(count)d patients are exported, encrypted for %(recipient)s (%(purpose)s)."),
    ProposalKind.BREAK_GLASS: gettext_noop(
        "%(account)s opens record %(patient)s in an emergency, during %(hours)s hours."
    ),
    ProposalKind.TEMPORARY: gettext_noop("%(account)s works here as %(professions)s during %(hours)s hours."),
    ProposalKind.DELEGATION: gettext_noop("%(account)s takes over record %(patient)s during %(hours)s hours."),
}


def in_words(wait: Wait) -> dict[str, Any]:
    """Return what a page shows of one proposal. A patient is named by its pseudonym alone."""
    return {
        "sequence": wait.sequence,
        "by": wait.by,
        "at": dt.datetime.fromtimestamp(wait.at, dt.UTC),
        "until": dt.datetime.fromtimestamp(wait.until, dt.UTC),
        "kind": label(wait.proposal.kind),
        "what": what(wait.proposal),
    }


def what(act: Proposal) -> str:
    """Return one sentence about what would be done."""
    words: dict[str, Any] = {
        "account": act.account,
        "professions": ", ".join(label(word) for word in act.professions),
        "limit": act.limit,
        "ground": label(act.ground or ""),
        "window": label(act.window or ""),
        "hours": round(act.seconds / 3600, 1),
        "kind": label(act.target_kind or ""),
        "target": act.target,
        "count": act.count,
        "recipient": act.recipient,
        "patient": act.patient,
        "purpose": act.purpose or "",
    }
    if act.kind is ProposalKind.GRANT and not act.professions:
        return _("%(account)s loses every profession and leaves.") % words
    return _(SENTENCES[act.kind]) % words
