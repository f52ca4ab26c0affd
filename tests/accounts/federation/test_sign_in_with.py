"""Signing in with an OpenID Provider that runs on this machine, and every way in which it must not work."""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from ecluse.accounts.approvals import place_lock
from ecluse.accounts.federation.testing import TestProvider
from ecluse.accounts.models import Account, LinkedIdentity
from ecluse.accounts.services.testing import Answer
from ecluse.accounts.testing import code, person
from ecluse.core.identity import Strength
from ecluse.core.words import Action, Decision, TargetKind
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who

Trace = Callable[[], list[Entry]]
Go = Callable[..., Answer]
CALLBACK = "/accounts/with/keycloak/callback/"


def signed_in(client: Client) -> bool:
    return client.get("/accounts/sessions/").status_code == 200


def rules(trace: Trace) -> list[str]:
    return [entry.rule for entry in trace()]


def test_a_linked_person_comes_in_with_what_the_table_counts_as_two_factors(
    op: TestProvider, go: Go, client: Client, trace: Trace
) -> None:
    op.claims |= {"auth_time": int(time.time()), "amr": ["pwd", "hwk"]}
    assert go(client).status_code == 302
    assert signed_in(client)
    told = [entry for entry in trace() if entry.action is Action.LOGIN]
    assert [entry.rule for entry in told] == ["provider-said", "signed-in"]
    assert "acr=2" in told[0].detail
    assert told[1].detail == "pwd+hwk+mfa"


def test_the_request_is_that_of_the_standards(
    op: TestProvider, go: Go, client: Client, change: Callable[..., None]
) -> None:
    change(acr_values="eidas1", scope="openid scope_all")
    go(client)
    assert op.asked["code_challenge_method"] == "S256"
    assert (op.asked["acr_values"], op.asked["scope"], op.asked["response_type"]) == (
        "eidas1",
        "openid scope_all",
        "code",
    )
    assert len(op.asked["nonce"]) >= 43
    assert "client_secret" not in op.redeemed
    assert op.redeemed["client_assertion_type"].endswith("jwt-bearer")


def test_o1_an_unknown_person_is_not_made_an_account(op: TestProvider, go: Go, client: Client, trace: Trace) -> None:
    op.claims["sub"] = "somebody-else"
    before = Account.objects.count()
    assert go(client).status_code == 403
    assert not signed_in(client)
    assert Account.objects.count() == before
    assert rules(trace)[-1] == "unknown-subject"


@pytest.mark.parametrize("state", ["left", "inactive", "not yet", "locked"])
def test_o1_who_may_not_come_in_does_not_come_in_with_a_provider(
    op: TestProvider, go: Go, client: Client, nurse: Account, officer: Account, trace: Trace, state: str
) -> None:
    today = timezone.localdate()
    match state:
        case "left":
            Account.objects.filter(pk=nurse.pk).update(ends=today - dt.timedelta(days=1))
        case "inactive":
            Account.objects.filter(pk=nurse.pk).update(is_active=False)
        case "not yet":
            Account.objects.filter(pk=nurse.pk).update(hired=today + dt.timedelta(days=1))
        case _:
            LinkedIdentity.objects.filter(account=nurse).update(account=person("l.locked", "nurse"))
            who = Who(account=officer.username, profession="security-officer", session="", acr="console")
            place_lock(who, (TargetKind.ACCOUNT, "l.locked"), "test", "test")
    go(client)
    assert not signed_in(client)
    assert trace()[-1].action is Action.LOGIN_FAILURE


RPPS = "10003456789"
FOR_ANOTHER: list[tuple[str, dict[str, Any]]] = [
    ("id-token-aud", {"aud": ["another-client"]}),
    ("id-token-aud", {"aud": ["ecluse", "another-client"], "azp": "ecluse"}),
    ("id-token-azp", {"azp": "another-client"}),
    ("id-token-iss", {"iss": "https://elsewhere.test"}),
    ("id-token-exp", {"exp": int(time.time()) - 3600}),
    ("id-token-exp", {"exp": int(time.time()) + 10**7}),
    ("id-token-exp", {"exp": None}),
    ("id-token-iat", {"iat": int(time.time()) - 3600}),
    ("id-token-iat", {"iat": int(time.time()) + 3600}),
    ("id-token-nonce", {"nonce": "another"}),
    ("id-token-nonce", {"nonce": None}),
    ("id-token-at_hash", {"at_hash": "A" * 22}),
    ("id-token-sub", {"sub": ""}),
]


