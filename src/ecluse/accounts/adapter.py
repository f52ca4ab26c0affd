"""What Écluse asks of django-allauth: who may come in, what counts as fresh proof, how factors are kept.

1. Nobody makes an account by themselves; a service and an account outside its dates never sign in by browser.
2. Once a person has a second factor, only a second factor makes a session fresh: never the password alone.
3. Secrets of factors are sealed with a key that is not in the database. The last factor cannot be removed.
"""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ecluse.accounts import approvals, notices, sealing, throttle
from ecluse.accounts.bridge import note, the_safe
from ecluse.accounts.employment import may_sign_in, why_not
from ecluse.accounts.models import Account
from ecluse.accounts.pages import closed, go
from ecluse.accounts.who import FEDERATION, console, stranger, who_of
from ecluse.core.errors import RefusedError
from ecluse.core.words import Action, Decision
from ecluse.safe.protocol import Check

KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def shown_name(account: Account) -> str:
    """Return the name that pages show."""
    return account.display_name or account.username


class People(AuthenticationBackend):  # type: ignore[misc]
    """Asked at sign-in and again at each request: an account past its last day is nobody at once."""

    def user_can_authenticate(self, user: Account) -> bool:
        """Refuse services and accounts outside their dates."""
        return may_sign_in(user)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Passwords, sign-in, fresh proof."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("Too many wrong tries: wait, or come in with a passkey."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Never."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count nothing here: :meth:`authenticate` did, before."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Account | None:
        """Check name and password, once the try is counted; a right one gives its try back.

        Raises:
            django.core.exceptions.ValidationError: too many were wrong: this one was not looked at.
        """
        try:
            tried = throttle.reserve(request, str(credentials.get("username", "")))
        except RefusedError as error:
            raise self.validation_error("too_many_login_attempts") from error
        found: Account | None = super().authenticate(request, **credentials)
        if found is not None:
            throttle.give_back(tried)
        return found

    def pre_login(self, request: HttpRequest, user: Account, **options: Any) -> HttpResponse | None:
        """Refuse after the first proof, before the second, whoever may not come in."""
        rule = why_not(user)
        who = stranger(request, user.username)
        lock = "" if rule else the_safe().call(Check(who=who)).lock
        if rule or (lock and not approvals.may_lift(who)):
            note(who, Action.LOGIN_FAILURE, rule or "locked", request, decision=Decision.REFUSE, target=user.username)
            raise ImmediateHttpResponse(closed(request, "locked" if lock else "inactive", lock))
        answer: HttpResponse | None = super().pre_login(request, user, **options)
        return answer

    def set_password(self, user: Account, password: str) -> None:
        """Trace, then change: a change that cannot be traced is not made."""
        request = context.request
        who = who_of(request) if request else console()
        note(who, Action.FACTOR, "password-changed", request, target=user.username, detail="pwd")
        super().set_password(user, password)
        notices.tell(user, "password-changed")

    def post_login(self, request: HttpRequest, user: Account, **options: Any) -> HttpResponse:
        """Show first what changed in this person's credentials, then where they wanted to go."""
        answer: HttpResponse = super().post_login(request, user, **options)
        return go("accounts_notices", answer.headers.get("Location", "/")) if notices.unseen(user) else answer

    def get_reauthentication_methods(self, user: Account | AnonymousUser) -> list[dict[str, Any]]:
        """Offer second factors only, passkeys first, to whoever has one."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        second = [method for method in methods if method["id"] != "reauthenticate"]
        second = sorted(second, key=lambda method: "webauthn" not in method["id"])
        return [*second, *self.provider()] or methods

    def provider(self) -> list[dict[str, Any]]:
        """Return the provider that opened this session as one more way to prove oneself again."""
        request = context.request
        kept = request.session.get(FEDERATION) if request else None
        if not kept:
            return []
        url = reverse("federation_again", args=[kept["provider"]])
        return [{"id": "federation", "description": kept["label"], "url": url}]

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Spare whoever has just typed the password and has no factor yet the same question twice."""
        request = context.request
        if app == "allauth.mfa" and getattr(request, "ecluse_proved", False):
            return False  # asked for by ecluse.accounts.factor_views, more strictly
        records = get_authentication_records(request, request.user) if request else []
        first = bool(records) and not any(record.get("method") == "mfa" for record in records)
        fresh = bool(records) and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        if first and fresh and not Authenticator.objects.filter(user=request.user).exists():
            return False
        needed: bool = super().is_reauthentication_required(app=app, **more)
        return needed


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """How second factors are kept."""

    def encrypt(self, text: str) -> str:
        """Seal a factor's secret."""
        return sealing.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a factor's secret."""
        return sealing.unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last factor: without it the next password alone would open the account."""
        if getattr(authenticator, "replaced", False):
            return True
        others = Authenticator.objects.filter(user=authenticator.user, type__in=KINDS).exclude(pk=authenticator.pk)
        return authenticator.type not in KINDS or others.exists()
