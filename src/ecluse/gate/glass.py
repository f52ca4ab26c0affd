"""Breaking the glass: the emergency path of a patient nobody explained, for whoever gives care.

Promises:

- **G6** One patient, what the profession reads and no more, two hours. The first few an hour open for one person alone;
  after that a second person signs beside the first. Care is never refused to two people.
- **G7** The second person is never the first, and proves who they are there and then (:mod:`ecluse.gate.second`).
- **G10** Every broken glass is on the data protection officer's list until they have looked at it
  (:mod:`ecluse.gate.reviews`).

What is then shown is counted by the safe, whatever this module believes.
"""

from datetime import UTC, datetime, timedelta

from ecluse.accounts.models import Account
from ecluse.core.words import Action, Compartment, Decision, Ground, ProposalKind, Purpose
from ecluse.gate.access import Refusal
from ecluse.gate.ask import known_device
from ecluse.gate.justify import Told, about
from ecluse.gate.models import Glass
from ecluse.gate.reasons import EMERGENCY
from ecluse.gate.rules import Asked, Verdict, breaking, readable
from ecluse.gate.said import session_digest
from ecluse.gate.sealed import seal
from ecluse.gate.world import note, policy, safe
from ecluse.safe.protocol import Approve, Proposal, Propose, Who

LASTS = timedelta(hours=2)
TWO_PEOPLE = "two-people-from-now"


def break_alone(who: Who, told: Told, request_id: str) -> Glass | Refusal:
    """Break the glass alone. Past the first few of the hour the answer is: bring a second person.

    Raises:
        BadInputError: no reason, or no text.
        ecluse.safe.client.SafeUnavailableError: nothing was written, nothing opens.
    """
    told.checked(dict(EMERGENCY))
    ruled = allowed(who, seconded=False)
    if ruled.decision is Decision.ALLOW and broken_lately(who) >= alone_an_hour(who):
        ruled = Verdict(Decision.SECOND_PERSON, TWO_PEOPLE)
    if ruled.decision is not Decision.ALLOW:
        return refused(who, told, ruled, request_id)
    return keep(who, told, request_id)


def break_together(who: Who, second: Who, told: Told, request_id: str) -> Glass | Refusal:
    """Break the glass with ``second``, who has just proved who they are: proposed by one, approved by the other.

    Raises:
        BadInputError: no reason, or no text.
        ecluse.safe.client.SafeUnavailableError: nothing was written, nothing opens.
    """
    told.checked(dict(EMERGENCY))
    ruled = allowed(who, seconded=True)
    if ruled.decision is not Decision.ALLOW:
        return refused(who, told, ruled, request_id)
    act = Proposal(
        kind=ProposalKind.BREAK_GLASS, account=who.account, patient=told.ref, seconds=int(LASTS.total_seconds())
    )
    proposed = safe().call(Propose(who=who, proposal=act, request=request_id))
    if proposed.decision is not Decision.ALLOW:
        return Refusal(None, proposed.decision, proposed.rule, proposed.sequence)
    approved = safe().call(Approve(who=second, proposal=proposed.sequence, request=request_id))
    if approved.decision is not Decision.ALLOW:
        safe().call(Approve(who=who, proposal=proposed.sequence, request=request_id, decline=True))
        return Refusal(None, Decision.SECOND_PERSON, approved.rule, approved.sequence)
    return keep(who, told, request_id, second=second.account, approval=proposed.sequence)


def allowed(who: Who, *, seconded: bool) -> Verdict:
    """Ask the rules whether ``who`` may break a glass at all, from here."""
    return breaking(
        policy(),
        Asked(
            profession=who.profession,
            action=Action.BREAK_GLASS,
            purpose=Purpose.BREAK_GLASS,
            compartments=scope(who.profession) or (Compartment.CLINICAL,),
            known_device=known_device(who),
            auth_age=who.auth_age,
            seconded=seconded,
        ),
    )


def scope(profession: str) -> tuple[Compartment, ...]:
    """Return what a glass opens to ``profession``: what it reads, in the order of the vocabulary."""
    read = readable(policy(), profession)
    return tuple(compartment for compartment in Compartment if compartment in read)


def broken_lately(who: Who) -> int:
    """Count the patients ``who`` has broken the glass for, alone, in the last hour."""
    since = datetime.now(UTC) - timedelta(hours=1)
    alone = Glass.objects.filter(account__username=who.account, since__gt=since, approval=None)
    return alone.values("patient_id").distinct().count()


def alone_an_hour(who: Who) -> int:
    """Return how many patients an hour the policy lets ``who`` break the glass for alone."""
    return policy().professions[who.profession].caps[Ground.EMERGENCY].hour  # type: ignore[index]


def refused(who: Who, told: Told, ruled: Verdict, request_id: str) -> Refusal:
    """Trace a glass that stays whole."""
    sequence = note(
        who,
        Action.BREAK_GLASS,
        ruled.rule,
        request_id,
        ruled.decision,
        patient=told.ref,
        detail=told.reason,
        purpose=Purpose.BREAK_GLASS,
    )
    return Refusal(None, ruled.decision, ruled.rule, sequence, ruled.max_age)


def keep(who: Who, told: Told, request_id: str, second: str = "", approval: int | None = None) -> Glass:
    """Trace the broken glass, then keep it.

    After a crash between the two the trace tells of a glass that opens nothing: it is broken again.
    """
    text = seal(who, told.text, about("glass", who.account, told.ref), request_id)
    now = datetime.now(UTC)
    sequence = note(
        who,
        Action.BREAK_GLASS,
        "with-second-person" if second else "alone",
        request_id,
        patient=told.ref,
        target=second,
        detail=told.reason,
        purpose=Purpose.BREAK_GLASS,
    )
    return Glass.objects.create(
        account=Account.objects.get(username=who.account),
        patient_id=told.patient,
        ref=told.ref,
        reason=told.reason,
        text=text,
        session=session_digest(who.session),
        since=now,
        until=now + LASTS,
        sequence=sequence,
        compartments=" ".join(scope(who.profession)),
        second=second,
        approval=approval,
    )
