"""The head of a unit: how often its glasses are broken, against the whole establishment. Counts, never a person (V9).

How often an exception is needed says whether the links of care fit the work (Røstad and Edsberg 2006); who broke which
glass is the data protection officer's to review. A trace is not there to watch how staff work (CNIL 2021-122).
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from ecluse.accounts.models import Membership, Unit
from ecluse.accounts.who import who_of
from ecluse.gate.models import Glass
from ecluse.gate.reasons import EMERGENCY, OUTCOMES
from ecluse.web.console import pictures
from ecluse.web.console.looking import look

WEEKS = 12
FEWEST = 5
"""Below as many people, a count names somebody: only that is said."""
Shares = list[tuple[str, int, float]]


class Team(NamedTuple):
    """A unit: people, glasses in all, a week for 100 people, and the same of everybody; pictures."""

    name: str
    people: int
    glasses: int
    rate: float
    hidden: bool
    weeks: pictures.Picture | None = None
    reasons: Shares = []
    outcomes: Shares = []


@require_GET
def team(request: HttpRequest) -> HttpResponse:
    """Show each unit that the head works in; no address names a unit, so nobody asks for another's."""
    now = timezone.now()
    units = list(Unit.objects.filter(in_force(now), memberships__account__username=who_of(request).account).distinct())
    look(request, "team-read", detail=" ".join(sorted(one.code for one in units))[:200])
    since = now - timedelta(weeks=WEEKS)
    everybody = Membership.objects.filter(current(now)).values("account").distinct().count()
    shown = {
        "teams": [of_unit(one, since, now) for one in units],
        "everybody": rate(Glass.objects.filter(since__gte=since).count(), everybody),
        "weeks": WEEKS,
        "fewest": FEWEST,
    }
    return render(request, "console/team.html", shown)


def current(now: datetime) -> Q:
    """Hold for the memberships in force."""
    return Q(since__lte=now) & (Q(until=None) | Q(until__gt=now))


def in_force(now: datetime) -> Q:
    """Hold for the units with such a membership."""
    ends = Q(memberships__until=None) | Q(memberships__until__gt=now)
    return Q(memberships__since__lte=now) & ends


def of_unit(unit: Unit, since: datetime, now: datetime) -> Team:
    """Count the glasses of one unit."""
    people = Membership.objects.filter(current(now), unit=unit).values("account").distinct().count()
    rows = [row[1:] for row in glasses(unit, since).values_list("pk", "since", "reason", "remark")]
    if people < FEWEST:
        return Team(unit.name, people, 0, 0.0, hidden=True)
    return Team(
        name=unit.name,
        people=people,
        glasses=len(rows),
        rate=rate(len(rows), people),
        hidden=False,
        weeks=by_week([at for at, _reason, _remark in rows], now),
        reasons=pictures.shares(Counter(str(EMERGENCY.get(reason, reason)) for _at, reason, _remark in rows)),
        outcomes=pictures.shares(Counter(concluded(remark) for _at, _reason, remark in rows)),
    )


def glasses(unit: Unit, since: datetime) -> QuerySet[Glass]:
    """Return the glasses broken by people who worked in the unit at that moment."""
    ended = Q(account__memberships__until=None) | Q(account__memberships__until__gt=F("since"))
    began = Q(account__memberships__unit=unit, account__memberships__since__lte=F("since"))
    return Glass.objects.filter(began & ended, since__gte=since).distinct()


def rate(number: int, people: int) -> float:
    """Return how many a week, for 100 people."""
    return round(100 * number / (people * WEEKS), 1) if people else 0.0


def by_week(times: list[datetime], now: datetime) -> pictures.Picture | None:
    """Draw how many there were in each week; the newest week in full is the last."""
    counts = Counter((now - at).days // 7 for at in times)
    first = timezone.localdate(now)
    weeks = [(first - timedelta(weeks=back), counts[back]) for back in range(WEEKS - 1, -1, -1)]
    return pictures.bars([(day.isoformat(), number, False) for day, number in weeks])


def concluded(remark: str) -> str:
    """Say what a review concluded."""
    return str(OUTCOMES[remark]) if remark in OUTCOMES else _("not reviewed yet")
