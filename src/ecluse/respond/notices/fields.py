"""Fields that several notices share. Each says by which text it is asked, and how its value is found."""

from collections.abc import Iterable

from ecluse.core.words import Action
from ecluse.respond import words as w
from ecluse.respond.notices.base import Facts, Field, From, never
from ecluse.respond.words import DATA, ROUTES, Said, colon, counted, moment, profession

A33 = "RGPD art. 33(3)"


def joined(*parts: str) -> str:
    """Return settings with a dash between; empty when the first is."""
    return " – ".join(part for part in parts if part) if parts[0] else ""


def listed(parts: Iterable[str], language: str) -> str:
    """Return parts of a sentence with semicolons between, as the language writes them."""
    return ("\N{NO-BREAK SPACE}; " if language == "fr" else "; ").join(parts)


def patients(facts: Facts, language: str) -> str:
    """Return the number of people."""
    exact = Said("(décompte exact de la trace)", "(exact count of the trace)").to(language)
    certain = f"{counted(facts.patients, w.PEOPLE, language)} {exact}"
    return listed((certain, counted(facts.possible, w.OTHERS, language)), language)


def records(facts: Facts, language: str) -> str:
    """Return the categories and number of records: accesses that released a key, by category of data."""
    head = counted(facts.accesses, w.ACCESSES, language)
    parts = [f"{DATA[word].to(language)}{colon(language)}{count}" for word, count in facts.by_data.items()]
    return listed((head, *parts), language)


def people(_facts: Facts, language: str) -> str:
    """Return the categories of people: those of a record of care."""
    return "patients de l’établissement" if language == "fr" else "patients of the establishment"


def dates(facts: Facts, language: str) -> str:
    """Return the first and the last access."""
    first, last = (moment(at, language, facts.zone) for at in (facts.first, facts.last))
    return f"du {first} au {last}" if language == "fr" else f"from {first} to {last}"


def aware(facts: Facts, language: str) -> str:
    """Return when it became known."""
    return moment(facts.aware, language, facts.zone)


def how(facts: Facts, language: str) -> str:
    """Return by which accounts and routes."""
    kinds = ", ".join(profession(word, language) for word in facts.professions) or "–"
    routes = ", ".join(f"{ROUTES[Action(word)].to(language)} {count}" for word, count in facts.by_route.items())
    accounts = f"{counted(len(facts.accounts), w.ACCOUNTS, language)} ({kinds})"
    return listed((accounts, routes or "–", counted(facts.attempts, w.ATTEMPTS, language)), language)


def dpo(facts: Facts, _language: str) -> str:
    """Return the data protection officer and how to reach them."""
    return joined(facts.settings.dpo, facts.settings.dpo_contact) if facts.settings.dpo_contact else ""


def controller(facts: Facts, _language: str) -> str:
    """Return the controller and how to reach them."""
    return joined(facts.settings.controller, facts.settings.controller_contact)


def establishment(facts: Facts, _language: str) -> str:
    """Return the establishment and its FINESS number."""
    return joined(facts.establishment, facts.settings.finess and f"FINESS {facts.settings.finess}")


def proof(facts: Facts, _language: str) -> str:
    """Return the signed head all figures stand under."""
    return f"{facts.head_size} · {facts.head_root}"


