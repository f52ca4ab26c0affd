"""Which types can be reached, and what can be done with each: closed by default, from the store's own table."""

from ecluse.record.fhir_types import BINARY, DIRECTORY_TYPES, PATIENT_TYPES

READ_ONLY = frozenset({"read"})
WHOLE = frozenset({"read", "vread", "history-instance", "search-type", "create", "update"})

INTERACTIONS: dict[str, frozenset[str]] = {
    **dict.fromkeys(PATIENT_TYPES, WHOLE),
    **dict.fromkeys(sorted(DIRECTORY_TYPES), READ_ONLY),
    BINARY: READ_ONLY,
}
