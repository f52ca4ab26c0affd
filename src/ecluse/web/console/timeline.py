"""The events of a case, in words."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from ecluse.accounts.labels import label
from ecluse.accounts.reasons import reason
from ecluse.core.words import Grade
from ecluse.respond.kinds import EventKind, Verdict
from ecluse.respond.models import CaseEvent
from ecluse.web.console.words import GRADES, VERDICTS, event, kind

NAME_SHOWN = 24
Body = dict[str, Any]


def happened(one: CaseEvent) -> dict[str, Any]:
    """Put an event of a case in words."""
    text = SAID[EventKind(one.kind)](one.body)
    return {"at": one.at, "by": one.by, "what": event(one.kind), "kind": one.kind, "text": text, "seq": one.sequence}


def signal(body: Body) -> str:
    """Say what was seen, and of how many patients."""
    figures = _(" · %(n)d patients") % {"n": body["patients"]} if body.get("patients") else ""
    return kind(body.get("kind", "")) + figures


def lock(body: Body) -> str:
    """Say what was locked and how much; or why the safe refused."""
    why = reason(body["rule"]) if body.get("rule") else str(GRADES[Grade(body["grade"])])
    return f"{label(body['kind'])} {str(body['name'])[:NAME_SHOWN]} · {why}"


def answer(body: Body) -> str:
    """Say what the person answered."""
    return _("It was me") if body.get("mine") else _("It was not me")


SAID: dict[EventKind, Callable[[Body], str]] = {
    EventKind.OPENED: signal,
    EventKind.GREW: signal,
    EventKind.CONTAINED: lock,
    EventKind.NOT_CONTAINED: lock,
    EventKind.ALARMED: lambda body: ", ".join(body.get("channels", ())),
    EventKind.PLAYED: lambda body: kind(body.get("kind", "")),
    EventKind.ANSWERED: answer,
    EventKind.ASSIGNED: lambda body: str(body.get("to", "")),
    EventKind.NOTED: lambda body: str(body.get("text", "")),
    EventKind.DECIDED: lambda body: str(VERDICTS[Verdict(body["verdict"])]),
}
