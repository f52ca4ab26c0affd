"""Ask the gate. The hot path: pure rules, then one call to the safe, whatever the answers.

Promises:

- **G1** A key comes out of a :class:`~ecluse.gate.access.Pass` only, and only an answer "allow" of the safe makes one.
- **G5** Every patient asked for yields one trace entry, refused ones too: refusals go to the safe in the same call.

What the safe answers stands: it may refuse what the rules allowed (caps, locks, decoys), and a refusal of the rules is
never asked again.
"""

from collections.abc import Mapping
from datetime import datetime

from ecluse.accounts.workstation import NEW
from ecluse.core.words import Decision, DutyKind, Profession
from ecluse.gate import duties
from ecluse.gate.access import Access, Pass, Refusal, Wanted
from ecluse.gate.rules import Asked, Verdict, decide, kinds
from ecluse.gate.said import NOTHING, Said, said
from ecluse.gate.world import policy, safe
from ecluse.safe.client import SafeUnavailableError
from ecluse.safe.policy import Policy
from ecluse.safe.protocol import Answer, Item, Open, Opened, Who


def ask(access: Access) -> list[Pass | Refusal]:
    """Answer for each patient of ``access``, in order. One call to the safe, one durable write.

    Raises:
        SafeUnavailableError: the safe cannot be reached or cannot write its trace: nothing may be shown.
    """
    if not access.wanted:
        return []
    law = policy()
    found = explained(access) if access.duties is None else access.duties
    known = words_for(access, found)
    approval = access.approval if access.approval is not None else first_approval(known)
    verdicts = [
        verdict(law, access, wanted, found, known.get(wanted.pk, NOTHING), approval) for wanted in access.wanted
    ]
    opened = open_in_safe(access, tuple(map(item, access.wanted, verdicts)), approval)
    return [
        answer(wanted, ruled, given, opened.max_age)
        for wanted, ruled, given in zip(access.wanted, verdicts, opened.answers, strict=True)
    ]


def ask_one(access: Access) -> Pass | Refusal:
    """Answer for the one patient of ``access``."""
    [only] = ask(access)
    return only


def open_in_safe(access: Access, items: tuple[Item, ...], approval: int | None) -> Opened:
    """Ask the safe: one message, one durable write, one answer an item."""
    opened = safe().call(
        Open(
            who=access.who,
            action=access.action,
            purpose=access.purpose,
            items=items,
            request=access.request_id,
            reason=access.reason,
            approval=approval,
        )
    )
    if len(opened.answers) != len(items):
        raise SafeUnavailableError("The safe gave an answer that does not fit.", "Look at the log of the safe.")
    return opened


def worker_for(who: Who, now: datetime | None = None) -> duties.Worker | None:
    """Find the worker ``who`` is: account, units, and the duties that count for the profession they act as."""
    return duties.worker(who.account, kinds(policy(), who.profession), now)


def explained(access: Access) -> dict[int, DutyKind]:
    """Look up the duties when the caller has not."""
    worker = worker_for(access.who)
    return {} if worker is None else duties.explaining(worker, [wanted.pk for wanted in access.wanted])


def words_for(access: Access, found: Mapping[int, DutyKind]) -> dict[int, Said]:
    """Look up reasons and broken glasses, for patients without a duty only; a service has none."""
    if access.who.profession == Profession.INTERFACE_SERVICE:
        return {}
    return said(access.who, [wanted.pk for wanted in access.wanted if wanted.pk not in found])


def first_approval(known: Mapping[int, Said]) -> int | None:
    """Choose the approval that this call relies on: a call names one only, so a second patient's is asked apart."""
    return next((words.approval for words in known.values() if words.approval is not None), None)


def verdict(
    law: Policy, access: Access, wanted: Wanted, found: Mapping[int, DutyKind], words: Said, approval: int | None
) -> Verdict:
    """Ask the rules about one patient."""
    who = access.who
    return decide(
        law,
        Asked(
            profession=who.profession,
            action=access.action,
            purpose=access.purpose,
            compartments=wanted.compartments,
            duty=found.get(wanted.pk),
            known_device=known_device(who),
            auth_age=who.auth_age,
            justified=words.justified,
            glass=words.glass,
            seconded=words.approval is not None and words.approval == approval,
            approved=access.approval is not None,
        ),
    )


def known_device(who: Who) -> bool:
    """Tell whether this session was proved on the browser it comes from."""
    return bool(who.workstation) and who.workstation.partition(":")[0] != NEW


def item(wanted: Wanted, ruled: Verdict) -> Item:
    """Say to the safe what the rules found; a refusal is only written down."""
    allowed = ruled.decision is Decision.ALLOW
    return Item(
        patient=wanted.ref,
        salt=wanted.salt,
        compartments=wanted.compartments,
        ground=ruled.ground,
        duty=ruled.duty,
        count=wanted.count,
        refused="" if allowed else ruled.rule,
        decision=Decision.REFUSE if allowed else ruled.decision,
    )


def answer(wanted: Wanted, ruled: Verdict, given: Answer, max_age: int) -> Pass | Refusal:
    """Turn the safe's answer into a pass, or into the refusal of whoever refused (G1)."""
    if ruled.decision is not Decision.ALLOW:
        return Refusal(wanted, ruled.decision, ruled.rule, given.sequence, ruled.max_age)
    if given.decision is not Decision.ALLOW:
        return Refusal(wanted, given.decision, given.rule, given.sequence, max_age)
    return Pass(wanted, given.keys, ruled.ground, ruled.duty, given.sequence)
