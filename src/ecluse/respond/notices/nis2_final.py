"""The final report of NIS2: directive (EU) 2022/2555, article 23(4)(d), one month after the incident notification."""

from datetime import timedelta

from ecluse.respond.notices import fields as f
from ecluse.respond.notices.base import Clock, Field, From, Notice
from ecluse.respond.notices.nis2_early import BORDERS, CHECK_SCOPE
from ecluse.respond.words import Said

B = "NIS2 art. 23(4)(d)"
DETAIL = Field(
    "detail",
    Said("Description détaillée, gravité et incidence", "Detailed description, severity and impact"),
    f"{B}(i)",
    From.PERSON,
)
CAUSE = Field(
    "cause", Said("Type de menace ou cause profonde", "Type of threat or root cause"), f"{B}(ii)", From.PERSON
)
MITIGATION = Field(
    "mitigation",
    Said("Mesures d’atténuation appliquées et en cours", "Mitigation applied and ongoing"),
    f"{B}(iii)",
    From.PERSON,
)
NOTICE = Notice(
    name="nis2-final",
    title=Said("NIS2 : rapport final", "NIS2: final report"),
    basis=(B,),
    to=Said("CSIRT ou autorité compétente", "CSIRT or competent authority"),
    how=Said("Par la voie que l’autorité publie.", "By the way that the authority publishes."),
    fields=(
        f.ESTABLISHMENT,
        f.AWARE,
        f.DATES,
        DETAIL,
        CAUSE,
        MITIGATION,
        BORDERS,
        f.HOW,
        f.COUNT,
        f.RECORDS,
        f.PROOF,
    ),
    clock=Clock(
        B,
        lambda settings: timedelta(days=settings.nis2_final_days),
        Said("{days} jours après la notification d’incident", "{days} days after the incident notification"),
        start=lambda times: times.notified,
    ),
    check=(CHECK_SCOPE, f.CHECK_FIGURES, f.CHECK_FORM, f.CHECK_LAW),
)
