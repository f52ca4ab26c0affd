"""What people are told: RGPD article 34(2), in clear and plain language. The letters are made from it."""

from ecluse.respond.notices import fields as f
from ecluse.respond.notices.base import Clock, Field, From, Notice
from ecluse.respond.words import Said

PLAIN = Field(
    "plain",
    Said("Ce qui s’est passé, en mots simples", "What happened, in plain words"),
    "RGPD art. 34(2)",
    From.PERSON,
    hint=Said(
        "Deux ou trois phrases qu’une personne sans connaissance technique comprend.",
        "Two or three sentences that anybody understands.",
    ),
)
NOTICE = Notice(
    name="people",
    title=Said("Communication aux personnes concernées", "Communication to the people concerned"),
    basis=("RGPD art. 34(1)", "RGPD art. 34(2)"),
    to=Said("Chaque personne dont les données ont été exposées", "Each person whose data were exposed"),
    how=Said(
        "Lettre à chacun : ecluse letters. Communication publique si l’effort est disproportionné (art. 34(3)(c)).",
        "A letter to each: ecluse letters. Public communication if the effort is disproportionate (art. 34(3)(c)).",
    ),
    fields=(f.CONTROLLER, f.CONTACT, PLAIN, f.DATES, f.COUNT, f.CONSEQUENCES, f.MEASURES, f.PROOF),
    clock=Clock(
        "RGPD art. 34(1)", lambda _settings: None, Said("dans les meilleurs délais", "without undue delay")
    ),
    check=(
        Said("Le risque est-il élevé ? Sinon, noter pourquoi au registre.", "Is the risk high? If not, say why in the "
             "register."),
        f.CHECK_FIGURES,
        Said(
            "Faire relire la lettre par une personne étrangère à l’affaire.",
            "Have somebody who knows nothing of the matter read the letter.",
        ),
        f.CHECK_LAW,
    ),
)  # fmt: skip
