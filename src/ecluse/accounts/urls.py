"""Addresses of accounts. Of django-allauth only what is listed here exists: no sign-up, no e-mail, no reset by mail."""

from allauth.account import views as allauth
from allauth.mfa.recovery_codes.views import download_recovery_codes, generate_recovery_codes, view_recovery_codes
from allauth.mfa.totp.views import deactivate_totp
from django.urls import include, path

from ecluse.accounts import factor_views, office, people, views, ward_pages
from ecluse.accounts.factor_views import proved_for_this
from ecluse.accounts.federation import views as federation

urlpatterns = [
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("password/", allauth.password_change, name="account_change_password"),
    path("password/set/", views.not_here, name="account_set_password"),
    path("signup/", views.not_here, name="account_signup"),
    path("factors/webauthn/keys/<int:pk>/remove/", proved_for_this(views.remove_key), name="mfa_remove_webauthn"),
    path("factors/webauthn/add/", factor_views.add_key, name="mfa_add_webauthn"),
    path("factors/totp/activate/", factor_views.activate_app, name="mfa_activate_totp"),
    path("factors/totp/deactivate/", proved_for_this(deactivate_totp), name="mfa_deactivate_totp"),
    path("factors/recovery-codes/", proved_for_this(view_recovery_codes), name="mfa_view_recovery_codes"),
    path(
        "factors/recovery-codes/download/",
        proved_for_this(download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path(
        "factors/recovery-codes/generate/",
        proved_for_this(generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("factors/", include("allauth.mfa.urls")),
    path("factors/first/", views.enrol, name="accounts_enrol"),
    path("with/<str:name>/", federation.begin, name="federation_begin"),
    path("with/<str:name>/callback/", federation.callback, name="federation_callback"),
    path("with/<str:name>/again/", federation.again, name="federation_again"),
    path("with/<str:name>/logout/", federation.backchannel, name="federation_backchannel"),
    path("notices/", factor_views.notices_page, name="accounts_notices"),
    path("slip/", factor_views.slip_page, name="accounts_slip"),
    path("reset/", factor_views.reset_page, name="accounts_reset"),
    path("slips/", factor_views.slips_page, name="accounts_slips"),
    path("slips/<int:pk>/give/", factor_views.give_slip, name="accounts_give_slip"),
    path("profession/", views.profession, name="accounts_profession"),
    path("sessions/", views.own_sessions, name="accounts_sessions"),
    path("sessions/end/", views.end_own, name="accounts_end_own_sessions"),
    path("approvals/", office.waiting, name="accounts_waiting"),
    path("approvals/<int:sequence>/", office.decide, name="accounts_decide"),
    path("approvals/grant/", office.propose_grant, name="accounts_propose_grant"),
    path("approvals/cap/", office.propose_raise, name="accounts_propose_raise"),
    path("approvals/unlock/", office.propose_unlock, name="accounts_propose_unlock"),
    path("locks/", office.lock, name="accounts_lock"),
    path("stronger/", views.stronger, name="accounts_stronger"),
    path("device/", ward_pages.device, name="accounts_device"),
    path("ward/", ward_pages.tap, name="accounts_ward"),
    path("ward/pin/", ward_pages.pin, name="accounts_ward_pin"),
    path("ward/lock/", ward_pages.lock, name="accounts_ward_lock"),
    path("ward/register/", ward_pages.register, name="accounts_ward_register"),
    path("pin/", ward_pages.own_pin, name="accounts_pin"),
    path("people/temporary/", people.issue, name="accounts_issue"),
    path("people/review/", people.review, name="accounts_review"),
    path("people/<str:username>/review/", people.answer, name="accounts_review_answer"),
    path("people/", office.people, name="accounts_list"),
    path("people/<str:username>/sessions/end/", office.end_sessions, name="accounts_end_sessions"),
]
