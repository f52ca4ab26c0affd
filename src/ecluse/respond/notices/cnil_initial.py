"""The initial notification to the CNIL: RGPD article 33(1), (3) and (4). Figures may be completed later."""

from datetime import timedelta

from ecluse.respond.notices import fields as f
from ecluse.respond.notices.base import Clock, Notice
from ecluse.respond.words import Said

NOTICE = Notice(
    name="cnil-initial",
    title=Said("Notification initiale à la CNIL", "Initial notification to the CNIL"),
    basis=("RGPD art. 33(1)", "RGPD art. 33(3)", "RGPD art. 33(4)"),
    to=Said("Commission nationale de l’informatique et des libertés", "CNIL, the French data protection authority"),
    how=Said("Téléservice de notification : cnil.fr/notifier", "Online service: cnil.fr/notifier"),
    fields=(*f.ARTICLE_33_3, f.DELAY, *f.ASKED_BY_THE_FORM, f.PROOF),
    clock=Clock(
        "RGPD art. 33(1)",
        lambda settings: timedelta(hours=settings.cnil_hours),
        Said("{hours} heures après en avoir pris connaissance", "{hours} hours after having become aware"),
        reasons=True,
    ),
    check=(f.CHECK_RISK, f.CHECK_FIGURES, f.CHECK_FORM, f.CHECK_LAW),
)
