"""Signing in with what another establishment's or the state's provider says of a person (OpenID Connect Core 1.0).

O1. A person comes in only as an account that was linked beforehand, by subject or RPPS number; nobody is made here, and
    locks, end dates and professions hold as for everybody.
O2. An ID token counts only if this provider signed it, for this client alone, in answer to this very request, now; none
    that is unsigned or signed with a shared secret counts.
O3. What the provider said of the proof is kept as it came; it counts as a second factor only where the settings say so,
    line by line, and is as old as the provider says: without a time it is old.
O4. A session opened so ends at the provider's bounds, or at once when the provider says that it ended.
O5. Every refusal is traced; no token, code or secret is written anywhere.
"""
