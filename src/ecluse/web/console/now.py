"""What matters this minute: open cases, how far the watch is behind, locks, last refusals, head of the trace."""

import re
import time
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ecluse.accounts.bridge import the_home, the_safe
from ecluse.accounts.labels import label
from ecluse.accounts.reasons import reason
from ecluse.accounts.second_notices import count
from ecluse.accounts.who import who_of
from ecluse.core.words import Decision
from ecluse.respond.alarms import outbox
from ecluse.respond.queue import Queue, Seen, queue
from ecluse.respond.standing import LATE_S, Standing, standing
from ecluse.safe.protocol import Held, State, Status
from ecluse.web.console.deadlines import deadlines
from ecluse.web.console.next_steps import steps
from ecluse.web.console.tail import last_entries
from ecluse.web.console.words import DECISIONS, GRADES, kind

OF_CASE = re.compile(r"case ([0-9a-f]+)(?:: ([a-z-]+))?")
REFUSALS = 8
LOOKED_AT = 400
TOP = 5
DUE = 4


@require_GET
def now(request: HttpRequest) -> HttpResponse:
    """Show the page; its inside renews itself."""
    return render(request, "console/now.html", state(request))


@require_GET
def live(request: HttpRequest) -> HttpResponse:
    """Show the inside alone."""
    return render(request, "console/now_live.html", state(request))


def state(request: HttpRequest) -> dict[str, Any]:
    """Gather it. Nothing of a patient is in it, so the look is not an entry."""
    home = the_home()
    safe = the_safe().call(Status())
    account = who_of(request).account
    told, looked, due = not_about(account, queue()), watch(standing(home)), deadlines(account)
    return {
        "steps": steps(told, looked, due, count(request)),
        "due": due[:DUE],
        "open": len(told),
        "cases": [line(one) for one in told[:TOP]],
        "watch": looked,
        "outbox": outbox.waiting(),
        "locks": [held(one) for one in safe.held],
        "refusals": refusals(),
        "size": safe.size,
        "head": head(safe),
        "at": datetime.now(UTC),
    }


def not_about(account: str, found: Queue) -> list[Seen]:
    """Return the cases of the queue that are not about ``account`` (V4)."""
    return [one for one in found.cases if account not in one.accounts]


def line(one: Seen) -> dict[str, Any]:
    """Put a case in one line."""
    return {"case": one, "kinds": [kind(word) for word in one.kinds], "profession": label(one.profession)}


def watch(found: Standing | None) -> dict[str, Any]:
    """Say how the watch is."""
    if found is None:
        return {"never": True, "late": True}
    late = time.time() - found.at > LATE_S or found.lag_s > LATE_S or bool(found.error)
    return {"late": late, "lag": found.lag_s, "waiting": found.lag_entries, "error": found.error}


def held(one: Held) -> dict[str, Any]:
    """Put a lock in words."""
    return {
        "kind": one.kind.value,
        "kind_label": label(one.kind),
        "target": one.target,
        "grade": GRADES[one.grade],
        **because(one.reason),
        "until": datetime.fromtimestamp(one.until, UTC) if one.until else None,
        "by": one.by,
    }


def because(text: str) -> dict[str, str]:
    """Say why a lock was placed; one of a case leads to the case."""
    found = OF_CASE.fullmatch(text)
    return {"case": found[1], "reason": kind(found[2] or "")} if found else {"case": "", "reason": reason(text)}


def refusals() -> list[dict[str, Any]]:
    """Return the last refusals, those alike in a row as one: who, when, which rule; whom they asked for stays out."""
    found = [one for one in last_entries(the_home().safe, LOOKED_AT) if one.decision is not Decision.ALLOW]
    alike = [list(group) for _key, group in groupby(found, lambda one: (one.account, one.decision, one.rule))]
    return [
        {
            "at": group[0].at,
            "account": group[0].account,
            "decision": DECISIONS[group[0].decision],
            "rule": group[0].rule,
            "times": len(group),
        }
        for group in alike[:REFUSALS]
    ]


def head(safe: State) -> dict[str, str]:
    """Return name, size and root of the last signed head."""
    lines = safe.head.split("\n")
    return dict(zip(("origin", "size", "root"), [*lines, "", "", ""], strict=False))
