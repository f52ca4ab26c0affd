"""What writing to the record answers, and how it fails."""

from typing import NamedTuple

from ecluse.core.errors import BadInputError
from ecluse.record.fhir_types import Resource


class NotFoundError(BadInputError):
    """No such resource, or nothing of it may be shown (HTTP 404)."""


class StaleError(BadInputError):
    """The resource has changed since the version the sender knew (HTTP 412)."""


class Stored(NamedTuple):
    """What was written: its FHIR id, its number within the patient, its version, and itself as it now reads."""

    id: str
    n: int
    version: int
    resource: Resource
