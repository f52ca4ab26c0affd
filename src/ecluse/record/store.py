"""The store: read, history, create, update of one patient's resources, always under a :class:`Pass`.

- **R2** Nothing is opened or sealed without the key that the Pass carries. Writing is in ``writing.py``, told here
  again.
"""

from collections.abc import Iterable

from ecluse.core.words import Compartment
from ecluse.gate.access import Pass, Wanted
from ecluse.record import vault
from ecluse.record.fhir_types import Resource
from ecluse.record.models import Part, Patient
from ecluse.record.stored import NotFoundError, StaleError, Stored
from ecluse.record.vault import Row
from ecluse.record.writing import create, create_patient, update

__all__ = [
    "NotFoundError",
    "StaleError",
    "Stored",
    "compartments_held",
    "create",
    "create_patient",
    "current_parts",
    "history",
    "patient_by_ref",
    "read",
    "read_all",
    "update",
    "wanted",
]


def patient_by_ref(ref: str) -> Patient | None:
    """Return the patient of reference ``ref`` (32 hex digits), or None."""
    return Patient.objects.filter(ref=ref).first()


def compartments_held(patient_pk: int) -> tuple[Compartment, ...]:
    """Return which compartments hold data of this patient.

    Ask the gate for these only, so the trace tells what was shown.
    """
    held = set(
        Part.objects.filter(patient_id=patient_pk, current=True, deleted=False)
        .values_list("compartment", flat=True)
        .distinct()
    )
    return tuple(compartment for compartment in Compartment if compartment in held)


def wanted(patient: Patient, compartments: Iterable[Compartment], count: int = 1) -> Wanted:
    """Return what the gate is asked about ``patient``."""
    return Wanted(patient.pk, patient.ref, bytes(patient.salt), tuple(compartments), count)


def current_parts(
    patient_pk: int,
    types: Iterable[str] | None = None,
    compartments: Iterable[Compartment] | None = None,
    n: int | None = None,
) -> list[Row]:
    """Return the current sealed parts of a patient, oldest resource first."""
    found = Part.objects.filter(patient_id=patient_pk, current=True)
    if types is not None:
        found = found.filter(type__in=tuple(types))
    if compartments is not None:
        found = found.filter(compartment__in=tuple(compartments))
    if n is not None:
        found = found.filter(n=n)
    return [Row(*row) for row in found.order_by("n").values_list(*vault.COLUMNS)]


def read(granted: Pass, n: int, version: int | None = None) -> Resource:
    """Return resource ``n`` (0: the Patient), as it is or as it was in ``version``.

    Raises:
        NotFoundError: no such resource or version, or nothing of it is granted.
        SealError: a part does not belong where it was found.
    """
    rows = current_parts(granted.wanted.pk, n=n) if version is None else _as_of(_all_rows(granted, n), version)
    opened = vault.open_parts(granted, rows)
    if not opened:
        raise NotFoundError("There is no such resource here.")
    return opened[0]


def read_all(
    granted: Pass, types: Iterable[str] | None = None, compartments: Iterable[Compartment] | None = None
) -> list[Resource]:
    """Return every current resource of the patient that the Pass grants, oldest first."""
    return vault.open_parts(granted, current_parts(granted.wanted.pk, types, compartments))


def history(granted: Pass, n: int) -> list[Resource]:
    """Return the versions of resource ``n`` in which something granted changed, newest first.

    Raises:
        NotFoundError: no such resource, or nothing of it is granted.
    """
    rows = _all_rows(granted, n)
    seen = sorted({row.version for row in rows if Compartment(row.compartment) in granted.keys}, reverse=True)
    versions = [resource for version in seen for resource in vault.open_parts(granted, _as_of(rows, version))]
    if not versions:
        raise NotFoundError("There is no such resource here.")
    return versions


def _all_rows(granted: Pass, n: int) -> list[Row]:
    found = Part.objects.filter(patient_id=granted.wanted.pk, n=n).order_by("version")
    return [Row(*row) for row in found.values_list(*vault.COLUMNS)]


def _as_of(rows: list[Row], version: int) -> list[Row]:
    """Return the newest part of each compartment up to ``version``; nothing when no part has that version."""
    if all(row.version != version for row in rows):
        return []
    newest = {row.compartment: row for row in rows if row.version <= version}
    return list(newest.values())
