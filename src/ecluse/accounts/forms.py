"""Forms of sign-in and of acts that need two people."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from ecluse.accounts.codes import claim, step_of
from ecluse.accounts.labels import GROUNDS, PROFESSIONS, TARGETS, WINDOWS
from ecluse.accounts.models import Account, valid_username

HOURS = [(1, _("one hour")), (4, _("4 hours")), (12, _("12 hours")), (24, _("one day")), (168, _("one week"))]
LOCK_HOURS = [(0, _("until two people lift it")), *HOURS]


def refuse_used_code(factor: Authenticator, code: str) -> None:
    """Take each code of an authenticator app once.

    Raises:
        django.core.exceptions.ValidationError: this code, or a newer one, was used already.
    """
    if factor.type != Authenticator.Type.TOTP:
        return
    step = step_of(factor, code)
    if step is None or not claim(factor, step):
        raise get_adapter().validation_error("incorrect_code")


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    """The second factor at sign-in."""

    def clean_code(self) -> str:
        """Return a code that is right and was never used."""
        code: str = super().clean_code()
        refuse_used_code(self.authenticator, code)
        return code


class FreshCodeForm(ReauthenticateForm):  # type: ignore[misc]
    """The second factor, again."""

    def clean_code(self) -> str:
        """Return a code that is right and was never used."""
        code: str = super().clean_code()
        refuse_used_code(self.authenticator, code)
        return code


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new key is a passkey unless the person says otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {}).setdefault("passwordless", True)
        super().__init__(*args, **kwargs)


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
