"""Which types can be reached, and what can be done with each: closed by default, in one table (DESIGN section 8, rule 3)."""

from ecluse.record.api.params import FILTERS

READ_ONLY = frozenset({"read"})
WHOLE = frozenset({"read", "vread", "history-instance", "search-type", "create", "update"})

DIRECTORY = ("Practitioner", "PractitionerRole", "Organization", "Location")
CLINICAL_FILES = ("Binary",)

INTERACTIONS: dict[str, frozenset[str]] = {
    "Patient": WHOLE,
    **dict.fromkeys(FILTERS, WHOLE),
    **dict.fromkeys(DIRECTORY, READ_ONLY),
    **dict.fromkeys(CLINICAL_FILES, READ_ONLY),
}
