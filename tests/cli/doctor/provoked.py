"""What provokes each finding: one function a finding, named after it."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.utils import timezone
from msgspec.structs import replace
from tests.cli.doctor.conftest import with_keys

from ecluse.accounts import approvals, slips
from ecluse.accounts.models import Account, Contact, ServiceClient, Workstation
from ecluse.accounts.testing import person, with_credentials
from ecluse.accounts.who import console
from ecluse.cli.findings.base import Seen
from ecluse.core.home import Accounts, Breach, Home, Mail, Settings
from ecluse.core.identity import Provider, Strength
from ecluse.core.outside import Alarms
from ecluse.core.words import TargetKind
from ecluse.safe.protocol import Held, Who

YEARS = dt.timedelta(days=800)
PROVIDER = Provider(issuer="https://op.test", client_id="ecluse", label="OP", private_key_file="op.jwk")
CLIENTS = ServiceClient.objects
PROVOKED: dict[str, Callable[[Seen], Seen | None]] = {}


def provokes(code: str) -> Callable[[Callable[[Seen], Seen | None]], Callable[[Seen], Seen | None]]:
    def keep(function: Callable[[Seen], Seen | None]) -> Callable[[Seen], Seen | None]:
        PROVOKED[code] = function
        return function

    return keep


def told(seen: Seen, **fields: Any) -> Seen:
    """Change settings."""
    changed: Settings = replace(seen.home.settings, **fields)
    return seen._replace(home=Home(seen.home.path, changed))


def provider(seen: Seen, **fields: Any) -> Seen:
    return told(seen, federation={"op": replace(PROVIDER, **fields)})


@provokes("leaver-with-rights")
def leaver(_: Seen) -> None:
    person("l.leaver", "nurse", ends=timezone.localdate() - dt.timedelta(days=3))


@provokes("unused-with-rights")
def unused(_: Seen) -> None:
    person("u.unused", "nurse", created=timezone.now() - dt.timedelta(days=200))


@provokes("unused-stay-open")
def unused_for_ever(seen: Seen) -> Seen:
    return told(seen, sessions=replace(seen.home.settings.sessions, unused_days=0))


@provokes("temporary-without-end")
def endless(_: Seen) -> None:
    person("t.endless.ab2c", enrol=False, issued_by="s.one")


@provokes("shared-account")
def shared(_: Seen) -> None:
    person("infirmiere.garde", enrol=False)


@provokes("rights-not-reviewed")
def unreviewed(_: Seen) -> None:
    now = timezone.now()
    person("o.old", "nurse", created=now - YEARS, last_login=now)


@provokes("approvers-few")
def few(_: Seen) -> None:
    Account.objects.filter(username="s.three").update(is_active=False)


@provokes("privileged-without-passkey")
def phishable(_: Seen) -> None:
    with_credentials(person("d.dpo", "dpo"))


@provokes("password-alone")
def alone(_: Seen) -> None:
    account = person("p.alone", enrol=False, created=timezone.now() - dt.timedelta(days=8))
    account.set_password("correct horse battery staple")
    account.save()


@provokes("privileged-single-passkey")
def single(_: Seen) -> None:
    account = with_keys(person("d.dpo", "dpo"), 1)
    account.set_password("correct horse battery staple")
    account.save()


@provokes("resets-waiting")
def resets(_: Seen) -> None:
    slips.ask(console(), Account.objects.get(username="n.martin"), slips.PASSWORD)


@provokes("breached-list-unreadable")
def broken_list(seen: Seen) -> None:
    seen.home.known_passwords.write_bytes(b"half")


@provokes("breached-list-missing")
def no_list(seen: Seen) -> None:
    seen.home.known_passwords.unlink()


@provokes("breached-list-old")
def old_list(seen: Seen) -> None:
    seen.home.known_passwords.write_bytes(b"40000000")


@provokes("sessions-without-key")
def without_key(seen: Seen) -> Seen:
    return told(seen, sessions=replace(seen.home.settings.sessions, without_key="short"))


@provokes("no-ward-workstation")
def no_ward(_: Seen) -> None:
    Workstation.objects.all().delete()


@provokes("workstation-not-registered")
def not_registered(seen: Seen) -> None:
    Workstation.objects.create(key="b" * 32, label="CARD room 1", code="c" * 64, code_until=seen.now - dt.timedelta(1))


@provokes("service-from-anywhere")
def anywhere(_: Seen) -> None:
    CLIENTS.update(addresses=[])


@provokes("service-wide-scope")
def wide(_: Seen) -> None:
    CLIENTS.update(scope="system/*.rs")


@provokes("service-key-old")
def old_key(seen: Seen) -> None:
    CLIENTS.update(created=seen.now - YEARS)


@provokes("service-without-key")
def no_key(_: Seen) -> None:
    person("x.feed", "interface-service", service=True)


@provokes("provisioning-many")
def many(_: Seen) -> None:
    for name in ("hr.one", "hr.two"):
        account = person(name, "provisioning-service", service=True)
        CLIENTS.create(account=account, jwks={"keys": []}, scope="scim", addresses=["10.2.0.1"])


@provokes("federation-weak-strength")
def weak(seen: Seen) -> Seen:
    return provider(seen, strengths=(Strength("amr", "pwd"),))


@provokes("federation-shared-secret")
def shared_secret(seen: Seen) -> Seen:
    return provider(seen, private_key_file="", secret_file="op.secret")


@provokes("federation-long-session")
def long_session(seen: Seen) -> Seen:
    return provider(seen, session_s=7 * 24 * 3600)


@provokes("federation-rpps-any-issuer")
def any_rpps(seen: Seen) -> Seen:
    return provider(seen, match_rpps=True)


@provokes("secret-file-readable")
def readable(seen: Seen) -> Seen:
    file = seen.home.path / "mail.secret"
    file.write_text("secret")
    file.chmod(0o644)
    return told(seen, mail=replace(seen.home.settings.mail, password_file="mail.secret"))


@provokes("witness-behind")
def behind(seen: Seen) -> None:
    (seen.home.path / "witness" / "head").unlink()


@provokes("head-late")
def late(seen: Seen) -> Seen:
    return seen._replace(safe=replace(seen.safe, size=10**9), now=seen.now + dt.timedelta(hours=1))


@provokes("approvals-waiting")
def waiting(seen: Seen) -> Seen:
    person("t.trainee", enrol=False)
    admin = person("i.admin", "it-administrator")
    with_keys(admin, 2)
    who = Who(account=admin.username, profession="it-administrator", session="s", acr="aal2", auth_age=0)
    approvals.propose_grant(who, "t.trainee", ["nurse"], "test")
    return seen._replace(now=seen.now + dt.timedelta(hours=2))


@provokes("locks-forgotten")
def forgotten(seen: Seen) -> Seen:
    lock = Held(TargetKind.ACCOUNT, "n.martin", "for a while", since=(seen.now - YEARS).timestamp())
    return seen._replace(safe=replace(seen.safe, held=(lock,)))


@provokes("no-alarm")
def no_alarm(seen: Seen) -> Seen:
    return told(seen, alarms=Alarms())


@provokes("no-mail")
def no_mail(seen: Seen) -> Seen:
    return told(seen, mail=Mail())


@provokes("mail-goes-nowhere")
def local_mail(seen: Seen) -> Seen:
    return told(seen, mail=Mail(how="file"))


@provokes("approver-without-address")
def no_address(_: Seen) -> None:
    Contact.objects.filter(account__username="s.two").delete()


@provokes("breach-nobody-named")
def nobody_named(seen: Seen) -> Seen:
    return told(seen, breach=Breach())


def lenient(seen: Seen) -> Seen:
    """Provoke a finding of the server's own checks."""
    return told(seen, accounts=Accounts(demo_codes_for_all=True))
