"""One entry of the trace with its proof: the path of hashes from it to the signed head (RFC 6962), and the file of it.

The proof is checked here before it is shown; what counts is that anybody can check the file with the public key alone.
"""

import time
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ecluse.accounts.bridge import the_home, the_safe
from ecluse.core.errors import BadInputError
from ecluse.safe.entry import Entry
from ecluse.safe.merkle import leaf_hash
from ecluse.safe.notes import Verifier, b64
from ecluse.safe.proof import Proven, check, prove
from ecluse.safe.protocol import Status
from ecluse.web.console.looking import look, look_at_patient
from ecluse.web.console.trace_page import in_words

TRIES, PAUSE_S = 20, 0.1
LARGE = frozenset({"started", "salt"})
"""Fields of an entry that a page leaves to the file: the policy's whole text, and what hides the leaf."""


class Shown(NamedTuple):
    """An entry proved: ``path`` are the hashes beside the way from its leaf to the root, in base64."""

    text: str
    proven: Proven
    path: list[str]
    leaf: str
    key: str


def proved(sequence: int) -> Shown:
    """Prove an entry under the last signed head.

    Raises:
        Http404: no signed head covers such an entry.
    """
    safe = the_home().safe
    if sequence >= the_safe().call(Status()).size:
        raise Http404
    text = proof_of(safe, sequence)
    key = (safe / "key.vkey").read_text(encoding="utf-8").strip()
    proven = check(text, Verifier.of(key))
    return Shown(text, proven, text.partition("\n\n")[0].split("\n")[3:], b64(leaf_hash(proven.line)), key)


def proof_of(safe: Path, sequence: int) -> str:
    """Return the proof of an entry that is there; the newest is under a signed head a second later at most.

    Raises:
        Http404: no head covers it: heads have stopped, and the page of health says so.
    """
    for _try in range(TRIES):
        try:
            return prove(safe, sequence)
        except BadInputError:
            time.sleep(PAUSE_S)
    raise Http404


def traced(request: HttpRequest, rule: str, one: Entry) -> None:
    """Write that an entry is looked at; one about a patient counts as a look at that patient."""
    if one.patient:
        look_at_patient(request, rule, one.patient, str(one.seq))
    else:
        look(request, rule, str(one.seq))


@require_GET
def entry(request: HttpRequest, sequence: int) -> HttpResponse:
    """Show an entry, the way from it to the signed head, and how a stranger checks it."""
    found = proved(sequence)
    one = found.proven.entry
    traced(request, "entry-read", one)
    shown = in_words(one) | {
        "fields": fields(found.proven.line),
        "path": found.path,
        "leaf": found.leaf,
        "head": found.proven.head,
        "root": b64(found.proven.head.root),
        "key": found.key,
        "before": one.seq - 1 if one.seq else None,
        "after": one.seq + 1 if one.seq + 1 < found.proven.head.size else None,
    }
    return render(request, "console/entry.html", shown)


def fields(line: bytes) -> list[tuple[str, str]]:
    """Return the fields of an entry as the trace writes them."""
    told: dict[str, Any] = msgspec.json.decode(line)
    return [(name, plain(value)) for name, value in told.items() if name not in LARGE]


def plain(value: object) -> str:
    """Write a value in one line: words as they are, lists by commas, what is made of parts as JSON."""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ", ".join(value)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


@require_GET
def proof(request: HttpRequest, sequence: int) -> HttpResponse:
    """Give the proof that an entry is under the signed head (C2SP tlog-proof): checked with the public key alone."""
    found = proved(sequence)
    traced(request, "proof-read", found.proven.entry)
    answer = HttpResponse(found.text, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="entry-{sequence}.tlog-proof"'
    return answer
