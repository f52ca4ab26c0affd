"""The closed list of thefts. One more is one small file and one line here."""

from ecluse.drill.credentials import audience, caller, cookie, leaver, phished, proof, recovery, seed
from ecluse.drill.credentials.base import Case

CASES: tuple[Case, ...] = (
    cookie.CASE,
    seed.CASE,
    recovery.CASE,
    phished.CASE,
    caller.CASE,
    audience.CASE,
    proof.CASE,
    leaver.CASE,
)
