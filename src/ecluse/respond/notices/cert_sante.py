"""The report to the CERT Santé (ANS): CSP L. 1111-8-2, D. 1111-16-2 and D. 1111-16-3, without delay.

The annex of the order of 30 October 2017 names the blocks (date, scope, follow-up, impacts on the structure and on
data, origin); its fields are those of the portal's form, which prevails.
"""

from ecluse.respond.notices import fields as f
from ecluse.respond.notices.base import Clock, Field, From, Notice, never
from ecluse.respond.words import Said

B = "Arrêté du 30 octobre 2017, annexe"
SCOPE = Field("scope", Said("Périmètre", "Scope"), B, From.PERSON)
STRUCTURE = Field("structure", Said("Impacts sur la structure et les soins", "Impacts on the structure and on care"),
                  B, From.PERSON)  # fmt: skip
ORIGIN = Field("origin", Said("Origine connue ou supposée", "Origin, known or supposed"), B, From.PERSON)
STATE = Field("state", Said("État du traitement", "State of the handling"), B, From.PERSON)
REPORTER = Field("reporter", Said("Déclarant et moyen de le joindre", "Reporter and how to reach them"),
                 "CSP D. 1111-16-3", From.PERSON)  # fmt: skip
SPREAD = Field("spread", Said("Peut se propager à d’autres", "May spread to others"), "CSP D. 1111-16-2", From.PERSON,
               asked=never)  # fmt: skip
NOTICE = Notice(
    name="cert-sante",
    title=Said("Signalement au CERT Santé", "Report to the CERT Santé"),
    basis=("CSP L. 1111-8-2", "CSP D. 1111-16-2", "CSP D. 1111-16-3", B),
    to=Said("CERT Santé (Agence du numérique en santé)", "CERT Santé (national agency of digital health)"),
    how=Said(
        "signalement.social-sante.gouv.fr, professionnel de santé, puis cybersécurité ; par téléphone hors des heures "
        "ouvrées.",
        "signalement.social-sante.gouv.fr, professional, then cybersecurity; by telephone at night.",
    ),
    fields=(
        f.ESTABLISHMENT,
        REPORTER,
        f.AWARE,
        f.DATES,
        f.NATURE,
        SCOPE,
        STRUCTURE,
        f.COUNT,
        f.RECORDS,
        ORIGIN,
        f.HOW,
        f.MEASURES,
        STATE,
        SPREAD,
        f.PROOF,
    ),
    clock=Clock("CSP L. 1111-8-2", lambda _settings: None, Said("sans délai", "without delay")),
    check=(
        Said(
            "L’incident est-il grave ou significatif au sens du code ? Le directeur ou son délégué signale.",
            "Is the incident serious or significant as the code means it? The director or a delegate reports.",
        ),
        f.CHECK_FORM,
        f.CHECK_FIGURES,
        f.CHECK_LAW,
    ),
)
