"""Forms of sign-in and of acts that need two people."""

from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.forms import ChangePasswordForm
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from allauth.mfa.webauthn.internal.auth import parse_registration_response
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ecluse.accounts.codes import open_with
from ecluse.accounts.labels import GROUNDS, PROFESSIONS, TARGETS, WINDOWS
from ecluse.accounts.models import Account, valid_username
from ecluse.accounts.privileged import needs_passkey
from ecluse.accounts.professions import active
from ecluse.core.errors import RefusedError

HOURS = [(1, _("one hour")), (4, _("4 hours")), (12, _("12 hours")), (24, _("one day")), (168, _("one week"))]
KEY_NAME = _("Name, to tell it from others")
LOCK_HOURS = [(0, _("until two people lift it")), *HOURS]


def opened(request: HttpRequest, account: Account, code: str, *, recovery: bool = False) -> Authenticator:
    """Return the factor that ``code`` opens, as forms want to hear of it.

    Raises:
        django.core.exceptions.ValidationError: the code is wrong, was used, or was not looked at.
    """
    try:
        factor = open_with(request, account, code, recovery=recovery)
    except RefusedError as error:
        raise get_account_adapter(request).validation_error("too_many_login_attempts") from error
    if factor is None:
        raise get_adapter().validation_error("incorrect_code")
    return factor


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """The second factor at sign-in: a code of the app, or a recovery code."""

    def clean_code(self) -> str:
        """Return a code that is right and was never used."""
        code = str(self.cleaned_data["code"])
        self.authenticator = opened(context.request, self.user, code, recovery=True)
        return code


class FreshCodeForm(ReauthenticateForm):  # type: ignore[misc]
    """The second factor, again. A recovery code makes nothing fresh; nor does a code for who needs a passkey."""

    def clean_code(self) -> str:
        """Return a code that is right and was never used."""
        if needs_passkey(active(context.request)):
            raise forms.ValidationError(_("Your profession proves itself with a passkey, not with a code."))
        code = str(self.cleaned_data["code"])
        self.authenticator = opened(context.request, self.user, code)
        return code


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """One's own new password; the present one is counted like any other try."""

    def clean_oldpassword(self) -> str:
        """Return the present password."""
        typed = str(self.cleaned_data.get("oldpassword", ""))
        if not get_account_adapter(context.request).reauthenticate(self.user, typed):
            raise get_account_adapter(context.request).validation_error("enter_current_password")
        return typed


class RenameKeyForm(EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = KEY_NAME


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new key is a passkey unless the person says otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("passwordless", True)
        super().__init__(*args, **kwargs)
        self.fields["name"].label = KEY_NAME
        self.fields["passwordless"].label = _("Sign in with it alone, without a password")
        self.fields["passwordless"].help_text = _("The key then asks for its own PIN or your finger.")

    def clean_credential(self) -> dict[str, Any]:
        """Return what the browser sent, from a key that the policy takes."""
        sent: dict[str, Any] = self.cleaned_data["credential"]
        if not roaming_enough(sent):
            raise forms.ValidationError(_("This establishment takes keys and badges only, not a computer or a phone."))
        return sent


def roaming_enough(sent: dict[str, Any]) -> bool:
    """Tell whether a new key may be taken where only keys and badges are.

    Where it lives is the browser's word (WebAuthn Level 2 section 5.1.3); that it may be copied is signed by the key.
    """
    if settings.HOME is None or settings.HOME.settings.accounts.platform_passkeys:
        return True
    data = parse_registration_response(sent).response.attestation_object.auth_data
    transports = set(sent.get("response", {}).get("transports", []))
    lives_inside = sent.get("authenticatorAttachment") == "platform" or bool(transports & {"internal", "hybrid"})
    return not lives_inside and not data.flags & data.FLAG.BE


class AccountField(forms.CharField):
    """The login name of an account that exists."""

    def clean(self, value: str | None) -> str:
        """Return the login name.

        Raises:
            django.core.exceptions.ValidationError: there is no such account.
        """
        name: str = super().clean(value)
        if not Account.objects.filter(username=name).exists():
            raise forms.ValidationError(_("There is no such account."))
        return name


def account_field() -> AccountField:
    """Return a field for a login name."""
    return AccountField(label=_("Account"), max_length=64, validators=[valid_username])


class GrantForm(forms.Form):
    """Give an account its professions: all of them, so that none chosen means it leaves."""

    account = account_field()
    professions = forms.MultipleChoiceField(
        label=_("Professions"), choices=PROFESSIONS, required=False, widget=forms.CheckboxSelectMultiple
    )


class RaiseForm(forms.Form):
    """Let an account be shown more patients than its profession allows, for some hours."""

    account = account_field()
    ground = forms.ChoiceField(label=_("Accesses"), choices=GROUNDS)
    window = forms.ChoiceField(label=_("In one"), choices=WINDOWS)
    limit = forms.IntegerField(label=_("Patients at most"), min_value=1, max_value=10_000)
    hours = forms.TypedChoiceField(label=_("During"), choices=HOURS, coerce=int)


class UnlockForm(forms.Form):
    """Lift a lock."""

    kind = forms.ChoiceField(label=_("What is locked"), choices=TARGETS)
    target = forms.CharField(label=_("Which"), max_length=128)


class LockForm(forms.Form):
    """Place a lock. One person may; lifting it takes two."""

    kind = forms.ChoiceField(label=_("What to lock"), choices=TARGETS)
    target = forms.CharField(label=_("Which"), max_length=128, required=False)
    reason = forms.CharField(label=_("Reason shown to the person"), max_length=200)
    hours = forms.TypedChoiceField(label=_("During"), choices=LOCK_HOURS, coerce=int)

    def clean(self) -> dict[str, Any]:
        """Ask for a target, but for the whole establishment."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("kind") != "establishment" and not data.get("target"):
            self.add_error("target", _("Say which one."))
        return data
