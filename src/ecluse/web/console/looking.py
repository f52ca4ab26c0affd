"""What stands before a page of the console: the look is traced (V3), nobody looks at themselves (V4), proofs (V7)."""

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from ecluse.accounts import workstation
from ecluse.accounts.bridge import note
from ecluse.accounts.pages import prove_again
from ecluse.accounts.strength import limits
from ecluse.accounts.who import who_of
from ecluse.core.errors import RefusedError
from ecluse.core.words import Action, Decision
from ecluse.record.looks import may_ask
from ecluse.respond import cases
from ecluse.respond.models import Case
from ecluse.safe.protocol import Who


def look(request: HttpRequest, rule: str, target: str = "", **more: object) -> Who:
    """Trace that ``target`` is looked at; return who looks.

    Raises:
        SafeUnavailableError: it could not be traced, so nothing is shown.
    """
    who = who_of(request)
    note(who, Action.LIST, rule, request, target=target, **more)
    return who


def look_at_patient(request: HttpRequest, rule: str, ref: str, target: str = "", **more: object) -> Who:
    """Trace that a patient, by pseudonym, is asked about; ``rule`` is one of :data:`ecluse.record.looks.RULES` (V8).

    Raises:
        RefusedError: too many within the hour; the try is traced.
        SafeUnavailableError: it could not be traced, so nothing is shown.
    """
    who = who_of(request)
    if not may_ask(who.account, ref):
        note(who, Action.LIST, "asked-too-many", request, decision=Decision.REFUSE, target=target, patient=ref)
        raise RefusedError("You have asked about many patients this hour.", "Wait, or ask a colleague.")
    return look(request, rule, target, patient=ref, **more)


def the_case(request: HttpRequest, ref: str) -> Case:
    """Return a case to read or to act on, its events read once.

    Raises:
        BadInputError: there is none.
        RefusedError: it is about whoever asks; the try is traced.
    """
    found = cases.of(ref)
    prefetch_related_objects([found], "events")
    who = who_of(request)
    if who.account in cases.actors(found):
        note(who, Action.LIST, "own-case", request, decision=Decision.REFUSE, target=ref)
        raise RefusedError("Nobody works on a case about themselves.", "Ask a colleague.")
    return found


def stale(request: HttpRequest, back: str) -> HttpResponse | None:
    """Ask for a new proof of identity when the last is too old for an act that cannot be taken back."""
    who = who_of(request)
    if who.auth_age <= limits(who.profession, workstation.device_of(request)).fresh:
        return None
    messages.info(request, _("Prove who you are again, then do it once more."))
    return prove_again(request, back)