@pytest.mark.parametrize(
    ("rule", "claims"), FOR_ANOTHER, ids=[f"{rule} {place}" for place, (rule, _claims) in enumerate(FOR_ANOTHER)]
)
def test_o2_an_id_token_that_is_not_the_answer_to_this_request_is_refused(
    op: TestProvider, go: Go, client: Client, trace: Trace, rule: str, claims: dict[str, Any]
) -> None:
    op.claims |= claims
    assert go(client).status_code == 403
    assert not signed_in(client)
    assert (trace()[-1].action, trace()[-1].rule, trace()[-1].detail) == (Action.LOGIN_FAILURE, rule, "keycloak")


@pytest.mark.parametrize("alg", ["none", "HS256", "RS512"])
def test_o2_a_signature_that_is_not_listed_is_refused(op: TestProvider, go: Go, client: Client, alg: str) -> None:
    op.alg = alg
    assert go(client).status_code == 403
    assert not signed_in(client)


def test_o2_no_setting_lets_an_unsigned_token_in(
    op: TestProvider, go: Go, client: Client, change: Callable[..., None]
) -> None:
    change(algorithms=("none", "HS256"))
    for alg in ("none", "HS256"):
        op.alg = alg
        assert go(client).status_code == 403


@pytest.mark.parametrize(
    "changed", [{"state": "x"}, {"state": ""}, {"error": "access_denied"}, {"code": ""}, {"iss": "x"}]
)
def test_o2_an_answer_to_another_request_is_refused(
    op: TestProvider, go: Go, client: Client, trace: Trace, changed: dict[str, str]
) -> None:
    assert go(client, **changed).status_code == 403
    assert trace()[-1].action is Action.LOGIN_FAILURE
    assert not signed_in(client)


def test_o2_an_answer_nobody_asked_for_is_refused(op: TestProvider, client: Client) -> None:
    assert client.get(f"{CALLBACK}?code=x&state=x").status_code == 403


def test_o2_a_code_carried_to_another_browser_is_refused(op: TestProvider, go: Go, client: Client) -> None:
    left = client.get("/accounts/with/keycloak/")
    assert left.status_code == 302
    thief = Client()
    assert thief.get(f"{CALLBACK}?code=stolen&state={op.asked.get('state', 'x')}").status_code == 403


def test_o3_without_a_line_in_the_table_the_local_second_factor_is_asked(
    op: TestProvider, go: Go, client: Client
) -> None:
    op.claims["acr"] = "eidas1"
    assert go(client)["Location"] == "/accounts/factors/authenticate/"
    assert not signed_in(client)


def test_o3_the_table_reads_any_claim_and_infers_nothing(
    op: TestProvider, go: Go, client: Client, change: Callable[..., None]
) -> None:
    change(strengths=(Strength("Palier_Authentification", "APPPRIP3"),), userinfo=True)
    op.userinfo = {"sub": "subject-1", "Palier_Authentification": "APPPRIP2"}
    assert "factors" in go(client)["Location"]
    op.userinfo["Palier_Authentification"] = "APPPRIP3"
    assert go(Client())["Location"] == "/"


def test_o3_a_proof_without_a_time_is_old(op: TestProvider, go: Go, client: Client) -> None:
    op.claims["auth_time"] = None
    go(client)
    [record] = client.session[AUTHENTICATION_METHODS_SESSION_KEY]
    assert record["at"] < time.time() - 80_000


def test_o3_a_proof_is_as_old_as_the_provider_says(op: TestProvider, go: Go, client: Client) -> None:
    op.claims["auth_time"] = int(time.time()) - 4000
    go(client)
    [record] = client.session[AUTHENTICATION_METHODS_SESSION_KEY]
    assert abs(time.time() - record["at"] - 4000) < 30


def test_a_rpps_number_names_the_account_that_has_it(
    op: TestProvider, go: Go, client: Client, change: Callable[..., None], nurse: Account
) -> None:
    LinkedIdentity.objects.all().delete()
    Account.objects.filter(pk=nurse.pk).update(rpps=RPPS)
    change(match_rpps=True, userinfo=True)
    ids = [{"identifiant": f"8{RPPS}", "origine": "RPPS", "qualite": 1}]
    op.userinfo = {"sub": "subject-1", "SubjectNameID": f"8{RPPS}", "otherIds": ids}
    go(client)
    assert signed_in(client)


