"""The list as a PDF, for a file or a judge. Pseudonyms only."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from ecluse.respond import typeset
from ecluse.respond import words as w
from ecluse.respond.exposure.finding import Exposed, Exposure
from ecluse.respond.words import ROUTES, Said, counted, data_said, moment

TITLE = Said("Liste des dossiers exposés", "List of the records exposed")
INTRO = Said(
    "Établie à partir de la trace des accès. Les patients y figurent sous leur pseudonyme ; aucun nom n’y paraît.",
    "Drawn from the access trace. Patients stand under their pseudonym; no name appears.",
)
WORDS = {
    "asked": Said("Ce qui est demandé", "What is asked"),
    "what": Said("Critère", "Criterion"),
    "value": Said("Valeur", "Value"),
    "certain": Said("Exposition certaine", "Certain exposure"),
    "possible": Said("Exposition possible", "Possible exposure"),
    "proof": Said("Preuve", "Proof"),
}
COLUMNS = (
    Said("Pseudonyme", "Pseudonym"),
    Said("Données", "Data"),
    Said("Accès", "Accesses"),
    Said("Premier", "First"),
    Said("Dernier", "Last"),
)
CERTAIN = Said(
    "{patients}, {accesses} : une clé de déchiffrement a été délivrée. {attempts} : rien n’a été montré.",
    "{patients}, {accesses}: a key was released. {attempts}: nothing was shown.",
)
POSSIBLE = Said(
    "En plus : {patients}, {accesses} par d’autres comptes au même poste pendant la session, ou par la même session "
    "hors de la période. À examiner par une personne.",
    "Besides: {patients}, {accesses} by other accounts at the same workstation during the session, or by the same "
    "session outside the span. For a person to look into.",
)
ATTEMPTS = Said("tentatives refusées", "attempts refused")
PROOF = Said(
    "Tête signée de la trace. Les preuves d’inclusion de chaque accès accompagnent cette liste (dossier proofs) ; "
    "elles se vérifient avec la seule clé publique : ecluse exposure check.",
    "Signed head of the trace. The inclusion proof of each access comes with this list (folder proofs); they are "
    "checked with the public key alone: ecluse exposure check.",
)


def as_pdf(found: Exposure, language: str, zone: str, establishment: str, at: datetime | None = None) -> bytes:
    """Return the PDF; times in the clock of ``zone``."""
    made = at or datetime.now(UTC)
    values: dict[str, Any] = {
        "title": TITLE.to(language),
        "lang": language,
        "footer": f"{establishment} · {moment(made, language, zone)}",
        "intro": INTRO.to(language),
        "words": {name: said.to(language) for name, said in WORDS.items()},
        "columns": [said.to(language) for said in COLUMNS],
        "asked": asked(found, language, zone),
        "certain_said": figures(CERTAIN, found.patients, len(found.certain), found.attempts, language),
        "certain": lines(found.patients, language, zone),
        "possible_said": figures(POSSIBLE, found.possibly, len(found.possible), 0, language),
        "possible": lines(found.possibly, language, zone),
        "proof_said": PROOF.to(language),
        "head": f"{found.signed.note}{found.signed.vkey}",
    }
    return typeset.pdf("exposure", values, made)


def figures(said: Said, patients: list[Exposed], accesses: int, attempts: int, language: str) -> str:
    """Return the sentence with its figures."""
    return said.to(language).format(
        patients=counted(len(patients), w.PATIENTS, language),
        accesses=counted(accesses, w.ACCESSES, language),
        attempts=counted(attempts, w.ATTEMPTS, language),
    )


def asked(found: Exposure, language: str, zone: str) -> list[list[str]]:
    """Return the question."""
    scope = found.scope
    said = [
        (Said("Comptes", "Accounts"), ", ".join(scope.accounts) or "–"),
        (Said("Sessions", "Sessions"), ", ".join(scope.sessions) or "–"),
        (Said("Depuis", "From"), moment(scope.since, language, zone)),
        (Said("Jusqu’à", "Until"), moment(scope.until, language, zone)),
    ]
    return [[name.to(language), value] for name, value in said]


def lines(patients: Iterable[Exposed], language: str, zone: str) -> list[list[str]]:
    """Return one line a patient."""
    return [
        [
            one.patient,
            "; ".join(data_said(word, language) for word in one.compartments)
            + f" – {', '.join(ROUTES[route].to(language) for route in one.routes)}",
            str(one.times),
            moment(one.first, language, zone),
            moment(one.last, language, zone),
        ]
        for one in patients
    ]
