"""The stored words of cases, locks and notices in the words of people, for pages in French and English."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ecluse.core.words import Action, Decision, Grade
from ecluse.respond.kinds import CaseKind, EventKind, Verdict
from ecluse.respond.notices.base import From
from ecluse.respond.patients.asks import Kind
from ecluse.respond.words import ROUTES

KINDS: dict[CaseKind, Promise] = {
    CaseKind.DISOWNED: _("The person says it was not them"),
    CaseKind.DECOY: _("A planted record was opened"),
    CaseKind.UNPROVEN: _("Cannot prove who they are"),
    CaseKind.LOCKED: _("Locked by the safe"),
    CaseKind.CAPS: _("Asked for more patients than allowed"),
    CaseKind.BURST: _("Records opened faster than work opens them"),
    CaseKind.REFUSALS: _("One refusal after the other"),
    CaseKind.GLASS: _("Glass broken again and again"),
    CaseKind.PATTERN: _("Unusual over days"),
    CaseKind.REPORTED: _("Reported by a person"),
}
EVENTS: dict[EventKind, Promise] = {
    EventKind.OPENED: _("Case opened"),
    EventKind.GREW: _("New sign"),
    EventKind.CONTAINED: _("Contained"),
    EventKind.NOT_CONTAINED: _("Lock refused by the safe"),
    EventKind.ALARMED: _("Alarm sent"),
    EventKind.PLAYED: _("Playbook carried out"),
    EventKind.ANSWERED: _("The person answered"),
    EventKind.ASSIGNED: _("Assigned"),
    EventKind.NOTED: _("Note"),
    EventKind.DECIDED: _("Concluded"),
}
VERDICTS: dict[Verdict, Promise] = {
    Verdict.THEFT: _("Theft: the account is in other hands"),
    Verdict.MISUSE: _("Misuse by the person"),
    Verdict.MISTAKE: _("Mistake"),
    Verdict.LEGITIMATE: _("Legitimate work"),
}
GRADES: dict[Grade, Promise] = {
    Grade.STEP_UP: _("Ask for a new proof of identity"),
    Grade.NEW_PATIENTS: _("Withhold new patients; present ones stay open"),
    Grade.EVERYTHING: _("Stop everything"),
}
DECISIONS: dict[Decision, Promise] = {
    Decision.ALLOW: _("Allowed"),
    Decision.STEP_UP: _("Proof asked"),
    Decision.JUSTIFY: _("Reason asked"),
    Decision.SECOND_PERSON: _("Second person asked"),
    Decision.REFUSE: _("Refused"),
}
ACTS: dict[Action, Promise] = {
    Action.LOGIN: _("Sign-in"),
    Action.LOGIN_FAILURE: _("Failed sign-in"),
    Action.LOGOUT: _("Sign-out"),
    Action.STEP_UP: _("New proof of identity"),
    Action.FACTOR: _("Change of a factor"),
    Action.SESSION_END: _("Session ended"),
    Action.NOTICE: _("Notice, list or message"),
    Action.PROPOSE: _("Proposal"),
    Action.APPROVE: _("Approval"),
    Action.DECLINE: _("Proposal declined"),
    Action.GRANT: _("Grant of professions"),
    Action.REVIEW: _("Review of rights"),
    Action.REVOKE: _("Profession withdrawn"),
    Action.RAISE_CAP: _("Higher cap"),
    Action.LOCK: _("Lock placed"),
    Action.UNLOCK: _("Lock lifted"),
    Action.DECOY: _("Planted record"),
    Action.DUTY: _("Link of care"),
    Action.START: _("Start of the safe"),
    Action.STOP: _("Stop of the safe"),
    Action.SETUP_CLOSED: _("Set-up closed"),
    Action.CASE: _("Work on a case"),
    Action.ALARM: _("Alarm"),
}
SOURCES: dict[From, Promise] = {
    From.TRACE: _("counted from the trace"),
    From.SETTING: _("from the settings"),
    From.PERSON: _("to be written"),
}
ASKS: dict[Kind, Promise] = {
    Kind.OPENINGS: _("Who opened my record"),
    Kind.NAMES: _("Names of who opened it"),
    Kind.QUESTION: _("Question"),
    Kind.COMPLAINT: _("Complaint"),
}


def language() -> str:
    """Return the language of the page: ``fr`` or ``en``."""
    return "fr" if (get_language() or "").startswith("fr") else "en"


def act_said(word: Action) -> str:
    """Say what an entry of the trace is about."""
    route = ROUTES.get(word)
    if word is Action.LIST:
        return str(_("List or page shown"))
    return sentence(route.to(language())) if route else str(ACTS.get(word, word.value))


def sentence(text: str) -> str:
    """Return ``text`` with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def kind(word: object) -> str:
    """Say what a case is about; an unknown word stays as it is."""
    return str(KINDS.get(word, word))  # type: ignore[call-overload]


def event(word: object) -> str:
    """Say what happened to a case."""
    return str(EVENTS.get(word, word))  # type: ignore[call-overload]


def choices(table: dict[Any, Promise]) -> list[tuple[str, Promise]]:
    """Return a table as choices of a form."""
    return [(str(word), text) for word, text in table.items()]
