"""How many patients somebody who watches has asked the trace about: counted from the trace itself, and bounded.

Nothing of a patient is shown to them, only who opened the record of a pseudonym. Still, a stolen session of theirs
must not read who was where, patient after patient.
"""

from ecluse.core.words import Decision
from ecluse.gate import world
from ecluse.record.trace_index import lately

AN_HOUR = 50
"""As many as a stolen session of any profession is shown in an hour (policy.default.toml)."""
RULES = frozenset(
    {"trace-read", "entry-read", "proof-read", "ask-read", "openings-printed", "openings-with-names"},
)
"""The rules under which pages write that a patient was asked about."""


def may_ask(account: str, ref: str) -> bool:
    """Tell whether ``account`` may ask about patient ``ref`` now; one asked about within the hour is free."""
    home = world.home()
    found = lately(home.safe, home.trace_index, account)
    known = {one.patient for one in found if one.rule in RULES and one.decision is Decision.ALLOW} - {""}
    return ref in known or len(known) < AN_HOUR
