"""The entry of the register of breaches: RGPD article 33(5), for every breach, notified or not."""

from ecluse.respond.notices import fields as f
from ecluse.respond.notices.base import Clock, Field, From, Notice
from ecluse.respond.words import Said

B = "RGPD art. 33(5)"
EFFECTS = Field("effects", Said("Effets", "Effects"), B, From.PERSON)
REMEDIES = Field("remedies", Said("Mesures correctives", "Remedial action"), B, From.PERSON)
RISK = Field(
    "risk",
    Said("Risque pour les personnes, et pourquoi", "Risk to people, and why"),
    "RGPD art. 33(1), 34(1)",
    From.PERSON,
)
NOTIFIED = Field(
    "notified", Said("Notifiée à qui, quand ; sinon pourquoi", "Notified to whom, when; else why not"), B, From.PERSON
)
NOTICE = Notice(
    name="register",
    title=Said("Inscription au registre des violations", "Entry of the register of breaches"),
    basis=(B,),
    to=Said("Registre de l’établissement, à la disposition de la CNIL", "The register, at the authority’s disposal"),
    how=Said("Reste dans l’établissement.", "Stays in the establishment."),
    fields=(
        f.CONTROLLER,
        f.AWARE,
        f.DATES,
        f.NATURE,
        f.HOW,
        f.COUNT,
        f.RECORDS,
        EFFECTS,
        REMEDIES,
        RISK,
        NOTIFIED,
        f.PROOF,
    ),
    clock=Clock(B, lambda _settings: None, Said("pour toute violation", "for every breach")),
    check=(f.CHECK_RISK, f.CHECK_FIGURES, f.CHECK_LAW),
)
