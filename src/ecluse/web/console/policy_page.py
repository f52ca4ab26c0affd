"""The policy that the safe runs: who may read what, how much, and who is the second person. Read only.

It is read from the entry of the safe's last start, not from the file: a file changed since then shows as changed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ecluse.accounts.bridge import the_home
from ecluse.accounts.labels import label
from ecluse.core.words import Action, Compartment, Ground, Profession, ProposalKind
from ecluse.gate.reasons import PARTS
from ecluse.safe.entry import Started
from ecluse.safe.policy import Policy, digest, parse
from ecluse.web.console import pictures
from ecluse.web.console.looking import look
from ecluse.web.console.tail import holding
from ecluse.web.console.words import act_said

BEGINNING = datetime.min.replace(tzinfo=UTC)
START = (f'"action":"{Action.START.value}"'.encode(),)


@require_GET
def policy(request: HttpRequest) -> HttpResponse:
    """Show the policy."""
    look(request, "policy-read")
    found = last_start()
    file = (the_home().safe / "policy.toml").read_bytes()
    shown: dict[str, Any] = {"started": found, "changed": found is not None and digest(file) != found.policy}
    if found is not None:
        law = parse(found.policy_text)
        shown |= {"law": law, "rows": rows(law), "hourly": pictures.shares(hourly(law)), "seconds": seconds(law)}
    return render(request, "console/policy.html", shown)


def last_start() -> Started | None:
    """Return what the safe said of itself when it last started."""
    found = holding(the_home().safe, START, BEGINNING)
    return next((one.started for one in found if one.started is not None), None)


def rows(law: Policy) -> list[dict[str, Any]]:
    """Put the rights of each profession in a line."""
    return [
        {
            "profession": label(word),
            "reads": parts(rights.read),
            "writes": parts(rights.write),
            "acts": ", ".join(act_said(one).lower() for one in Action if one in rights.actions),
            "caps": [(label(word), caps.hour, caps.day) for word, caps in rights.caps.items()],
        }
        for word in Profession
        if (rights := law.professions.get(word)) is not None
    ]


def parts(words: Iterable[Compartment]) -> str:
    """Name compartments in their order."""
    known = set(words)
    return ", ".join(str(PARTS[word]) for word in Compartment if word in known)


def hourly(law: Policy) -> dict[str, int]:
    """Return how many patients a stolen session of each profession is shown in an hour, alone."""
    found = {
        label(word): sum(caps.hour for ground, caps in rights.caps.items() if ground is not Ground.APPROVED)
        for word, rights in law.professions.items()
    }
    return {name: number for name, number in found.items() if number}


def seconds(law: Policy) -> list[tuple[str, str]]:
    """Return who may be the second person for each kind of act."""
    return [
        (label(kind), ", ".join(label(word) for word in Profession if word in law.approvals.of(kind)))
        for kind in ProposalKind
    ]
