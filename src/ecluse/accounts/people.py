"""Pages about people: a temporary identity, the yearly review of rights. None shows a patient."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecluse.accounts import reviews, temporary
from ecluse.accounts.bridge import request_id
from ecluse.accounts.labels import label
from ecluse.accounts.office import told
from ecluse.accounts.people_forms import IssueForm
from ecluse.accounts.rights import by_table
from ecluse.accounts.who import who_of
from ecluse.core.words import Decision

PER_PAGE = 25


@by_table
@require_http_methods(["GET", "HEAD", "POST"])
def issue(request: HttpRequest) -> HttpResponse:
    """Issue a temporary identity; a second person confirms it."""
    who = who_of(request)
    form = IssueForm(who.profession, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "accounts/temporary.html", {"form": form}, status=status)
    data = form.cleaned_data
    username, ruled = temporary.issue(
        who, data["name"], data["profession"], data["unit"], data["hours"], request_id(request)
    )
    if ruled.decision is not Decision.ALLOW:
        told(request, ruled, "")
        return redirect("accounts_issue")
    return render(request, "accounts/temporary_waits.html", {"username": username, "name": data["name"]})


@by_table
@require_GET
def review(request: HttpRequest) -> HttpResponse:
    """List who is to be looked at, those never looked at first."""
    everybody = request.GET.get("all") == "1"
    found = reviews.lines(only_due=not everybody)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        {"line": line, "professions": [(word, label(word)) for word in line.professions]}
        for line in page
        if line.username != who_of(request).account
    ]
    shown = {"page": page, "rows": rows, "everybody": everybody, "due": sum(line.due for line in found)}
    return render(request, "accounts/review.html", shown)


@by_table
@require_POST
def answer(request: HttpRequest, username: str) -> HttpResponse:
    """Keep what somebody may do, or take one thing away at once."""
    what = request.POST.get("withdraw", "")
    if what:
        ruled = reviews.withdraw(who_of(request), username, what)
        if ruled is None:
            messages.success(request, _("Taken away."))
        else:
            told(request, ruled, _("Taken away: open sessions have ended."))
    else:
        reviews.keep(who_of(request), username)
        messages.success(request, _("Kept as it is."))
    return redirect("accounts_review")