IDS: list[tuple[str, dict[str, Any]]] = [
    ("unknown-subject", {"SubjectNameID": "810009999999"}),
    ("unknown-subject", {"otherIds": [{"identifiant": f"8{RPPS}", "origine": "FINESS"}]}),
    (
        "unknown-subject",
        {"SubjectNameID": f"8{RPPS}", "otherIds": [{"identifiant": "810001111111", "origine": "RPPS"}]},
    ),
    ("unknown-subject", {"SubjectNameID": ["x"], "otherIds": "x"}),
    ("userinfo-subject", {"sub": "another", "SubjectNameID": f"8{RPPS}"}),
]


@pytest.mark.parametrize("case", IDS)
def test_o1_a_number_that_is_not_this_persons_names_nobody(
    op: TestProvider,
    go: Go,
    client: Client,
    change: Callable[..., None],
    nurse: Account,
    trace: Trace,
    case: tuple[str, dict[str, Any]],
) -> None:
    rule, said = case
    LinkedIdentity.objects.all().delete()
    Account.objects.filter(pk=nurse.pk).update(rpps=RPPS)
    change(match_rpps=True, userinfo=True)
    op.userinfo = {"sub": "subject-1", **said}
    assert go(client).status_code == 403
    assert rules(trace)[-1] == rule


def test_o1_subject_and_number_of_two_people_name_nobody(
    op: TestProvider, go: Go, client: Client, change: Callable[..., None], trace: Trace
) -> None:
    person("a.other", "nurse", rpps=RPPS)
    change(match_rpps=True, userinfo=True)
    op.userinfo = {"sub": "subject-1", "SubjectNameID": f"8{RPPS}"}
    assert go(client).status_code == 403
    assert rules(trace)[-1] == "two-accounts"


def test_o1_a_number_does_not_replace_a_subject_that_was_linked(
    op: TestProvider, go: Go, client: Client, change: Callable[..., None], nurse: Account, trace: Trace
) -> None:
    Account.objects.filter(pk=nurse.pk).update(rpps=RPPS)
    change(match_rpps=True, userinfo=True)
    op.claims["sub"] = "another"
    op.userinfo = {"sub": "another", "SubjectNameID": f"8{RPPS}"}
    assert go(client).status_code == 403
    assert rules(trace)[-1] == "another-subject"


@pytest.mark.parametrize("mark", ["began", "seen"])
def test_o4_a_session_ends_at_the_bounds_of_its_provider(
    op: TestProvider, go: Go, client: Client, change: Callable[..., None], mark: str
) -> None:
    change(session_s=14_400, idle_s=1_800)
    go(client)
    session = client.session
    session["ecluse.federation"] = {**session["ecluse.federation"], mark: int(time.time()) - 14_500}
    session.save()
    assert not signed_in(client)


def logout_token(op: TestProvider, **claims: Any) -> str:
    now = int(time.time())
    event: dict[str, object] = {"http://schemas.openid.net/event/backchannel-logout": {}}
    told = {"iss": op.issuer, "aud": "ecluse", "iat": now, "exp": now + 60, "jti": str(time.time_ns()), "events": event}
    return op.signed({**told, "sub": "subject-1", **claims})


def test_o4_the_provider_ends_a_session_at_once(op: TestProvider, go: Go, client: Client, trace: Trace) -> None:
    go(client)
    token = logout_token(op)
    assert Client().post("/accounts/with/keycloak/logout/", {"logout_token": token}).status_code == 200
    assert not signed_in(client)
    assert "ended-by-provider" in rules(trace)
    assert Client().post("/accounts/with/keycloak/logout/", {"logout_token": token}).status_code == 400


BAD_LOGOUTS: list[dict[str, Any]] = [
    {"aud": "another"},
    {"iss": "https://elsewhere.test"},
    {"iat": 1},
    {"events": {}},
    {"nonce": "n"},
    {"jti": None},
    {"sub": None},
]


@pytest.mark.parametrize("claims", BAD_LOGOUTS, ids=str)
def test_o4_nobody_but_the_provider_ends_a_session(
    op: TestProvider, go: Go, client: Client, claims: dict[str, Any]
) -> None:
    go(client)
    token = logout_token(op, **claims)
    assert Client().post("/accounts/with/keycloak/logout/", {"logout_token": token}).status_code == 400
    assert signed_in(client)


