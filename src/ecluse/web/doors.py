"""Who may reach each address: one table, closed by default.

- **D1** A view that is not in the table answers 403 to everybody.
- **D2** But for the public doors, nobody reaches a view without being signed in.
- **D3** Doors of patient data open to the professions that read or write something of patients; to no other.

A door only opens the way to the gate: what is shown behind it is decided there, patient by patient.
"""

from collections.abc import Callable
from enum import Enum

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from ecluse.accounts import workstations
from ecluse.accounts.professions import active
from ecluse.accounts.rights import PAGES
from ecluse.core.words import OVERSEERS, SERVICES, Profession

P = Profession


class Reach(Enum):
    """Doors that do not ask for a profession."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"
    ITSELF = "authenticates by itself"


Door = Reach | frozenset[Profession]

OFFICE = frozenset({P.IT_ADMINISTRATOR, P.SECURITY_OFFICER, P.DPO}) | OVERSEERS
OFFICERS = frozenset({P.SECURITY_OFFICER, P.DPO})
READERS = frozenset(P) - OFFICE - SERVICES
EXPORTERS = frozenset({P.PHYSICIAN, P.DIM_PHYSICIAN, P.DPO, P.SECURITY_OFFICER})
PRESCRIBERS = frozenset({P.PHYSICIAN, P.RESIDENT, P.MIDWIFE})
CONTACT_WRITERS = frozenset({P.PHYSICIAN, P.RESIDENT, P.NURSE, P.MIDWIFE, P.SECRETARY, P.ADMISSIONS, P.SOCIAL_WORKER})

DOORS: dict[str, Door] = {
    "set_language": Reach.PUBLIC,
    "oauth_token": Reach.ITSELF,
    "federation_backchannel": Reach.ITSELF,
    # signing in, and one's own account
    **dict.fromkeys(
        (
            "account_login",
            "federation_begin",
            "federation_callback",
            "account_logout",
            "account_inactive",
            "account_signup",
            "account_set_password",
            "accounts_reset",
            "mfa_authenticate",
            "mfa_login_webauthn",
            "accounts_device",
            "accounts_ward",
            "accounts_ward_pin",
            "accounts_ward_lock",
            "accounts_ward_register",
        ),
        Reach.PUBLIC,
    ),
    **dict.fromkeys(
        (
            "account_reauthenticate",
            "federation_again",
            "account_change_password",
            "accounts_enrol",
            "accounts_notices",
            "accounts_slip",
            "accounts_profession",
            "accounts_sessions",
            "accounts_end_own_sessions",
            "accounts_stronger",
            "accounts_pin",
            "mfa_index",
            "mfa_reauthenticate",
            "mfa_reauthenticate_webauthn",
            "mfa_activate_totp",
            "mfa_deactivate_totp",
            "mfa_view_recovery_codes",
            "mfa_generate_recovery_codes",
            "mfa_download_recovery_codes",
            "mfa_list_webauthn",
            "mfa_add_webauthn",
            "mfa_remove_webauthn",
            "mfa_edit_webauthn",
        ),
        Reach.SIGNED_IN,
    ),
    # controls: accounts, approvals, locks, reviews
    **PAGES,
    "gate_reviews": frozenset({P.DPO}),
    "gate_review": frozenset({P.DPO}),
    # the console
    **dict.fromkeys(
        (
            "console_now",
            "console_now_live",
            "console_cases",
            "console_case",
            "console_case_act",
            "console_exposure",
            "console_exposure_file",
            "console_register",
            "console_breach_open",
            "console_breach",
            "console_notice",
            "console_notice_file",
            "console_accounts",
            "console_account",
        ),
        OFFICERS,
    ),
    **dict.fromkeys(("console_trace", "console_entry", "console_proof"), OFFICERS | {P.AUDITOR}),
    **dict.fromkeys(("console_drills", "console_health", "console_policy"), OFFICERS | {P.AUDITOR, P.IT_ADMINISTRATOR}),
    "console_retention": frozenset({P.DPO, P.AUDITOR}),
    "console_units": OFFICERS | {P.IT_ADMINISTRATOR},
    "console_team": frozenset({P.UNIT_HEAD}),
    "console_asks": frozenset({P.DPO}),
    "console_ask": frozenset({P.DPO}),
    "console_ask_paper": frozenset({P.DPO}),
    "console_coders": frozenset({P.DIM_PHYSICIAN}),
    # the gate's own pages: what was refused, and the way on
    **dict.fromkeys(
        ("gate_no", "gate_justify", "gate_glass", "gate_glass_page", "gate_second", "gate_give"), Reach.SIGNED_IN
    ),
    # records
    "home": Reach.SIGNED_IN,
    "search": READERS,
    "patient": READERS,
    "patient_part": READERS,
    "patient_print": READERS,
    "patient_prescribe": PRESCRIBERS,
    "patient_contacts": CONTACT_WRITERS,
    "patient_opened": (READERS - {P.ADMISSIONS}) | {P.DPO, P.SECURITY_OFFICER},
    "patient_document": READERS,
    "audit_events": Reach.ITSELF,
    "export_list": EXPORTERS,
    "export_new": EXPORTERS,
    "export_download": EXPORTERS,
}
"""Addresses below ``/fhir/`` and ``/scim/`` (names starting so) prove who calls by themselves, without a page."""


def door(view_name: str) -> Door | None:
    """Return the door of a view; None when it has none, and so is closed."""
    if view_name.startswith(("fhir:", "scim:")):
        return Reach.ITSELF
    return DOORS.get(view_name)


def may_reach(view_name: str, profession: str) -> bool:
    """Tell whether somebody signed in as ``profession`` may reach a view."""
    found = door(view_name)
    return found is not None and (isinstance(found, Reach) or profession in found)


class Doors:
    """Stands before every view."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer."""
        return self.answer(request)

    def process_view(self, request: HttpRequest, _view: object, _args: object, _kwargs: object) -> HttpResponse | None:
        """Let through, send to sign in, or refuse.

        Raises:
            PermissionDenied: no door, or one that this profession does not open.
        """
        name = request.resolver_match.view_name if request.resolver_match else ""
        found = door(name)
        if found is None:
            raise PermissionDenied
        if found in {Reach.PUBLIC, Reach.ITSELF}:
            return None
        if not request.user.is_authenticated:
            shared = workstations.claims_to_be(request)
            return redirect("accounts_ward") if shared else redirect_to_login(request.get_full_path())
        if not may_reach(name, active(request)):
            raise PermissionDenied
        return None
