"""Which types can be reached, and what can be done with each: closed by default, from the store's own table."""

import re

from ecluse.record.fhir_types import BINARY, DIRECTORY_TYPES, PATIENT_TYPES

TYPE, ID = "(?P<kind>[A-Z][A-Za-z]{1,63})", "(?P<id_>[A-Za-z0-9.-]{1,64})"
INSTANCE = rf"{TYPE}/{ID}\Z"
PREFIX = "/fhir/"
ONE = re.compile(PREFIX + INSTANCE)
"""The whole address of one resource."""

READ_ONLY = frozenset({"read"})
WHOLE = frozenset({"read", "vread", "history-instance", "search-type", "create", "update"})

INTERACTIONS: dict[str, frozenset[str]] = {
    **dict.fromkeys(PATIENT_TYPES, WHOLE),
    **dict.fromkeys(sorted(DIRECTORY_TYPES), READ_ONLY),
    BINARY: READ_ONLY,
}
