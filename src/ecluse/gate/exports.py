"""The ticket of an export: which patients, for whom, approved by whom.

What is exported is what was approved, or nothing.

Promises:

- **G14** An export names its patients by the digest of their list, its recipient by the fingerprint of their key, and
  its purpose; change one and the ticket no longer fits. It is good once, for whoever asked, for four hours.
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from ecluse.accounts import approvals
from ecluse.accounts.models import Account
from ecluse.core.errors import RefusedError
from ecluse.core.words import Action, Decision, ProposalKind, Purpose
from ecluse.gate.models import ExportTicket
from ecluse.gate.rules import rights_of
from ecluse.gate.world import note, policy
from ecluse.safe.protocol import Proposal, Ruled, Who


def digest_of(refs: Sequence[str]) -> str:
    """Return the SHA-256 of the sorted references, one to a line."""
    return hashlib.sha256("\n".join(sorted(refs)).encode()).hexdigest()


def propose_export(who: Who, refs: Sequence[str], recipient: str, purpose: Purpose, request_id: str) -> Ruled:
    """Ask for an export; a second person approves it. The answer's ``sequence`` names the ticket.

    ``recipient`` is the fingerprint of the recipient's key. The proposal is durable before the row: a crash between
    leaves a proposal without a ticket, which nothing can use.
    """
    rule = unfit(who, refs, purpose)
    if rule:
        sequence = note(who, Action.EXPORT, rule, request_id, decision=Decision.REFUSE, detail="export")
        return Ruled(decision=Decision.REFUSE, rule=rule, sequence=sequence)
    digest = digest_of(refs)
    act = Proposal(kind=ProposalKind.EXPORT, count=len(refs), digest=digest, recipient=recipient, purpose=purpose)
    ruled = approvals.propose(who, act, request_id)
    if ruled.decision is Decision.ALLOW:
        now = datetime.now(UTC)
        ExportTicket.objects.create(
            sequence=ruled.sequence,
            account=Account.objects.get(username=who.account),
            profession=who.profession,
            digest=digest,
            count=len(refs),
            recipient=recipient,
            purpose=purpose.value,
            made=now,
            until=now + 2 * timedelta(hours=policy().approvals.hours),
        )
    return ruled


def unfit(who: Who, refs: Sequence[str], purpose: Purpose) -> str:
    """Return why this cannot be asked for, or nothing."""
    rights = rights_of(policy(), who.profession)
    if rights is None or Action.EXPORT not in rights.actions:
        return "export-not-granted"
    if purpose not in rights.purposes:
        return "purpose-not-granted"
    if not refs or len(set(refs)) != len(refs):
        return "export-malformed"
    return "export-too-many" if len(refs) > policy().export.max_patients else ""


def check_ticket(who: Who, sequence: int, refs: Sequence[str], recipient: str, purpose: Purpose) -> ExportTicket:
    """Find the ticket ``sequence`` and compare it with what is about to leave. Whether it was approved, the safe knows.

    Raises:
        RefusedError: no such ticket of this account, or other patients, recipient or purpose, or used, or too old.
    """
    ticket = ExportTicket.objects.filter(sequence=sequence, account__username=who.account).first()
    if ticket is None:
        raise RefusedError("approval")
    same = (ticket.digest, ticket.recipient, ticket.purpose) == (digest_of(refs), recipient, purpose.value)
    if not same or ticket.used is not None or ticket.until <= datetime.now(UTC):
        raise RefusedError("approval")
    return ticket


def use(ticket: ExportTicket) -> None:
    """Mark the ticket used, once, before anything leaves.

    Raises:
        RefusedError: somebody was faster.
    """
    fresh = ExportTicket.objects.filter(pk=ticket.pk, used=None)
    if not fresh.update(used=datetime.now(UTC)):
        raise RefusedError("approval")
