"""The words of the trace in the two languages of documents that leave: French and English.

Pages translate with gettext; a document is made for its reader, whatever the language of whoever makes it.
"""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ecluse.core.words import Action, Compartment, DutyKind, Profession, Purpose

LANGUAGES = ("fr", "en")


class Said(NamedTuple):
    """The same thing in French and in English."""

    fr: str
    en: str

    def to(self, language: str) -> str:
        """Return it in ``language``."""
        return self.fr if language == "fr" else self.en


class Noun(NamedTuple):
    """One of a thing, and several."""

    one: Said
    many: Said


ACCESSES = Noun(Said("accès", "access"), Said("accès", "accesses"))
ATTEMPTS = Noun(Said("tentative refusée", "attempt refused"), Said("tentatives refusées", "attempts refused"))
PATIENTS = Noun(Said("patient", "patient"), Said("patients", "patients"))
PEOPLE = Noun(Said("personne", "person"), Said("personnes", "people"))
OTHERS = Noun(Said("autre possible", "more possible"), Said("autres possibles", "more possible"))
ACCOUNTS = Noun(Said("compte", "account"), Said("comptes", "accounts"))
DATA = {
    Compartment.IDENTITY: Said(
        "identité (nom, prénoms, date et lieu de naissance, sexe, identifiants)",
        "identity (names, date and place of birth, sex, identifiers)",
    ),
    Compartment.CONTACT: Said(
        "coordonnées (adresse, téléphone, courriel, personnes à prévenir)",
        "contact details (address, telephone, e-mail, people to call)",
    ),
    Compartment.COVERAGE: Said(
        "assurance maladie et mutuelle (dont le numéro de sécurité sociale)",
        "health insurance and top-up insurance (with the social security number)",
    ),
    Compartment.CARE: Said(
        "parcours de soins (médecin traitant, séjours, rendez-vous, équipes)",
        "course of care (treating doctor, stays, appointments, teams)",
    ),
    Compartment.CLINICAL: Said(
        "données médicales (prescriptions, diagnostics, allergies, résultats, documents)",
        "medical data (prescriptions, diagnoses, allergies, results, documents)",
    ),
}
ROUTES = {
    Action.READ: Said("lecture", "read"),
    Action.HISTORY: Said("versions antérieures", "earlier versions"),
    Action.SEARCH: Said("affichage dans une recherche", "shown by a search"),
    Action.LIST: Said("affichage dans une liste", "shown in a list"),
    Action.PRINT: Said("impression", "printed"),
    Action.EVERYTHING: Said("dossier entier", "whole record"),
    Action.WRITE: Said("modification", "changed"),
    Action.CREATE: Said("création", "created"),
    Action.EXPORT: Said("export", "export"),
    Action.BREAK_GLASS: Said("bris de glace", "broken glass"),
    Action.ERASE: Said("effacement", "erased"),
}
PROFESSIONS = {
    Profession.PHYSICIAN: Said("médecin", "physician"),
    Profession.RESIDENT: Said("interne", "resident"),
    Profession.NURSE: Said("infirmier ou infirmière", "nurse"),
    Profession.AIDE: Said("aide-soignant ou aide-soignante", "nursing aide"),
    Profession.MIDWIFE: Said("sage-femme", "midwife"),
    Profession.PHARMACIST: Said("pharmacien ou pharmacienne", "pharmacist"),
    Profession.LABORATORY: Said("laboratoire", "laboratory"),
    Profession.RADIOLOGY: Said("imagerie", "radiology"),
    Profession.SECRETARY: Said("secrétariat médical", "medical secretary"),
    Profession.ADMISSIONS: Said("admissions", "admissions"),
    Profession.BILLING: Said("facturation", "billing"),
    Profession.DIM_PHYSICIAN: Said("médecin du DIM", "physician of medical information"),
    Profession.DIM_CODER: Said("codage (DIM)", "medical coding"),
    Profession.SOCIAL_WORKER: Said("service social", "social worker"),
    Profession.IT_ADMINISTRATOR: Said("administration informatique", "IT administrator"),
    Profession.SECURITY_OFFICER: Said("sécurité des systèmes d’information", "security officer"),
    Profession.DPO: Said("protection des données", "data protection officer"),
    Profession.AUDITOR: Said("audit", "auditor"),
    Profession.UNIT_HEAD: Said("responsable de service", "head of unit"),
    Profession.INTERFACE_SERVICE: Said("échange entre logiciels", "exchange between systems"),
}
PURPOSES = {
    Purpose.TREATMENT: Said("soins", "care"),
    Purpose.EMERGENCY: Said("soins urgents", "emergency care"),
    Purpose.BREAK_GLASS: Said("accès en urgence (bris de glace)", "emergency access (broken glass)"),
    Purpose.PAYMENT: Said("facturation", "payment"),
    Purpose.OPERATIONS: Said("fonctionnement de l’établissement", "running the establishment"),
    Purpose.COORDINATION: Said("coordination des soins", "coordination of care"),
    Purpose.PATIENT_REQUEST: Said("à la demande du patient", "at the patient’s request"),
    Purpose.LEGAL: Said("obligation légale", "legal duty"),
    Purpose.ADMINISTRATION: Said("administration du système", "system administration"),
}
DUTIES = {
    DutyKind.ENCOUNTER_IN_UNIT: Said("séjour dans le service", "stay in the unit"),
    DutyKind.APPOINTMENT: Said("rendez-vous", "appointment"),
    DutyKind.TREATING_DOCTOR: Said("médecin traitant", "treating doctor"),
    DutyKind.CARE_TEAM: Said("équipe de soins", "care team"),
    DutyKind.ORDER: Said("prescription adressée au service", "order to the department"),
    DutyKind.ON_CALL: Said("garde ou astreinte", "on call"),
    DutyKind.CODING: Said("codage du séjour", "coding of the stay"),
    DutyKind.ADMISSION: Said("admission", "admission"),
    DutyKind.BILLING: Said("facturation du séjour", "billing of the stay"),
    DutyKind.DELEGATION: Said("délégation par un collègue", "delegation by a colleague"),
    DutyKind.FEED: Said("échange avec un autre logiciel", "feed from another system"),
}


def profession(word: str, language: str) -> str:
    """Return a profession in words; one that is not known stays as it is."""
    found = PROFESSIONS.get(Profession(word)) if word in set(Profession) else None
    return found.to(language) if found else word


def data_said(word: Compartment, language: str) -> str:
    """Return a category of data by its name alone, without what it holds."""
    return DATA[word].to(language).partition(" (")[0]


def counted(number: int, noun: Noun, language: str) -> str:
    """Return a number with its noun: in French none and one are singular, in English one alone."""
    single = number < 2 if language == "fr" else number == 1  # noqa: PLR2004 - the grammar
    return f"{number} {(noun.one if single else noun.many).to(language)}"


def colon(language: str) -> str:
    """Return a colon as the language writes it: French puts a no-break space before."""
    return "\N{NO-BREAK SPACE}: " if language == "fr" else ": "


def moment(at: datetime | None, language: str, zone: str) -> str:
    """Return a time in the establishment's clock, with its zone; a dash for none."""
    if at is None:
        return "–"
    local = at.astimezone(ZoneInfo(zone))
    return local.strftime("%d/%m/%Y %H:%M:%S %Z" if language == "fr" else "%Y-%m-%d %H:%M:%S %Z")
