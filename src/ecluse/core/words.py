"""The closed vocabularies. The value of each member is the word stored in the trace: changing one is a migration.

Standards: compartments are ours (DESIGN section 3); purposes are HL7 v3 PurposeOfUse codes; ``amr`` words are RFC 8176.
"""

from enum import StrEnum


class Profession(StrEnum):
    """What a person or service is employed as. Rights start here (policy.toml, ``[professions.*]``)."""

    PHYSICIAN = "physician"
    RESIDENT = "resident"
    NURSE = "nurse"
    AIDE = "aide"
    MIDWIFE = "midwife"
    PHARMACIST = "pharmacist"
    LABORATORY = "laboratory"
    RADIOLOGY = "radiology"
    SECRETARY = "secretary"
    ADMISSIONS = "admissions"
    BILLING = "billing"
    DIM_PHYSICIAN = "dim-physician"
    DIM_CODER = "dim-coder"
    SOCIAL_WORKER = "social-worker"
    IT_ADMINISTRATOR = "it-administrator"
    SECURITY_OFFICER = "security-officer"
    DPO = "dpo"
    INTERFACE_SERVICE = "interface-service"
    PROVISIONING_SERVICE = "provisioning-service"
    AUDITOR = "auditor"
    UNIT_HEAD = "unit-head"


SERVICES = frozenset({Profession.INTERFACE_SERVICE, Profession.PROVISIONING_SERVICE})
"""What machines are employed as, and people never."""
OVERSEERS = frozenset({Profession.AUDITOR, Profession.UNIT_HEAD})
"""Who looks at how others work, and at no record: neither patients nor names of people reach their pages."""


class Compartment(StrEnum):
    """Which data of a patient: each has its own key, so that "which data of whom" is exact."""

    IDENTITY = "identity"
    CONTACT = "contact"
    COVERAGE = "coverage"
    CARE = "care"
    CLINICAL = "clinical"


class Action(StrEnum):
    """What was done. The first group touches patients; the second concerns accounts; the third the safe itself."""

    READ = "read"
    HISTORY = "history"
    SEARCH = "search"
    LIST = "list"
    PRINT = "print"
    EVERYTHING = "everything"
    WRITE = "write"
    CREATE = "create"
    EXPORT = "export"
    BREAK_GLASS = "break-glass"
    ERASE = "erase"

    LOGIN = "login"
    LOGIN_FAILURE = "login-failure"
    LOGOUT = "logout"
    STEP_UP = "step-up"
    FACTOR = "factor"
    SESSION_END = "session-end"
    NOTICE = "notice"

    PROPOSE = "propose"
    APPROVE = "approve"
    DECLINE = "decline"
    GRANT = "grant"
    REVIEW = "review"
    REVOKE = "revoke"
    RAISE_CAP = "raise-cap"
    LOCK = "lock"
    UNLOCK = "unlock"
    DECOY = "decoy"
    DUTY = "duty"
    START = "start"
    STOP = "stop"
    SETUP_CLOSED = "setup-closed"
    CASE = "case"
    ALARM = "alarm"


PATIENT_ACTIONS = frozenset(
    {
        Action.READ,
        Action.HISTORY,
        Action.SEARCH,
        Action.LIST,
        Action.PRINT,
        Action.EVERYTHING,
        Action.WRITE,
        Action.CREATE,
        Action.EXPORT,
        Action.BREAK_GLASS,
    }
)


class Purpose(StrEnum):
    """Why, in HL7 v3 PurposeOfUse codes."""

    TREATMENT = "TREAT"
    EMERGENCY = "ETREAT"
    BREAK_GLASS = "BTG"
    PAYMENT = "HPAYMT"
    OPERATIONS = "HOPERAT"
    COORDINATION = "COC"
    PATIENT_REQUEST = "PATRQT"
    LEGAL = "HLEGAL"
    ADMINISTRATION = "HSYSADMIN"


class Ground(StrEnum):
    """On what ground a patient is shown. Each ground has caps of its own (policy.toml, ``caps``)."""

    EXPLAINED = "explained"
    UNEXPLAINED = "unexplained"
    EMERGENCY = "emergency"
    APPROVED = "approved"


class Window(StrEnum):
    """The sliding windows over which distinct patients are counted. ``month`` is 30 days."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


class DutyKind(StrEnum):
    """Why *this* patient: the relation an access relies on."""

    ENCOUNTER_IN_UNIT = "encounter-in-unit"
    APPOINTMENT = "appointment"
    TREATING_DOCTOR = "treating-doctor"
    CARE_TEAM = "care-team"
    ORDER = "order"
    ON_CALL = "on-call"
    CODING = "coding"
    ADMISSION = "admission"
    BILLING = "billing"
    DELEGATION = "delegation"
    FEED = "feed"


class Decision(StrEnum):
    """The answer written in the trace."""

    ALLOW = "allow"
    STEP_UP = "step-up"
    JUSTIFY = "justify"
    SECOND_PERSON = "second-person"
    REFUSE = "refuse"


class TargetKind(StrEnum):
    """What a lock can be placed on."""

    ACCOUNT = "account"
    SESSION = "session"
    WORKSTATION = "workstation"
    ADDRESS = "address"
    PROFESSION = "profession"
    ESTABLISHMENT = "establishment"


class Grade(StrEnum):
    """How much a lock stops, from the mildest to the strictest; each asks for all that a milder one asks.

    A new proof of identity; then, new patients withheld; everything.
    """

    STEP_UP = "step-up"
    NEW_PATIENTS = "new-patients"
    EVERYTHING = "everything"

    @property
    def rank(self) -> int:
        """Place among the grades: a stricter one is greater."""
        return tuple(Grade).index(self)


class ProposalKind(StrEnum):
    """Acts that need a second person (four eyes)."""

    GRANT = "grant"
    RAISE_CAP = "raise-cap"
    UNLOCK = "unlock"
    EXPORT = "export"
    BREAK_GLASS = "break-glass"
    DELEGATION = "delegation"
    TEMPORARY = "temporary"


class Term(StrEnum):
    """Kinds of search terms. A token is made of kind and normalised value, so equal words of two kinds differ."""

    INS = "ins"
    IPP = "ipp"
    IDENTIFIER = "identifier"
    NAME = "name"
    PHONETIC = "phonetic"
    PREFIX = "prefix"
    BIRTH_DATE = "birth-date"
    SOURCE = "source"
