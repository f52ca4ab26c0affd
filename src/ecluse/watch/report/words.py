"""The words of the report, English and French side by side, and what to do about each family of signs."""

from typing import NamedTuple


class Both(NamedTuple):
    """One sentence in the two languages."""

    en: str
    fr: str


TITLE = Both("Who behaves like a thief in these logs", "Qui se conduit en voleur dans ces journaux")
LEAD = Both(
    "Each case below is an account whose accesses are far from its own habit and from its profession's. "
    "It is a reason to look, not a proof of guilt.",
    "Chaque cas ci-dessous est un compte dont les accès s’écartent fortement de ses habitudes et de celles de sa "
    "profession. C’est une raison de regarder, pas une preuve de faute.",
)
WORDS: dict[str, Both] = {
    "nothing": Both(
        "No account behaves like a thief, as far as these logs show. Read below what they cannot show.",
        "Aucun compte ne se conduit en voleur, pour autant que ces journaux le montrent. Lisez plus bas ce qu’ils ne "
        "peuvent pas montrer.",
    ),
    "events": Both("events", "événements"),
    "accounts": Both("accounts", "comptes"),
    "patients": Both("patients", "patients"),
    "days": Both("days", "jours"),
    "cases": Both("cases", "cas"),
    "rejected": Both("lines could not be read", "lignes illisibles"),
    "what": Both("What happened", "Ce qui s’est passé"),
    "exposed": Both("Patients exposed", "Patients exposés"),
    "certain": Both("certain: named in the accesses of these hours", "certains : nommés dans les accès de ces heures"),
    "possible": Both(
        "possible: named by the same account on these days, outside these hours",
        "possibles : nommés par le même compte ces jours-là, hors de ces heures",
    ),
    "unnamed": Both(
        "counted by the log without being named (lists, exports)",
        "comptés par le journal sans être nommés (listes, exports)",
    ),
    "least": Both(
        "At least: the log itself does not know the whole number.",
        "Au moins : le journal lui-même ne connaît pas le nombre entier.",
    ),
    "picture": Both(
        "Patients shown each day. Red: days of the case. Line: the account's habit before. "
        "Dashes: 95 % of its peers' days lie below.",
        "Patients montrés chaque jour. Rouge : jours du cas. Trait : habitude du compte avant. "
        "Tirets : 95 % des jours de ses pairs sont au-dessous.",
    ),
    "check": Both("Check by hand:", "Vérifier à la main :"),
    "do": Both("What to do now", "Que faire maintenant"),
    "blind": Both("What these logs cannot show", "Ce que ces journaux ne peuvent pas montrer"),
    "integrity": Both("What is wrong with these logs as evidence", "Ce qui affaiblit ces journaux comme preuve"),
    "unread": Both("Files nobody could read", "Fichiers que rien n’a su lire"),
    "bound": Both(
        "At {n} cases a day, at most {e} cases are to be expected from such a log if nothing was stolen.",
        "À {n} cas par jour, au plus {e} cas sont à attendre d’un tel journal si rien n’a été volé.",
    ),
    "left": Both("{n} weaker cases did not fit.", "{n} cas plus faibles n’ont pas trouvé place."),
    "more": Both("… and {n} more: `ecluse scan --json`.", "… et {n} autres : `ecluse scan --json`."),
    "and_more": Both("and {n} more", "et {n} autres"),
    "score": Both("score {s} (power of ten of the evidence)", "score {s} (puissance de dix de l’évidence)"),
    "english": Both("", "(en anglais, comme les disent les lecteurs de journaux)"),
}
FIRST: tuple[Both, ...] = (
    Both(
        "Stop it: lock the account and end its sessions, in the record software and at the directory; care goes on "
        "under the colleagues' own accounts.",
        "Arrêter : verrouiller le compte et fermer ses sessions, dans le logiciel et à l’annuaire ; les soins "
        "continuent sous les comptes des collègues.",
    ),
    Both(
        "Ask the person, by telephone or face to face, never by mail: was it you?",
        "Demander à la personne, par téléphone ou de vive voix, jamais par courriel : était-ce vous ?",
    ),
    Both(
        "Keep the evidence: copy the logs read here, with their digests, where this account cannot write.",
        "Garder les preuves : copier les journaux lus ici, avec leurs empreintes, là où les droits de ce compte ne "
        "permettent pas d’écrire.",
    ),
    Both(
        "If it was a thief: new credentials and a second factor before the account is opened again; look for the same "
        "address and device under other accounts.",
        "Si c’était un voleur : nouveaux identifiants et second facteur avant de rouvrir le compte ; chercher la même "
        "adresse et le même poste sous d’autres comptes.",
    ),
    Both(
        "Tell the data-protection officer now: the 72 hours of article 33 of the GDPR run from when you know.",
        "Prévenir le délégué à la protection des données maintenant : les 72 heures de l’article 33 du RGPD courent "
        "dès que vous savez.",
    ),
)
MORE: dict[str, Both] = {
    "export": Both(
        "Find where the exported files went (folders of the server, mail, USB), and close the export function to this "
        "account's profile.",
        "Retrouver où sont allés les fichiers exportés (dossiers du serveur, messagerie, USB), et fermer la fonction "
        "d’export au profil de ce compte.",
    ),
    "scraping": Both(
        "Records were displayed in lists without being opened: those patients count as exposed.",
        "Des dossiers ont été affichés en liste sans être ouverts : ces patients comptent comme exposés.",
    ),
    "guessing": Both(
        "Somebody tried passwords: look at what else the same address tried, and block it.",
        "Quelqu’un a essayé des mots de passe : regarder ce que la même adresse a essayé d’autre, et la bloquer.",
    ),
    "dormant": Both(
        "Close accounts nobody uses: this one was asleep or past its end.",
        "Fermer les comptes que personne n’utilise : celui-ci dormait ou était échu.",
    ),
    "gained": Both(
        "Find who granted the right used here, and take it back.",
        "Trouver qui a donné le droit utilisé ici, et le retirer.",
    ),
    "kin": Both(
        "The patients look related to the person: this is for a talk with the superior rather than for the police.",
        "Les patients semblent liés à la personne : c’est l’affaire d’un entretien plutôt que d’une plainte.",
    ),
    "shared": Both(
        "Several accounts share the work: lock them together, or the others go on.",
        "Plusieurs comptes se partagent le travail : les verrouiller ensemble, sinon les autres continuent.",
    ),
    "tamper": Both(
        "The log was stopped or changed: what happened meanwhile is in no log; count every patient as possible.",
        "Le journal a été arrêté ou modifié : ce qui s’est passé alors n’est nulle part ; compter chaque patient comme "
        "possible.",
    ),
}
MORE["spraying"] = MORE["guessing"]


SNOOPING_MOST = 20  # patients: who looked at more was not curious about a neighbour


def to_do(detectors: list[str], patients: int) -> list[Both]:
    """Return what to do about a case of so many patients in which these detectors spoke, in order."""
    spoke = [name for name in detectors if name != "kin" or patients <= SNOOPING_MOST]
    own = list(dict.fromkeys(MORE[name] for name in spoke if name in MORE))
    return [FIRST[0], *own, *FIRST[1:]]
