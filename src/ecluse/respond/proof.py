"""What the database says of cases, compared with what the trace was told of them (C6)."""

from pathlib import Path

from ecluse.core.words import Action, Decision
from ecluse.respond.cases import digest
from ecluse.respond.models import Case, CaseEvent
from ecluse.safe.trace_reader import entries


def flaws(safe: Path) -> list[str]:
    """Return what was changed, taken away or put in behind the trace's back; ``safe`` is the folder of the safe.

    Raises:
        NotProvenError: the trace cannot be read.
    """
    told = {
        entry.seq: (entry.target, entry.detail)
        for entry in entries(safe)
        if entry.action is Action.CASE and entry.decision is Decision.ALLOW
    }
    found = []
    kept = set()
    for event in CaseEvent.objects.select_related("case").order_by("pk"):
        ours = (event.case.ref, digest(event.case.ref, event.kind, event.by, event.body))
        kept.add(ours)
        if told.get(event.sequence) != ours:
            found.append(f"Case {event.case.ref}: event {event.pk} ({event.kind}) is not what the trace was told.")
    found += [
        f"Case {ref}: the trace tells of an event (entry {sequence}) that the database lacks."
        for sequence, (ref, sealed) in told.items()
        if (ref, sealed) not in kept
    ]
    return found + _headless()


def _headless() -> list[str]:
    """Return the cases without the event that opened them."""
    bare = Case.objects.filter(events=None).order_by("pk")
    return [f"Case {case.ref}: nothing tells how it was opened." for case in bare]