def test_a_fresh_proof_is_asked_of_the_provider_that_opened_the_session(
    op: TestProvider, go: Go, client: Client, trace: Trace, nurse: Account
) -> None:
    Authenticator.objects.filter(user=nurse).delete()
    op.claims["auth_time"] = int(time.time()) - 4000
    go(client)
    op.claims["auth_time"] = int(time.time())
    assert go(client, "/accounts/with/keycloak/again/?next=/accounts/sessions/")["Location"] == "/accounts/sessions/"
    assert (op.asked["prompt"], op.asked["max_age"]) == ("login", "0")
    assert rules(trace)[-1] == "proved-again"


AGAIN: list[tuple[str, dict[str, Any]]] = [
    ("not-fresh", {"auth_time": int(time.time()) - 4000}),
    ("id-token-auth_time", {"auth_time": None}),
    ("too-weak", {"acr": "1"}),
    ("another-person", {"sub": "subject-2"}),
]


@pytest.mark.parametrize(("rule", "claims"), AGAIN)
def test_o3_a_proof_that_is_old_weak_or_anothers_is_not_fresh(
    op: TestProvider, go: Go, client: Client, trace: Trace, rule: str, claims: dict[str, Any]
) -> None:
    LinkedIdentity.objects.create(account=person("b.other", "nurse"), provider="keycloak", subject="subject-2")
    op.claims["auth_time"] = int(time.time()) - 4000
    go(client)
    op.claims |= claims
    assert go(client, "/accounts/with/keycloak/again/").status_code == 403
    assert rules(trace)[-1] == rule


def test_a_stolen_session_of_a_provider_adds_no_factor_of_its_own(
    op: TestProvider, go: Go, client: Client, nurse: Account
) -> None:
    Authenticator.objects.filter(user=nurse).delete()
    nurse.set_unusable_password()
    nurse.save()
    op.claims["auth_time"] = int(time.time()) - 4000
    go(client)
    client.get("/accounts/factors/totp/activate/")
    right = code(secret=client.session["mfa.totp.secret"])
    answer = client.post("/accounts/factors/totp/activate/", {"code": right})
    assert answer.headers["Location"].startswith("/accounts/with/keycloak/again/")
    assert not Authenticator.objects.filter(user=nurse).exists()


def test_o5_no_token_or_code_reaches_the_trace(op: TestProvider, go: Go, client: Client, trace: Trace) -> None:
    go(client)
    written = repr(trace())
    assert op.redeemed["code"] not in written
    assert op.redeemed["client_assertion"] not in written
    assert "subject-1" not in written


def test_a_provider_that_speaks_for_another_issuer_is_refused(
    op: TestProvider, client: Client, change: Callable[..., None], trace: Trace
) -> None:
    change(issuer=op.issuer.replace("127.0.0.1", "localhost"), metadata=f"{op.issuer}/.well-known/openid-configuration")
    assert client.get("/accounts/with/keycloak/").status_code == 403
    assert rules(trace)[-1] == "provider-issuer"


def test_an_unknown_provider_has_no_address(op: TestProvider, client: Client) -> None:
    assert client.get("/accounts/with/google/").status_code == 404
    assert client.get("/accounts/with/google/callback/").status_code == 404


def test_the_page_of_signing_in_offers_the_provider(op: TestProvider, client: Client) -> None:
    assert "/accounts/with/keycloak/" in client.get("/accounts/login/?next=/search/").content.decode()


def test_o5_a_token_for_another_audience_is_traced_with_the_account_it_named(
    op: TestProvider, go: Go, client: Client, trace: Trace
) -> None:
    op.claims |= {"aud": "another-client"}
    assert go(client).status_code == 403
    assert (trace()[-1].rule, trace()[-1].target) == ("id-token-aud", "n.martin")


def test_o5_a_token_that_nobody_signed_names_nobody(op: TestProvider, go: Go, client: Client, trace: Trace) -> None:
    op.alg = "none"
    assert go(client).status_code == 403
    assert (trace()[-1].decision, trace()[-1].account, trace()[-1].target) == (Decision.REFUSE, "", "")


def test_o5_a_token_for_another_audience_of_somebody_unknown_names_nobody(
    op: TestProvider, go: Go, client: Client, trace: Trace
) -> None:
    op.claims |= {"aud": "another-client", "sub": "nobody-here"}
    assert go(client).status_code == 403
    assert (trace()[-1].rule, trace()[-1].target) == ("id-token-aud", "")
