"""What the watch is told beside the trace, from the record's own database: who works where, and why for which patients.

Patients are named by the references of the trace. Duties are told once, in the order they were made: ``after`` is the
number of the last one told.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from django.apps import apps
from django.utils import timezone

from ecluse.accounts.models import Account, Membership
from ecluse.core.events import Care, CareKind, Person
from ecluse.gate.models import FOREVER, Duty

KINDS = {kind.value: kind for kind in CareKind}
AT_ONCE = 2000


def people() -> Iterator[Person]:
    """Yield every account: profession, unit of the moment, dates."""
    now = timezone.now()
    rows = Membership.objects.filter(since__lte=now).exclude(until__lte=now).order_by("-since")
    units: dict[int, str] = {}
    for number, unit in rows.values_list("account_id", "unit__code"):
        units.setdefault(number, unit)
    for account in Account.objects.order_by("username").prefetch_related("professions"):
        words = sorted(row.profession for row in account.professions.all())
        yield Person(
            account=account.username,
            profession=words[0] if words else "",
            unit=units.get(account.pk, ""),
            service=account.service,
            since=account.hired,
            until=account.ends,
        )


def care(after: int) -> Iterator[tuple[int, Care]]:
    """Yield the duties made after the one numbered ``after`` that are facts of care, each with its number."""
    rows = Duty.objects.filter(pk__gt=after, kind__in=KINDS).order_by("pk")
    fields = ("pk", "kind", "patient_id", "account__username", "unit__code", "since", "until", "made_by")
    part: list[tuple[int, str, int, str | None, str | None, int, int, str]] = []
    for row in rows.values_list(*fields).iterator(AT_ONCE):
        part.append(row)
        if len(part) == AT_ONCE:
            yield from _told(part)
            part = []
    yield from _told(part)


def _told(part: list[tuple[int, str, int, str | None, str | None, int, int, str]]) -> Iterator[tuple[int, Care]]:
    patients = apps.get_model("record", "Patient").objects.filter(pk__in=[row[2] for row in part])
    refs: dict[int, str] = dict(patients.values_list("pk", "ref"))
    for number, kind, patient, account, unit, since, until, made_by in part:
        if patient in refs:
            yield (
                number,
                Care(
                    patient=refs[patient],
                    kind=KINDS[kind],
                    since=datetime.fromtimestamp(since, UTC),
                    until=None if until >= FOREVER else datetime.fromtimestamp(until, UTC),
                    account=account or "",
                    unit=unit or "",
                    made_by=made_by,
                ),
            )
