"""How long what is kept, what is past its time, and who may end it. Read only: no page deletes anything.

Sources: Regulation (EU) 2025/327 art. 9(2) (three years), code de la santé publique R. 6113-9-2 (six months at least)
and R. 1112-7 (records), CNIL délibération 2021-122 (logs), GDPR art. 33(5) (breaches).
"""

from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from django.contrib.sessions.models import Session
from django.db.models import Min, Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from ecluse.accounts.bridge import the_home
from ecluse.gate.models import Glass, Justification
from ecluse.record.models import Patient
from ecluse.respond.models import Case, Delivery
from ecluse.respond.notices.models import Breach
from ecluse.web.console import pictures
from ecluse.web.console.looking import look
from ecluse.web.console.tail import sequence_at

YEAR = timedelta(days=365)
MONTHS = 42
PATIENT_ACCESSES, TECHNICAL = 3 * YEAR, YEAR


class Month(NamedTuple):
    """A month of the trace: its first moment and that of the next, and how many entries stand before each."""

    first: datetime
    end: datetime
    before: int
    after: int


class Kept(NamedTuple):
    """One kind of thing: how long and why, how many there are, since when, how many are past it (None: not counted)."""

    what: Promise
    term: Promise
    why: str
    ends: Promise
    number: int
    oldest: datetime | None
    past: int | None


@require_GET
def retention(request: HttpRequest) -> HttpResponse:
    """Show it all, counted just now."""
    look(request, "retention-read")
    now = timezone.now()
    months = trace_by_month(now)
    rows = [*of_trace(now, months), *of_records(now), *of_work(now)]
    return render(request, "console/retention.html", {"rows": rows, "months": picture(now, months)})


def of_trace(now: datetime, months: list[Month]) -> list[Kept]:
    """Count the entries of the trace; they stand in order of time, so both ends are enough."""
    safe = the_home().safe
    size = sequence_at(safe, now + YEAR)
    oldest = next((month.first for month in months if month.after > 0), None)
    by_hand = _("No command deletes entries yet. The leaves are salted hashes, so that it would break no proof.")
    three, one = sequence_at(safe, now - PATIENT_ACCESSES), sequence_at(safe, now - TECHNICAL)
    why = "(UE) 2025/327 art. 9(2) · CSP R. 6113-9-2"
    return [
        Kept(_("Trace: accesses to patients"), _("3 years, never under 6 months"), why, by_hand, size, oldest, three),
        Kept(
            _("Trace: everything else, of the same entries"),
            _("12 months"),
            "CNIL 2021-122",
            by_hand,
            size,
            oldest,
            one,
        ),
    ]


def of_records(now: datetime) -> list[Kept]:
    """Count records and what people wrote to open them."""
    salt = _("By destroying the patient’s salt, which no page and no command does yet; then backups, as they rotate.")
    with_trace = _("With the trace they explain.")
    texts = [
        (Glass.objects.all(), _("Reasons of broken glasses, sealed")),
        (Justification.objects.all(), _("Reasons given, sealed")),
    ]
    term, number = _("20 years from the last stay"), Patient.objects.count()
    records = Kept(_("Patients’ records"), term, "CSP R. 1112-7", salt, number, None, None)
    return [records] + [
        counted(rows, "since", now - PATIENT_ACCESSES)._replace(
            what=what, term=_("3 years"), why="(UE) 2025/327 art. 9(2)", ends=with_trace
        )
        for rows, what in texts
    ]


def of_work(now: datetime) -> list[Kept]:
    """Count what the officers' work and the machine leave behind."""
    never = _("Nothing of it is ever changed or deleted.")
    alone = _("One that is over opens nothing; no command deletes its row yet.")
    rejects = files(the_home().rejects)
    return [
        counted(Case.objects.all(), "opened", None)._replace(
            what=_("Cases, with notes and conclusions"), term=_("As long as the trace tells of them"), ends=never
        ),
        counted(Breach.objects.all(), "opened", None)._replace(
            what=_("Register of breaches"), term=_("No term in the text"), why="RGPD art. 33(5)", ends=never
        ),
        counted(Delivery.objects.exclude(sent=None), "made", now - TECHNICAL)._replace(
            what=_("Alarms that left"), term=_("12 months"), why="CNIL 2021-122", ends=_("No command deletes them yet.")
        ),
        counted(Session.objects.all(), "expire_date", now)._replace(
            what=_("Sign-in sessions, by their end"), term=_("24 hours at most"), why="NIST SP 800-63B-4", ends=alone
        ),
        Kept(
            _("What an import refused: its first words may hold names"),
            _("Until it is mended"),
            "RGPD art. 5(1)(e)",
            _("Whoever runs imports deletes the file under rejects/."),
            len(rejects),
            min(rejects, default=None),
            sum(at < now - timedelta(days=30) for at in rejects),
        ),
    ]


def counted(rows: QuerySet[Model], field: str, past: datetime | None) -> Kept:
    """Count rows, their oldest, and those before ``past``."""
    oldest = rows.aggregate(oldest=Min(field))["oldest"]
    late = rows.filter(**{f"{field}__lt": past}).count() if past else None
    return Kept(_("–"), _("–"), "", _("–"), rows.count(), oldest, late)


def files(folder: Path) -> list[datetime]:
    """Return when each file of a folder was written."""
    found = folder.rglob("*") if folder.is_dir() else ()
    return [
        datetime.fromtimestamp(file.stat().st_mtime, tz=timezone.get_current_timezone())
        for file in found
        if file.is_file()
    ]


def months_back(now: datetime) -> list[datetime]:
    """Return the first days of the last months, oldest first, and the one to come."""
    here = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    firsts = [here.year * 12 + here.month - 1 - back for back in range(MONTHS - 1, -2, -1)]
    return [here.replace(year=month // 12, month=month % 12 + 1) for month in firsts]


def trace_by_month(now: datetime) -> list[Month]:
    """Return the last months of the trace, oldest first."""
    firsts, safe = months_back(now), the_home().safe
    counts = [sequence_at(safe, at) for at in firsts]
    return [Month(*one) for one in zip(firsts, firsts[1:], counts, counts[1:], strict=False)]


def picture(now: datetime, months: list[Month]) -> pictures.Picture | None:
    """Draw the entries of the trace by month; red: past the three years of accesses to patients."""
    late = now - PATIENT_ACCESSES
    return pictures.bars([(one.first.strftime("%Y-%m"), one.after - one.before, one.end <= late) for one in months])
