"""The closed list of readers, in the order in which a tie between them is decided."""

import importlib
import importlib.util
from typing import cast

from ecluse.core.errors import BadInputError
from ecluse.sources.base import Reader

NAMES = (
    "ecluse_trace",
    "audit_event",
    "atna",
    "mediboard",
    "openemr",
    "openmrs",
    "keycloak",
    "staff",
    "care_fhir",
    "care_hl7",
    "web_server",
    "csv_map",
)
STAFF = ("staff", "mediboard", "openemr")
CARE = ("care_fhir", "care_hl7", "mediboard", "openemr", "csv_map")


def load(name: str) -> Reader:
    """Return the reader called ``name``.

    Raises:
        BadInputError: there is none.
    """
    if name not in NAMES:
        raise BadInputError(f"There is no reader {name!r}.", "`ecluse sources list` names them.")
    return cast("Reader", importlib.import_module(f"ecluse.sources.{name}"))


def present() -> tuple[str, ...]:
    """Return the names of the readers that are installed."""
    return tuple(name for name in NAMES if importlib.util.find_spec(f"ecluse.sources.{name}"))


def every(names: tuple[str, ...] = NAMES) -> list[Reader]:
    """Return the readers called ``names``, in the order of the list."""
    return [load(name) for name in present() if name in names]
