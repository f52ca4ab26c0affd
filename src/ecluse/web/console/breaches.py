"""Breaches: the register, one breach with its clocks, its notices written and finished."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ecluse.accounts.bridge import request_id, the_home
from ecluse.accounts.who import who_of
from ecluse.respond.exposure.scope import Scope
from ecluse.respond.notices import desk, paper
from ecluse.respond.notices.base import From
from ecluse.respond.notices.catalogue import NOTICES, notice_named
from ecluse.respond.notices.clocks import Reading, check
from ecluse.respond.notices.drafting import said_of
from ecluse.respond.notices.drafting_shape import Draft, Filled
from ecluse.respond.notices.models import Breach
from ecluse.respond.notices.register import line, register
from ecluse.respond.queue import seen
from ecluse.respond.words import DATA, LANGUAGES
from ecluse.safe.protocol import Who
from ecluse.web.console.deadlines import gone, hours
from ecluse.web.console.exposure import first_day
from ecluse.web.console.looking import look, the_case
from ecluse.web.console.words import SOURCES, language

FILES = {"pdf": "application/pdf", "json": "application/json"}


@require_GET
def register_page(request: HttpRequest) -> HttpResponse:
    """List the breaches; every figure is counted from the trace now."""
    own = look(request, "register-read").account
    about = {row.name for row in Breach.objects.all() if own in row.accounts}
    lines = [one for one in register(language()) if one.breach not in about]
    shown = {"lines": [{"one": one, "next": soonest(one.clocks)} for one in lines]}
    return render(request, "console/register.html", shown)


def soonest(clocks: dict[str, Reading]) -> tuple[str, Reading] | None:
    """Return the clock that ends first, with the title of its notice."""
    running = [(one.deadline, name) for name, one in clocks.items() if one.deadline is not None]
    if not running:
        return None
    _deadline, name = min(running)
    return NOTICES[name].title.to(language()), clocks[name]


@require_POST
def open_from(request: HttpRequest, ref: str) -> HttpResponse:
    """Open a breach from a case: it became known when the case was opened."""
    case = the_case(request, ref)
    scope = Scope(accounts=seen(case).accounts, since=first_day(case))
    known = Breach.objects.filter(case=ref).first()
    if known is None:
        known = desk.open_breach(who_of(request), scope, case.opened, request_id(request), ref)
        messages.success(request, _("The breach is open: its clocks run."))
    return redirect("console_breach", name=known.name)


def the_breach(request: HttpRequest, name: str) -> tuple[Who, Breach]:
    """Return who asks and the breach; whoever its case is about is refused.

    Raises:
        Http404: there is none.
        RefusedError: it is about whoever asks.
    """
    found = Breach.objects.filter(name=name).first()
    if found is None:
        raise Http404
    if found.case:
        the_case(request, found.case)
    return who_of(request), found


@require_GET
def breach(request: HttpRequest, name: str) -> HttpResponse:
    """Show a breach: figures, clocks, notices, what was sent."""
    _who, found = the_breach(request, name)
    look(request, "breach-read", name)
    told = line(found, language())
    here = language()
    shown = {
        "line": told,
        "case": found.case,
        "scope": found.scope,
        "data": [(DATA[word].to(here), number) for word, number in told.facts.by_data.items()],
        "notices": [row_of(one, told.clocks.get(one)) for one in wanted(told.facts.settings.processor)],
        "finished": [
            {"row": row, "title": draft.title, "missing": draft.missing} for row, draft in desk.finished(found)
        ],
        "longer": check(the_home().settings.breach),
    }
    return render(request, "console/breach.html", shown)


def wanted(processor: bool) -> list[str]:  # noqa: FBT001 - a setting
    """Return the notices there are for this establishment."""
    return [name for name in NOTICES if processor or name != "controller"]


def row_of(name: str, clock: Reading | None) -> dict[str, Any]:
    """Put a notice and its clock in one line; ``part`` is how much of the delay has gone, out of 100."""
    return {
        "name": name,
        "title": NOTICES[name].title.to(language()),
        "to": NOTICES[name].to.to(language()),
        "clock": clock,
        "part": gone(clock) if clock else 0.0,
        "hours": hours(clock.left) if clock and clock.left is not None else None,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """Write in a notice what only a person can say; finish it once nothing that the law asks for is empty."""
    if kind not in NOTICES:
        raise Http404
    who, found = the_breach(request, name)
    spoken = request.GET.get("language", language())
    spoken = spoken if spoken in LANGUAGES else language()
    if request.method != "POST":
        look(request, "notice-read", f"{name}/{kind}")
        return written(request, desk.drafted(found, kind, spoken), kind)
    keep(request, who, found, kind)
    if "finish" not in request.POST:
        messages.success(request, _("Kept, and traced."))
        return redirect(f"{request.path}?language={spoken}")
    try:
        desk.finish(who, found, kind, spoken, request_id(request))
    except desk.IncompleteError as gap:
        return written(request, gap.draft, kind, status=422)
    messages.success(request, _("Finished. The document is below, to read and to send."))
    return redirect("console_breach", name=name)


def written(request: HttpRequest, draft: Draft, kind: str, status: int = 200) -> HttpResponse:
    """Show a notice as it stands."""
    fields = [row_of_field(one, empty=one.key in draft.missing) for one in draft.fields]
    shown = {
        "draft": draft,
        "fields": fields,
        "languages": LANGUAGES,
        "stopped": status != 200,  # noqa: PLR2004
        "longest": desk.LONGEST,
        "clock": row_of(kind, draft.clock),
    }
    return render(request, "console/notice.html", shown, status=status)


def row_of_field(one: Filled, *, empty: bool) -> dict[str, Any]:
    """Return a field with where its value comes from."""
    return {"one": one, "source": SOURCES[one.source], "person": one.source is From.PERSON, "empty": empty}


def keep(request: HttpRequest, who: Who, found: Breach, kind: str) -> None:
    """Keep each field that was changed.

    Raises:
        BadInputError: a text is too long.
    """
    said = said_of(found, kind)
    for one in notice_named(kind).fields:
        text = request.POST.get(one.key, "").replace("\r\n", "\n").strip()
        if one.source is From.PERSON and text and text != said.get(one.key, "").strip():
            desk.say(who, found, kind, one.key, text, request_id(request))


@require_GET
def notice_file(request: HttpRequest, name: str, number: int, kind: str) -> HttpResponse:
    """Give a finished notice, as it was finished."""
    _who, found = the_breach(request, name)
    rows = {row.pk: (row, draft) for row, draft in desk.finished(found)}
    if number not in rows or kind not in FILES:
        raise Http404
    row, draft = rows[number]
    look(request, "notice-read", f"{name}/{row.notice}", detail=row.digest)
    content = paper.as_pdf(draft, row.digest, row.sequence) if kind == "pdf" else desk.opened(found, row)
    answer = HttpResponse(content, content_type=FILES[kind])
    answer["Content-Disposition"] = f'attachment; filename="{row.notice}-{name}.{row.language}.{kind}"'
    return answer
