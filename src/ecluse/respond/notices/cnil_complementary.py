"""The complementary notification to the CNIL: RGPD article 33(4), without undue further delay."""

from ecluse.respond.notices import fields as f
from ecluse.respond.notices.base import Clock, Field, From, Notice
from ecluse.respond.words import Said

INITIAL = Field(
    "initial_number",
    Said("Numéro de la notification initiale", "Number of the initial notification"),
    "RGPD art. 33(4)",
    From.PERSON,
)
CHANGES = Field(
    "changes",
    Said("Ce qui est nouveau depuis la notification initiale", "What is new since the initial notification"),
    "RGPD art. 33(4)",
    From.PERSON,
)
NOTICE = Notice(
    name="cnil-complementary",
    title=Said("Notification complémentaire à la CNIL", "Complementary notification to the CNIL"),
    basis=("RGPD art. 33(3)", "RGPD art. 33(4)"),
    to=Said("Commission nationale de l’informatique et des libertés", "CNIL, the French data protection authority"),
    how=Said("Téléservice de notification : cnil.fr/notifier", "Online service: cnil.fr/notifier"),
    fields=(INITIAL, CHANGES, *f.ARTICLE_33_3, *f.ASKED_BY_THE_FORM, f.PROOF),
    clock=Clock(
        "RGPD art. 33(4)", lambda _settings: None, Said("sans autre retard indu", "without undue further delay")
    ),
    check=(f.CHECK_RISK, f.CHECK_FIGURES, f.CHECK_FORM, f.CHECK_LAW),
)
