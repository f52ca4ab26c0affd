"""The search terms of a patient: what somebody at a desk may type.

The safe turns each into a keyed token; no term is stored.

Names are indexed word by word, folded (so that accents, hyphens and capitals do not matter, typed or not), as they
sound in French, and by their first three letters. About a dozen terms a patient.
"""

from ecluse.core.words import Term
from ecluse.record import ins, names
from ecluse.record.fhir_types import INS_SYSTEMS, IPP_TYPE, Resource

Pair = tuple[Term, str]
PREFIX = 3
MOST = 24


def of_patient(patient: Resource) -> tuple[Pair, ...]:
    """Return the distinct terms of a Patient (its identity part is enough), most telling first.

    At most :data:`MOST`.
    """
    found = [*identifiers(patient)]
    if birth := patient.get("birthDate"):
        found.append((Term.BIRTH_DATE, str(birth)))
    spoken = list(dict.fromkeys(word for text in name_texts(patient) for word in names.words(text)))
    for make in (name_term, sound_term, prefix_term):
        found += [pair for word in spoken if (pair := make(word))]
    return tuple(dict.fromkeys(found))[:MOST]


def identifiers(patient: Resource) -> list[Pair]:
    """Return the terms of a Patient's identifiers: INS, IPP (type PI), others."""
    return [
        identifier_term(identifier)
        for identifier in patient.get("identifier", ())
        if str(identifier.get("value", "")).strip()
    ]


def identifier_term(identifier: Resource) -> Pair:
    """Return the term of one identifier."""
    value = ins.clean(str(identifier["value"]))
    if identifier.get("system") in INS_SYSTEMS:
        return Term.INS, value
    codes = {coding.get("code") for coding in identifier.get("type", {}).get("coding", ())}
    return (Term.IPP if IPP_TYPE in codes else Term.IDENTIFIER), value


def name_texts(patient: Resource) -> list[str]:
    """Return every birth name, used name and given name as written."""
    texts: list[str] = []
    for name in patient.get("name", ()):
        parts = [name.get("family"), *name.get("given", ())]
        texts += [str(part) for part in parts if part] or [str(name.get("text", ""))]
    return texts


def name_term(word: str) -> Pair | None:
    """Return the term of a whole word; one letter is no name."""
    return (Term.NAME, word) if len(word) > 1 else None


def sound_term(word: str) -> Pair | None:
    """Return the term of how a word sounds."""
    heard = names.sound(word)
    return (Term.PHONETIC, heard) if heard else None


def prefix_term(word: str) -> Pair | None:
    """Return the term of the first three letters."""
    return (Term.PREFIX, word[:PREFIX]) if len(word) >= PREFIX else None
