"""The stored words in the words of people, for pages in French and English."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ecluse.core.words import Ground, Profession, ProposalKind, TargetKind, Window

PROFESSIONS = [
    (Profession.PHYSICIAN.value, _("Physician")),
    (Profession.RESIDENT.value, _("Resident physician")),
    (Profession.NURSE.value, _("Nurse")),
    (Profession.AIDE.value, _("Nursing aide")),
    (Profession.MIDWIFE.value, _("Midwife")),
    (Profession.PHARMACIST.value, _("Pharmacist")),
    (Profession.LABORATORY.value, _("Laboratory")),
    (Profession.RADIOLOGY.value, _("Radiology")),
    (Profession.SECRETARY.value, _("Medical secretary")),
    (Profession.ADMISSIONS.value, _("Admissions")),
    (Profession.BILLING.value, _("Billing")),
    (Profession.DIM_PHYSICIAN.value, _("Medical information physician (DIM)")),
    (Profession.DIM_CODER.value, _("Medical information coder (DIM)")),
    (Profession.SOCIAL_WORKER.value, _("Social worker")),
    (Profession.IT_ADMINISTRATOR.value, _("IT administrator")),
    (Profession.SECURITY_OFFICER.value, _("Security officer")),
    (Profession.DPO.value, _("Data protection officer")),
    (Profession.AUDITOR.value, _("Auditor")),
    (Profession.UNIT_HEAD.value, _("Head of unit")),
    (Profession.INTERFACE_SERVICE.value, _("Interface service")),
    (Profession.PROVISIONING_SERVICE.value, _("Provisioning service")),
]
TARGETS = [
    (TargetKind.ACCOUNT.value, _("Account")),
    (TargetKind.SESSION.value, _("Session")),
    (TargetKind.WORKSTATION.value, _("Workstation")),
    (TargetKind.ADDRESS.value, _("Network address")),
    (TargetKind.PROFESSION.value, _("Profession")),
    (TargetKind.ESTABLISHMENT.value, _("The whole establishment")),
]
GROUNDS = [
    (Ground.EXPLAINED.value, _("explained by a duty")),
    (Ground.UNEXPLAINED.value, _("without a duty")),
    (Ground.EMERGENCY.value, _("emergency (break-glass)")),
    (Ground.APPROVED.value, _("approved by a second person")),
]
WINDOWS = [
    (Window.MINUTE.value, _("minute")),
    (Window.HOUR.value, _("hour")),
    (Window.DAY.value, _("day")),
    (Window.MONTH.value, pgettext_lazy("30 days", "month")),
]
KINDS = [
    (ProposalKind.GRANT.value, _("Grant of professions")),
    (ProposalKind.RAISE_CAP.value, _("Higher cap")),
    (ProposalKind.UNLOCK.value, _("Lifting a lock")),
    (ProposalKind.EXPORT.value, _("Export")),
    (ProposalKind.BREAK_GLASS.value, _("Break-glass with a second person")),
    (ProposalKind.DELEGATION.value, _("Delegation")),
    (ProposalKind.TEMPORARY.value, _("Temporary identity")),
]
FACTORS = [
    ("totp", _("Authenticator app")),
    ("webauthn", _("Passkey or security key")),
    ("recovery_codes", _("Recovery codes")),
]
SLIPS = [("password", _("password")), ("factor", _("second factor"))]
WORDS = {
    str(word): text for table in (PROFESSIONS, TARGETS, GROUNDS, WINDOWS, KINDS, FACTORS, SLIPS) for word, text in table
}


def label(word: str) -> str:
    """Return the text of a stored word; the word itself when it has none."""
    return str(WORDS.get(word, word))
