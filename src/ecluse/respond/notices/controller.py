"""What a processor tells its controller: RGPD article 33(2), without undue delay after becoming aware."""

from ecluse.respond.notices import fields as f
from ecluse.respond.notices.base import Clock, Notice
from ecluse.respond.words import Said

NOTICE = Notice(
    name="controller",
    title=Said("Information du responsable de traitement", "Notice to the controller"),
    basis=("RGPD art. 33(2)", "RGPD art. 28(3)(f)"),
    to=Said("Le responsable de traitement", "The controller"),
    how=Said("Par la voie que le contrat prévoit.", "By the way that the contract names."),
    fields=(*f.ARTICLE_33_3, f.PROOF),
    clock=Clock("RGPD art. 33(2)", lambda _settings: None, Said("dans les meilleurs délais", "without undue delay")),
    check=(
        Said(
            "Le contrat peut fixer un délai plus court et d’autres rubriques.",
            "The contract may set a shorter delay and other headings.",
        ),
        f.CHECK_FIGURES,
        f.CHECK_LAW,
    ),
)
