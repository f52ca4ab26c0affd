"""Addresses of accounts. Of django-allauth only what is listed here exists: no sign-up, no e-mail, no reset by mail."""

from allauth.account import views as allauth
from django.urls import include, path

from ecluse.accounts import office, people, views, ward_pages
from ecluse.accounts.federation import views as federation

urlpatterns = [
    path("login/", allauth.login, name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", allauth.account_inactive, name="account_inactive"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("password/", allauth.password_change, name="account_change_password"),
    path("password/set/", views.not_here, name="account_set_password"),
    path("signup/", views.not_here, name="account_signup"),
    path("factors/webauthn/keys/<int:pk>/remove/", views.remove_key, name="mfa_remove_webauthn"),
    path("factors/", include("allauth.mfa.urls")),
    path("factors/first/", views.enrol, name="accounts_enrol"),
    path("with/<str:name>/", federation.begin, name="federation_begin"),
    path("with/<str:name>/callback/", federation.callback, name="federation_callback"),
    path("with/<str:name>/again/", federation.again, name="federation_again"),
    path("with/<str:name>/logout/", federation.backchannel, name="federation_backchannel"),
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
