"""What only a person can write in the notices, as an exercise writes it. It says of itself that it is one."""

from ecluse.respond.words import Said

WRITTEN = {
    "nature": Said(
        "Exercice. Perte de confidentialité : la session d’une personne habilitée a été utilisée par un tiers pour "
        "ouvrir des dossiers. Aucune donnée n’a été modifiée ni rendue indisponible.",
        "Exercise. Loss of confidentiality: the session of an authorised person was used by somebody else to open "
        "records. Nothing was changed or made unavailable.",
    ),
    "consequences": Said(
        "Exercice. Hameçonnage citant des soins réels, usurpation d’identité, atteinte à la vie privée, chantage.",
        "Exercise. Phishing that quotes real care, identity theft, loss of privacy, blackmail.",
    ),
    "measures": Said(
        "Exercice. Compte coupé, sessions closes, second facteur renouvelé ; liste exacte établie ; lettres envoyées.",
        "Exercise. Account cut off, sessions ended, second factor renewed; exact list drawn up; letters sent.",
    ),
    "reporter": Said(
        "Exercice. Responsable de la sécurité, poste 4455, jour et nuit.",
        "Exercise. Security officer, extension 4455, day and night.",
    ),
    "scope": Said("Exercice. Dossier patient, un compte.", "Exercise. Patients’ records, one account."),
    "structure": Said(
        "Exercice. Aucun : les soins ont continué, personne d’autre n’a été arrêté.",
        "Exercise. None: care went on, nobody else was stopped.",
    ),
    "origin": Said(
        "Exercice. Supposée : logiciel malveillant sur le poste de la victime.",
        "Exercise. Supposed: malware on the victim’s workstation.",
    ),
    "state": Said("Exercice. Contenu ; enquête en cours.", "Exercise. Contained; under investigation."),
    "malicious": Said("Exercice. Oui, présumé.", "Exercise. Yes, suspected."),
    "borders": Said("Exercice. Aucune connue.", "Exercise. None known."),
    "plain": Said(
        "Exercice. Quelqu’un s’est servi du compte d’une personne de l’hôpital pour ouvrir votre dossier. Ce compte a "
        "été coupé. Aucune personne réelle n’est concernée par cette lettre.",
        "Exercise. Somebody used the account of a member of the hospital to open your record. That account was cut "
        "off. No real person is concerned by this letter.",
    ),
}


def written(language: str) -> dict[str, str]:
    """Return field → text."""
    return {key: said.to(language) for key, said in WRITTEN.items()}
