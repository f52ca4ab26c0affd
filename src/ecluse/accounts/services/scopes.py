"""SMART scopes (SMART App Launch 2.2, ``system/Observation.rs``): they narrow what the policy gives.

Letters: ``c`` create, ``r`` read, ``u`` update, ``s`` search. ``d`` (delete) is not offered. ``scim`` opens the
provisioning interface and nothing else.
"""

import re
from functools import lru_cache

SCIM = "scim"
SYSTEM = re.compile(r"system/(\*|[A-Z][A-Za-z]{1,63})\.(c?r?u?s?)\Z")
OLD = {"read": "rs", "write": "cu", "*": "crus"}
OLD_STYLE = re.compile(r"system/(\*|[A-Z][A-Za-z]{1,63})\.(read|write|\*)\Z")
MOST = 50


def well_formed(text: str) -> bool:
    """Tell whether every word of ``text`` is a scope known here."""
    words = text.split()
    return 0 < len(words) <= MOST and all(word == SCIM or grants(word) is not None for word in words)


def grants(word: str) -> tuple[str, frozenset[str]] | None:
    """Return the type and the letters of one scope; nothing when it is none. The words of SMART 1 are read too."""
    found = SYSTEM.match(word)
    if found and found[2]:
        return found[1], frozenset(found[2])
    old = OLD_STYLE.match(word)
    return (old[1], frozenset(OLD[old[2]])) if old else None


@lru_cache(maxsize=512)
def table(text: str) -> dict[str, frozenset[str]]:
    """Return what a list of scopes grants: letters by type."""
    found: dict[str, frozenset[str]] = {}
    for kind, letters in filter(None, map(grants, text.split())):
        found[kind] = found.get(kind, frozenset()) | letters
    return found


def allows(text: str, kind: str, letters: str) -> bool:
    """Tell whether the scopes of ``text`` allow all ``letters`` on ``kind``; ``*`` asks for every type."""
    held = table(text)
    return held.get("*", frozenset[str]()).union(held.get(kind, ())).issuperset(letters)


def narrowed(asked: str, registered: str) -> str:
    """Return the part of ``asked`` that ``registered`` holds; everything registered when nothing is asked."""
    if not asked.strip():
        return registered
    kept = [word for word in dict.fromkeys(asked.split()) if holds(registered, word)]
    return " ".join(kept)


def holds(registered: str, word: str) -> bool:
    """Tell whether one scope lies within those registered."""
    one = grants(word)
    if one is None:
        return word in registered.split()
    return allows(registered, one[0], "".join(one[1]))
