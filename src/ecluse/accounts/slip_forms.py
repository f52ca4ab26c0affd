"""Forms of sealed slips: asking for one, typing one."""

from typing import Any

from allauth.account.adapter import get_adapter
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ecluse.accounts import slips, throttle
from ecluse.accounts.codes import open_with
from ecluse.accounts.forms import account_field
from ecluse.accounts.models import Account, Slip
from ecluse.accounts.privileged import NOT_PHISHABLE
from ecluse.accounts.who import who_of
from ecluse.core.errors import RefusedError

NOT_PROVEN = _("This was not proved. Check the account, the slip and the code; each code is good once.")
LOST = [(slips.PASSWORD, _("the password")), (slips.FACTOR, _("the passkey, the badge or the phone"))]
NEW = forms.PasswordInput(attrs={"autocomplete": "new-password"})


class AskForm(forms.Form):
    """Start a reset for somebody."""

    account = account_field()
    kind = forms.ChoiceField(label=_("What was lost"), choices=LOST)


class SlipForm(forms.Form):
    """Type the code of a slip, in one's own session, to add a factor again."""

    slip = forms.CharField(label=_("Code on the slip"), max_length=40)

    def __init__(self, request: HttpRequest, account: Account, *args: Any, **kwargs: Any) -> None:
        self.request, self.account = request, account
        self.found: Slip | None = None
        super().__init__(*args, **kwargs)

    def clean_slip(self) -> str:
        """Return a code that is right."""
        typed = str(self.cleaned_data["slip"])
        self.found = looked_up(self.request, self.account, self.account.username, slips.FACTOR, typed)
        return typed


class ResetForm(forms.Form):
    """A new password: account, slip, and the second factor the person still has."""

    login = forms.CharField(label=_("Account"), max_length=64)
    slip = forms.CharField(label=_("Code on the slip"), max_length=40)
    code = forms.CharField(label=_("Code of the authenticator app"), max_length=16, required=False)
    password1 = forms.CharField(label=_("New password"), widget=NEW, strip=False)
    password2 = forms.CharField(label=_("New password, again"), widget=NEW, strip=False)

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.request = request
        self.account: Account | None = None
        self.found: Slip | None = None
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """Prove the slip, then look at the password, then use up a code: a typing error costs nothing."""
        data: dict[str, Any] = super().clean() or {}
        if self.errors:
            return data
        username = data["login"].lower()
        account = Account.objects.filter(username=username).first()
        self.found = looked_up(self.request, account, username, slips.PASSWORD, data["slip"])
        self.account = self.found.account
        if data["password1"] != data["password2"]:
            raise forms.ValidationError(_("The two passwords differ."))
        validate_password(data["password1"], self.account)
        if not self.second_factor(self.account, data["code"]):
            raise forms.ValidationError(NOT_PROVEN)
        return data

    def second_factor(self, account: Account, code: str) -> bool:
        """Tell whether the second factor is proved: a passkey in this very session, or a code of the app."""
        who = who_of(self.request)
        if who.account == account.username:
            return bool(NOT_PHISHABLE & set(who.amr)) and who.auth_age <= slips.FRESH_S
        try:
            return bool(code) and open_with(self.request, account, code) is not None
        except RefusedError:
            return False

    def save(self) -> bool:
        """Use up the slip, then change the password; tell whether it was done."""
        account, found = self.account, self.found
        if account is None or found is None or not slips.use_up(who_of(self.request), found, self.request):
            return False
        get_adapter(self.request).set_password(account, self.cleaned_data["password1"])
        throttle.forget(account.username)
        return True


def looked_up(request: HttpRequest, account: Account | None, username: str, kind: str, code: str) -> Slip:
    """Return the slip, as forms want to hear of it.

    Raises:
        django.core.exceptions.ValidationError: there is none with this code, or it was not looked at.
    """
    try:
        found = slips.right(request, account, username, kind, code)
    except RefusedError as error:
        raise get_adapter(request).validation_error("too_many_login_attempts") from error
    if found is None:
        raise forms.ValidationError(NOT_PROVEN)
    return found
