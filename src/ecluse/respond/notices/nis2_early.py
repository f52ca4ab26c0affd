"""The early warning of NIS2: directive (EU) 2022/2555, article 23(4)(a), within 24 hours."""

from datetime import timedelta

from ecluse.respond.notices import fields as f
from ecluse.respond.notices.base import Clock, Field, From, Notice
from ecluse.respond.words import Said

B = "NIS2 art. 23(4)(a)"
MALICIOUS = Field("malicious", Said("Acte illicite ou malveillant présumé", "Suspected unlawful or malicious act"), B,
                  From.PERSON)  # fmt: skip
BORDERS = Field("borders", Said("Incidence transfrontière possible", "Possible cross-border impact"), B, From.PERSON)
CHECK_SCOPE = Said(
    "L’établissement est-il une entité soumise à NIS2, et la transposition française est-elle en vigueur ? À vérifier.",
    "Is the establishment an entity under NIS2, and is the French transposition in force? To be checked.",
)
NOTICE = Notice(
    name="nis2-early",
    title=Said("NIS2 : alerte précoce", "NIS2: early warning"),
    basis=(B,),
    to=Said("CSIRT ou autorité compétente", "CSIRT or competent authority"),
    how=Said("Par la voie que l’autorité publie.", "By the way that the authority publishes."),
    fields=(f.ESTABLISHMENT, f.AWARE, f.NATURE, MALICIOUS, BORDERS, f.COUNT, f.PROOF),
    clock=Clock(
        B,
        lambda settings: timedelta(hours=settings.nis2_early_hours),
        Said("{hours} heures après en avoir eu connaissance", "{hours} hours after having become aware"),
    ),
    check=(CHECK_SCOPE, f.CHECK_FORM, f.CHECK_LAW),
)
