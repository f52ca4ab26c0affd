"""The incident notification of NIS2: directive (EU) 2022/2555, article 23(4)(b), within 72 hours."""

from datetime import timedelta

from ecluse.respond.notices import fields as f
from ecluse.respond.notices.base import Clock, Field, From, Notice, never
from ecluse.respond.notices.nis2_early import BORDERS, CHECK_SCOPE, MALICIOUS
from ecluse.respond.words import Said

B = "NIS2 art. 23(4)(b)"
SEVERITY = Field("severity", Said("Gravité : première évaluation", "Severity: initial assessment"), B, From.PERSON)
IMPACT = Field("impact", Said("Incidence : première évaluation", "Impact: initial assessment"), B, From.PERSON)
INDICATORS = Field("indicators", Said("Indicateurs de compromission", "Indicators of compromise"), B, From.PERSON,
                   asked=never)  # fmt: skip
NOTICE = Notice(
    name="nis2-notification",
    title=Said("NIS2 : notification d’incident", "NIS2: incident notification"),
    basis=(B,),
    to=Said("CSIRT ou autorité compétente", "CSIRT or competent authority"),
    how=Said("Par la voie que l’autorité publie.", "By the way that the authority publishes."),
    fields=(
        f.ESTABLISHMENT,
        f.AWARE,
        f.DATES,
        f.NATURE,
        MALICIOUS,
        BORDERS,
        SEVERITY,
        IMPACT,
        f.HOW,
        f.COUNT,
        f.RECORDS,
        f.MEASURES,
        INDICATORS,
        f.PROOF,
    ),
    clock=Clock(
        B,
        lambda settings: timedelta(hours=settings.nis2_notification_hours),
        Said("{hours} heures après en avoir eu connaissance", "{hours} hours after having become aware"),
    ),
    check=(CHECK_SCOPE, f.CHECK_FIGURES, f.CHECK_FORM, f.CHECK_LAW),
)
