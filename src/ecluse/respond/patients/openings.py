"""Who opened my record, in the patient's own words: when, which unit and profession, which data, why (R60, R61).

Sources: EHDS (regulation (EU) 2025/327) art. 9 and annex II 3.2, at least three years; RGPD art. 15 as read by the CJEU
in C-579/21: dates and purposes always, people's names where they are indispensable, weighed by the officer.
"""

from datetime import UTC, datetime, timedelta

import msgspec

from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Action, Decision, Profession
from ecluse.gate.world import note
from ecluse.record.opened import Opening, of_patient
from ecluse.respond.patients.models import Release
from ecluse.respond.words import DATA, DUTIES, LANGUAGES, PURPOSES, ROUTES, Said, profession
from ecluse.safe.protocol import Who

YEARS = timedelta(days=3 * 365 + 1)
EVERY = 1_000_000
REASONS = frozenset({"patient-request", "complaint", "court", "authority"})
GLASS = Said("accès en urgence (bris de glace)", "emergency access (broken glass)")
UNSAID = Said("motif donné par la personne", "reason given by the person")


class Line(msgspec.Struct, frozen=True):
    """One opening, in words. ``who`` is empty unless names were released; ``sequence`` is its entry in the trace."""

    at: datetime
    unit: str
    profession: str
    who: str
    act: str
    data: tuple[str, ...]
    why: str
    glass: bool
    sequence: int


def openings(ref: str, language: str) -> list[Line]:
    """Return who opened the record of patient ``ref`` in three years, newest first. No name: a list for any reader.

    Raises:
        BadInputError: no such language.
    """
    return _lines(ref, language, named=False)


def named_openings(who: Who, ref: str, language: str, request_id: str) -> list[Line]:
    """Return them with the names of people: only where the officer released them (R61). Traced before.

    Raises:
        RefusedError: names were not released for this patient; the attempt is traced.
    """
    if not released(ref):
        note(who, Action.LIST, "names-not-released", request_id, Decision.REFUSE, patient=ref)
        raise RefusedError("The names of who opened this record are not released.", "Ask the DPO.")
    note(who, Action.LIST, "openings-with-names", request_id, patient=ref)
    return _lines(ref, language, named=True)


def release(who: Who, ref: str, reason: str, request_id: str) -> None:
    """Let this patient know the names: the officer's decision, kept and traced before it counts.

    Raises:
        RefusedError: somebody else than the data protection officer; the attempt is traced.
        BadInputError: no such reason.
    """
    if who.profession != Profession.DPO:
        note(who, Action.NOTICE, "release-not-granted", request_id, Decision.REFUSE, patient=ref)
        raise RefusedError("Only the data protection officer releases names.", "Ask them.")
    if reason not in REASONS:
        raise BadInputError(f"{reason!r} is no reason of a release.", f"Choose one of {', '.join(sorted(REASONS))}.")
    sequence = note(who, Action.NOTICE, "names-released", request_id, patient=ref, detail=reason)
    Release.objects.create(patient=ref, reason=reason, by=who.account, at=datetime.now(UTC), sequence=sequence)


def released(ref: str) -> bool:
    """Tell whether names were released for this patient."""
    return Release.objects.filter(patient=ref).exists()


def _lines(ref: str, language: str, *, named: bool) -> list[Line]:
    if language not in LANGUAGES:
        raise BadInputError(f"{language!r} is not a language of documents.", "Choose fr or en.")
    since = datetime.now(UTC) - YEARS
    return [line(one, language) for one in of_patient(ref, named=named, since=since, most=EVERY)]


def line(one: Opening, language: str) -> Line:
    """Put one opening in words."""
    route = ROUTES.get(one.action)
    return Line(
        at=one.at,
        unit=one.unit,
        profession=profession(one.profession, language),
        who=one.who,
        act=route.to(language) if route else one.action.value,
        data=tuple(DATA[word].to(language) for word in one.compartments),
        why=why(one, language),
        glass=one.glass,
        sequence=one.sequence,
    )


def why(one: Opening, language: str) -> str:
    """Say why: the glass, the duty, else the purpose and that a reason was given."""
    if one.glass:
        return GLASS.to(language)
    if one.duty is not None:
        return DUTIES[one.duty].to(language)
    purpose = PURPOSES[one.purpose].to(language) if one.purpose is not None else ""
    return f"{purpose} – {UNSAID.to(language)}" if one.reason else purpose
