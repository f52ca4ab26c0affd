"""People and services, what they are employed as, where they work, and what they carry to prove it.

The trace knows an account by ``username`` alone: a stable login name, never a person's name. ``display_name`` is for
pages. What the safe's register says of professions is what counts; the rows here say what to offer and what to claim.
"""

from ecluse.accounts.models.factors import Enrolled, Slip, Tries, UsedStep
from ecluse.accounts.models.federated import FederatedSession, LinkedIdentity, Provisioned
from ecluse.accounts.models.people import Account, AccountManager, AccountProfession
from ecluse.accounts.models.places import Membership, OnCall, Unit, Workstation
from ecluse.accounts.models.services import ServiceClient, Token
from ecluse.accounts.models.sessions import Pin, Review, Shift, SignIn
from ecluse.accounts.models.telling import Contact, Notice
from ecluse.accounts.models.words import DIGEST_BYTES, RPPS, USERNAME, valid_profession, valid_rpps, valid_username

__all__ = [
    "DIGEST_BYTES",
    "RPPS",
    "USERNAME",
    "Account",
    "AccountManager",
    "AccountProfession",
    "Contact",
    "Enrolled",
    "FederatedSession",
    "LinkedIdentity",
    "Membership",
    "Notice",
    "OnCall",
    "Pin",
    "Provisioned",
    "Review",
    "ServiceClient",
    "Shift",
    "SignIn",
    "Slip",
    "Token",
    "Tries",
    "Unit",
    "UsedStep",
    "Workstation",
    "valid_profession",
    "valid_rpps",
    "valid_username",
]
