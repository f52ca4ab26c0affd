"""Units: who works there in numbers, who answers for them, what stands there. Accounts, never a patient."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from ecluse.accounts.models import Unit
from ecluse.core.words import Profession
from ecluse.web.console.looking import look
from ecluse.web.console.team import in_force


@require_GET
def units(request: HttpRequest) -> HttpResponse:
    """List the units by name."""
    look(request, "units-read")
    now = timezone.now()
    on_call = Q(on_calls__since__lte=now, on_calls__until__gt=now)
    found = Unit.objects.annotate(
        people=Count("memberships__account", filter=in_force(now), distinct=True),
        shared=Count("workstations", filter=Q(workstations__ward=True), distinct=True),
        called=Count("on_calls__account", filter=on_call, distinct=True),
    ).order_by("name")
    heads: dict[int, list[str]] = {}
    head = Q(memberships__account__professions__profession=Profession.UNIT_HEAD)
    for unit, name in Unit.objects.filter(in_force(now) & head).values_list("pk", "memberships__account__username"):
        heads.setdefault(unit, []).append(name)
    rows = [{"unit": one, "heads": sorted(set(heads.get(one.pk, [])))} for one in found]
    return render(request, "console/units.html", {"rows": rows})
