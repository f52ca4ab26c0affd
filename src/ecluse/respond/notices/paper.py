"""A finished notice on paper."""

from typing import Any

from ecluse.respond import typeset
from ecluse.respond.notices.base import From
from ecluse.respond.notices.drafting_shape import Draft, Filled
from ecluse.respond.words import Said, colon, moment

WORDS = {
    "to": Said("Destinataire", "Addressee"),
    "how": Said("Par quelle voie", "How"),
    "basis": Said("Fondement", "Legal basis"),
    "deadline": Said("Échéance", "Deadline"),
    "check": Said("À vérifier par une personne avant l’envoi", "For a person to check before it leaves"),
    "proof": Said("Empreinte\N{NO-BREAK SPACE}:", "Digest:"),
}
SOURCES = {
    From.TRACE: Said("trace", "trace"),
    From.SETTING: Said("réglage", "setting"),
    From.PERSON: Said("déclaré", "stated"),
}
EMPTY = Said("(non renseigné)", "(not stated)")
LATE = Said("Cette notice a été achevée après l’échéance.", "This notice was finished after the deadline.")
CLAIM = Said(
    "Document préparé par Écluse. Il n’atteste pas que la loi est respectée.",
    "Prepared by Écluse. It does not attest that the law is met.",
)


def as_pdf(found: Draft, digest: str, sequence: int) -> bytes:
    """Return the PDF of a finished notice, with the digest of its machine-readable form and the entry that holds it."""
    language, zone = found.language, found.facts.zone
    values: dict[str, Any] = {
        "title": f"{found.title} – {found.breach}",
        "lang": language,
        "footer": f"{found.facts.establishment} · {moment(found.facts.now, language, zone)}",
        "words": {name: said.to(language) for name, said in WORDS.items()},
        "to": found.to,
        "how": found.how,
        "basis": ", ".join(found.basis),
        "deadline": deadline(found),
        "late": LATE.to(language) if found.clock.late else "",
        "rows": [line(one, language) for one in found.fields],
        "check": list(found.check),
        "claim": CLAIM.to(language),
        "digest": f"SHA-256 {digest} · {sequence}",
    }
    return typeset.pdf("notice", values, found.facts.now)


def deadline(found: Draft) -> str:
    """Return the delay in words, and the moment it ends."""
    if found.clock.deadline is None:
        return found.clock.said
    return f"{found.clock.said}{colon(found.language)}{moment(found.clock.deadline, found.language, found.facts.zone)}"


def line(one: Filled, language: str) -> list[str]:
    """Return a field: its label, its text, where it comes from and by which text it is asked."""
    return [one.label, one.text or EMPTY.to(language), f"{SOURCES[one.source].to(language)} · {one.basis}"]
