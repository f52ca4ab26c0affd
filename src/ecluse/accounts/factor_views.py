"""Pages that change factors, and pages of notices and slips."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.utils import get_next_redirect_url
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic.edit import FormView

from ecluse.accounts import factors, notices, sessions, slips
from ecluse.accounts.models import Account, Slip
from ecluse.accounts.pages import prove_again
from ecluse.accounts.reasons import reason
from ecluse.accounts.rights import by_table
from ecluse.accounts.slip_forms import AskForm, ResetForm, SlipForm
from ecluse.accounts.views import me
from ecluse.accounts.who import who_of
from ecluse.core.errors import RefusedError

View = Callable[..., HttpResponse]
SHOWS = frozenset({"mfa_view_recovery_codes", "mfa_download_recovery_codes"})
ADDS = frozenset({"mfa_activate_totp", "mfa_add_webauthn"})


def proved_for_this(view: View) -> View:
    """Let a page change factors only after what :mod:`ecluse.accounts.factors` asks for."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page = request.resolver_match.url_name if request.resolver_match else ""
        account = me(request)
        if page in ADDS and factors.slip_missing(request, account):
            return redirect("accounts_slip")
        if page == "mfa_activate_totp" and factors.privileged(account) and factors.KEY not in factors.real(account):
            messages.error(request, _("Your profession needs a passkey or security key first."))
            return redirect("accounts_enrol")
        if page in SHOWS and factors.codes_just_made(request):
            request.ecluse_proved = True  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)
        if factors.proof_missing(request, account):
            return prove_again(request, request.path)
        request.ecluse_proved = bool(factors.real(account)) or factors.in_recovery(request, account)  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return guarded


class AppView(ActivateTOTPView):  # type: ignore[misc]
    """Set up an authenticator app; after a recovery code it takes the place of the lost one, in one act."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer; whoever has an app and lost none removes it first."""
        if factors.TOTP in factors.real(me(request)) and not factors.in_recovery(request, me(request)):
            return redirect("mfa_deactivate_totp")
        return FormView.dispatch(self, request, *args, **kwargs)

    def form_valid(self, form: ActivateTOTPForm) -> HttpResponse:
        """Replace and add: both, or neither."""
        with transaction.atomic():
            for lost in Authenticator.objects.filter(user=me(self.request), type=factors.TOTP):
                lost.replaced = True
                lost.delete()
            answer: HttpResponse = super().form_valid(form)
        return answer


class KeyView(AddWebAuthnView):  # type: ignore[misc]
    """Add a passkey: a roaming key or a badge is asked for first, and nothing else where the policy says so."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the page with the options the browser is given."""
        shown: dict[str, Any] = super().get_context_data(**kwargs)
        options = shown["js_data"]["creation_options"]["publicKey"]
        options["hints"] = ["security-key", "client-device"]
        if settings.HOME and not settings.HOME.settings.accounts.platform_passkeys:
            options["hints"] = ["security-key"]
            options["authenticatorSelection"]["authenticatorAttachment"] = "cross-platform"
        return shown


add_key = proved_for_this(KeyView.as_view())
activate_app = proved_for_this(AppView.as_view())


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def notices_page(request: HttpRequest) -> HttpResponse:
    """Show what changed in one's credentials until one says that one saw it."""
    back = get_next_redirect_url(request) or "/"
    if request.method == "POST":
        notices.put_away(me(request))
        return HttpResponseRedirect(back)
    rows = [{"at": one.at, "text": notices.in_words(one)} for one in notices.unseen(me(request))]
    return render(request, "accounts/notices.html", {"rows": rows, "next": back})


@sensitive_post_parameters("slip")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def slip_page(request: HttpRequest) -> HttpResponse:
    """Take a slip in one's own session: a factor may then be added."""
    form = SlipForm(request, me(request), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and form.found is not None:
        if slips.use_up(who_of(request), form.found, request):
            request.session[factors.SLIP] = time.time()
            return redirect("accounts_enrol")
        form.add_error("slip", _("This slip was used already."))
    status = 422 if form.errors else 200
    return render(request, "accounts/slip.html", {"form": form}, status=status)


@sensitive_post_parameters("slip", "code", "password1", "password2")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reset_page(request: HttpRequest) -> HttpResponse:
    """Give oneself a new password with a slip and the second factor one still has."""
    form = ResetForm(request, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if form.save() and form.account is not None:
            sessions.end(form.account, who_of(request), "password-reset", request)
            messages.success(request, _("The password was changed. Sign in with it."))
            return redirect("account_login")
        form.add_error("slip", _("This slip was used already."))
    status = 422 if form.errors else 200
    return render(request, "accounts/reset.html", {"form": form}, status=status)


@by_table
@require_http_methods(["GET", "HEAD", "POST"])
def slips_page(request: HttpRequest) -> HttpResponse:
    """Start a reset for somebody; see those that wait for a second person."""
    first = {"account": request.GET.get("account", "")}
    form = AskForm(request.POST if request.method == "POST" else None, initial=first)
    who = who_of(request)
    if request.method == "POST" and form.is_valid():
        if who.auth_age > slips.FRESH_S:
            return prove_again(request, request.path)
        account = Account.objects.get(username=form.cleaned_data["account"])
        try:
            slips.ask(who, account, form.cleaned_data["kind"], request)
        except RefusedError as error:
            messages.error(request, reason(error.message))
        else:
            messages.success(request, _("Started. A second person now hands over the slip."))
        return redirect("accounts_slips")
    rows = [{"slip": slip, "mine": who.account in {slip.asked_by, slip.account.username}} for slip in slips.waiting()]
    shown = {"form": form, "rows": rows}
    return render(request, "accounts/slips.html", shown, status=422 if form.errors else 200)


@never_cache
@by_table
@require_POST
def give_slip(request: HttpRequest, pk: int) -> HttpResponse:
    """Be the second person: show the code once, to be printed and handed over."""
    slip = get_object_or_404(Slip.objects.select_related("account"), pk=pk)
    try:
        code = slips.give(who_of(request), slip, request)
    except RefusedError as error:
        if error.message == "fresh-proof":
            return prove_again(request, "/accounts/slips/")
        messages.error(request, reason(error.message))
        return redirect("accounts_slips")
    return render(request, "accounts/printed_slip.html", {"slip": slip, "code": code})
