"""What coders opened, for the physician of medical information, who answers for it.

Source: code de la santé publique, article R. 6113-5.
Counts only: which patients is the officers' to ask.
"""

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ecluse.accounts.models import Account
from ecluse.core.words import Decision, Ground, Profession
from ecluse.safe.entry import Entry
from ecluse.safe.trace_reader import opens
from ecluse.web.console.case_page import DAYS, of_account
from ecluse.web.console.looking import look


class Line(NamedTuple):
    """A coder's month: patients opened, accesses, those without a stay to code, refusals."""

    account: Account
    patients: int
    accesses: int
    unexplained: int
    refused: int


@require_GET
def coders(request: HttpRequest) -> HttpResponse:
    """List the coders, who opened most first."""
    look(request, "coders-read")
    found = Account.objects.filter(professions__profession=Profession.DIM_CODER).distinct().order_by("username")
    lines = sorted((line(one) for one in found), key=lambda one: (-one.patients, one.account.username))
    return render(request, "console/coders.html", {"lines": lines, "days": DAYS})


def line(account: Account) -> Line:
    """Count one coder's accesses."""
    entries = [one for one in of_account(account.username) if as_coder(one)]
    opened = [one for one in entries if opens(one)]
    return Line(
        account=account,
        patients=len({one.patient for one in opened}),
        accesses=len(opened),
        unexplained=sum(one.ground is not Ground.EXPLAINED for one in opened),
        refused=sum(bool(one.patient) and one.decision is not Decision.ALLOW for one in entries),
    )


def as_coder(one: Entry) -> bool:
    """Tell whether an entry was made acting as a coder."""
    return one.profession == Profession.DIM_CODER
