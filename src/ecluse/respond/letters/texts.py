"""The words of the letters: plain, short, in French and English. What happened comes from the finished notice."""

from ecluse.core.words import Compartment
from ecluse.respond.words import Said

SUBJECT = Said("Vos données personnelles : une information importante", "Your personal data: an important notice")
ADULT = Said("Madame, Monsieur,", "Dear Sir or Madam,")
PARENTS = Said(
    "À l’attention des titulaires de l’autorité parentale de {name}",
    "To those who have parental authority over {name}",
)
CHILD = Said("Cette lettre concerne le dossier de {name}.", "This letter is about the record of {name}.")
HEADINGS = {
    "what": Said("Ce qui s’est passé", "What happened"),
    "data": Said("Les données concernées", "The data concerned"),
    "consequences": Said("Ce qui peut arriver", "What may follow"),
    "measures": Said("Ce que nous avons fait", "What we have done"),
    "watch": Said("Ce à quoi faire attention", "What to watch for"),
    "contact": Said("À qui parler", "Whom to talk to"),
}
SHOWN = Said(
    "Les parties suivantes du dossier ont été ouvertes sans droit :",
    "These parts of the record were opened without right:",
)
CONTACT = Said(
    "Délégué à la protection des données : {dpo}. Vous pouvez aussi déposer une réclamation auprès de la CNIL "
    "(cnil.fr).",
    "Data protection officer: {dpo}. You may also lodge a complaint with the CNIL (cnil.fr).",
)
ALWAYS = (
    Said(
        "Personne de chez nous ne vous demandera un mot de passe, un code reçu par message ou un numéro de carte.",
        "Nobody of ours will ask you for a password, a code you received, or a card number.",
    ),
    Said(
        "Si l’on vous contacte en citant ces données, raccrochez et rappelez vous-même l’organisme à son numéro "
        "habituel.",
        "If somebody contacts you and quotes these data, hang up and call the organisation yourself, at its usual "
        "number.",
    ),
)
WATCH = {
    Compartment.IDENTITY: Said(
        "Usurpation d’identité : un crédit, un abonnement ou un contrat que vous n’avez pas demandé. Portez plainte.",
        "Identity theft: a loan, a subscription or a contract you did not ask for. Report it to the police.",
    ),
    Compartment.CONTACT: Said(
        "Hameçonnage : courriels, messages, appels ou visites de gens qui se disent de l’hôpital ou de l’assurance.",
        "Phishing: e-mails, messages, calls or visits by people who say they are of the hospital or the insurer.",
    ),
    Compartment.COVERAGE: Said(
        "Fraude : relisez vos décomptes de l’assurance maladie et de la mutuelle, et signalez un soin que vous n’avez "
        "pas reçu.",
        "Fraud: read the statements of your health insurance and top-up insurance, and report care you did not get.",
    ),
    Compartment.CARE: Said(
        "Faux rendez-vous : vérifiez toute convocation ou annulation auprès du service.",
        "False appointments: check any summons or cancellation with the unit.",
    ),
    Compartment.CLINICAL: Said(
        "Chantage ou démarchage : des données de santé peuvent servir à faire pression. Ne payez pas, portez plainte.",
        "Blackmail or selling: health data may be used to put pressure on you. Do not pay; report it to the police.",
    ),
}
HELP = Said(
    "Aide aux victimes d’actes malveillants en ligne : 17cyber.gouv.fr.",
    "Help for victims of malicious acts online (in French): 17cyber.gouv.fr.",
)
CLOSING = Said("Nous regrettons ce qui est arrivé.", "We are sorry that this happened.")