CONTROLLER = Field(
    "controller", Said("Responsable de traitement", "Controller"), "RGPD art. 33(1)", From.SETTING, controller
)
ESTABLISHMENT = Field(
    "establishment", Said("Établissement", "Establishment"), "CSP D. 1111-16-3", From.SETTING, establishment
)
NATURE = Field(
    "nature",
    Said("Nature de la violation", "Nature of the breach"),
    f"{A33}(a)",
    From.PERSON,
    hint=Said(
        "Ce qui s’est passé, en quelques phrases ; perte de confidentialité, d’intégrité ou de disponibilité.",
        "What happened, in a few sentences; loss of confidentiality, integrity or availability.",
    ),
)
PEOPLE = Field("people", Said("Catégories de personnes", "Categories of people"), f"{A33}(a)", From.TRACE, people)
COUNT = Field("count", Said("Nombre de personnes", "Number of people"), f"{A33}(a)", From.TRACE, patients)
RECORDS = Field(
    "records", Said("Catégories et nombre d’enregistrements", "Categories and number of records"), f"{A33}(a)",
    From.TRACE, records,
)  # fmt: skip
CONTACT = Field(
    "dpo", Said("Délégué à la protection des données", "Data protection officer"), f"{A33}(b)", From.SETTING, dpo
)
CONSEQUENCES = Field(
    "consequences",
    Said("Conséquences probables", "Likely consequences"),
    f"{A33}(c)",
    From.PERSON,
    hint=Said(
        "Par exemple : hameçonnage, usurpation d’identité, fraude à la mutuelle, atteinte à la vie privée, chantage.",
        "For example: phishing, identity theft, insurance fraud, loss of privacy, blackmail.",
    ),
)
MEASURES = Field(
    "measures",
    Said("Mesures prises ou envisagées", "Measures taken or planned"),
    f"{A33}(d)",
    From.PERSON,
    hint=Said("Avec celles qui limitent les conséquences.", "With those that limit the consequences."),
)
DELAY = Field(
    "delay",
    Said("Motifs du retard", "Reasons for the delay"),
    "RGPD art. 33(1)",
    From.PERSON,
    asked=lambda facts: facts.late,
)
DATES = Field("dates", Said("Dates des accès", "Dates of the accesses"), f"{A33}(a)", From.TRACE, dates)
AWARE = Field("aware", Said("Prise de connaissance", "Became known"), "RGPD art. 33(1)", From.TRACE, aware)
HOW = Field("how", Said("Comptes et voies", "Accounts and routes"), f"{A33}(a)", From.TRACE, how)
PROOF = Field("proof", Said("Tête signée de la trace", "Signed head of the trace"), "RGPD art. 5(2)", From.TRACE, proof)
TOLD = Field(
    "told",
    Said("Information des personnes", "Communication to people"),
    "RGPD art. 34",
    From.PERSON,
    asked=never,
    hint=Said("Faite, prévue (date), ou pourquoi non.", "Done, planned (date), or why not."),
)
CROSS_BORDER = Field(
    "cross_border", Said("Effets hors de France", "Effects outside France"), "RGPD art. 56", From.PERSON, asked=never
)
VULNERABLE = Field(
    "vulnerable",
    Said("Personnes vulnérables", "Vulnerable people"),
    "EDPB 9/2022",
    From.PERSON,
    asked=never,
    hint=Said("Mineurs, majeurs protégés, personnes connues.", "Minors, protected adults, well-known people."),
)
ARTICLE_33_3 = (
    CONTROLLER,
    CONTACT,
    AWARE,
    DATES,
    NATURE,
    HOW,
    PEOPLE,
    COUNT,
    RECORDS,
    CONSEQUENCES,
    MEASURES,
)
"""What RGPD article 33(3)(a) to (d) asks for: of the authority’s notices, and of a processor’s to its controller."""
ASKED_BY_THE_FORM = (VULNERABLE, TOLD, CROSS_BORDER)
CHECK_FIGURES = Said(
    "Les chiffres sont ceux de la trace d’Écluse seule : ajouter ce qui a pu sortir d’ailleurs.",
    "The figures are of Écluse’s own trace: add what may have left elsewhere.",
)
CHECK_RISK = Said(
    "Le niveau de risque pour les personnes se juge par une personne, avec le délégué.",
    "The level of risk to people is judged by a person, with the officer.",
)
CHECK_FORM = Said(
    "Le formulaire du destinataire fait foi : comparer ses rubriques avec celles-ci avant l’envoi.",
    "The recipient’s own form prevails: compare its headings with these before sending.",
)
CHECK_LAW = Said(
    "Vérifier que les délais et les textes n’ont pas changé.", "Check that delays and texts have not changed."
)
