"""People for the tests of other parts: an account in database and register, and a browser signed in as it."""

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Iterable

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.signing import Signer
from django.test import Client, RequestFactory

from ecluse.accounts import sealing, workstation
from ecluse.accounts.bridge import the_safe
from ecluse.accounts.models import Account, AccountProfession, Membership, Unit
from ecluse.accounts.privileged import needs_passkey
from ecluse.accounts.professions import professions_of
from ecluse.accounts.services import grant
from ecluse.accounts.services.bound import Narrow
from ecluse.accounts.services.possession import Possession
from ecluse.accounts.who import KEY_KIND, PROFESSION, console
from ecluse.safe.protocol import Enrol, Who

PASSWORD = "correct horse battery staple"  # noqa: S105 - of people who do not exist
SECRET = base64.b32encode(b"twenty bytes of seed").decode()
USER_KEY = "account_authentication_methods_user"


class QuickArgon2(Argon2PasswordHasher):
    """Argon2id at its cheapest: tests hash hundreds of passwords that nobody is after."""

    time_cost = 1
    memory_cost = 64
    parallelism = 1


def person(
    username: str, *professions: str, units: Iterable[str] = (), enrol: bool = True, **fields: object
) -> Account:
    """Make an account with its professions and units (codes), enrolled in the running safe (set-up must be open)."""
    account, _made = Account.objects.get_or_create(
        username=username, defaults={"display_name": username.title(), **fields}
    )
    for word in professions:
        AccountProfession.objects.get_or_create(account=account, profession=word)
    for code in units:
        unit, _made = Unit.objects.get_or_create(code=code, defaults={"name": code.title()})
        Membership.objects.get_or_create(account=account, unit=unit)
    if enrol:
        the_safe().call(Enrol(who=console(), accounts={username: tuple(professions)}, request="test"))
    return account


def sign_in(
    client: Client, account: Account, profession: str = "", age: int = 0, *, second_factor: bool = True
) -> Client:
    """Give ``client`` an open session whose proofs were given ``age`` seconds ago; needs a running safe.

    Whoever needs a passkey came in with one, the others with a code.
    """
    client.force_login(account, backend="ecluse.accounts.adapter.People")
    at = time.time() - age
    records = [{"method": "password", "at": at, "username": account.username}]
    known = professions_of(account)
    profession = profession or (known[0] if len(known) == 1 else "")
    kind = "webauthn" if any(map(needs_passkey, {*known, profession})) else "totp"
    if second_factor:
        records.append({"method": "mfa", "at": at, "type": kind, "id": 0})
    session = client.session
    session[KEY_KIND] = "hwk"
    session[workstation.PLACE] = workstation.where(RequestFactory().get("/"))
    session[AUTHENTICATION_METHODS_SESSION_KEY] = records
    session[USER_KEY] = str(account.pk)
    if profession:
        session[PROFESSION] = profession
    session.save()
    row = {"user": account, "ip": "127.0.0.1", "user_agent": "test"}
    UserSession.objects.update_or_create(session_key=session.session_key, defaults=row)
    client.cookies[workstation.cookie_name()] = Signer(salt=workstation.SALT).sign(session[workstation.SESSION])
    return client


def with_credentials(account: Account) -> Account:
    """Give an account :data:`PASSWORD` and an authenticator app with :data:`SECRET`."""
    account.set_password(PASSWORD)
    account.save()
    data = {"secret": sealing.seal(SECRET)}
    Authenticator.objects.bulk_create([Authenticator(user=account, type=Authenticator.Type.TOTP, data=data)])
    return account


def code(step: int = 0, secret: str = SECRET) -> str:
    """Return the code of an authenticator app (RFC 6238, SHA-1, 6 digits), ``step`` periods from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + step)
    mac = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


class Bound:
    """An access token of a service and the key it is bound to, as the token endpoint would have given it."""

    def __init__(self, account: Account, scope: str = "system/*.crus", networks: tuple[str, ...] = ()) -> None:
        self.possession = Possession.fresh()
        narrow = Narrow(account.username, scope, networks)
        who = Who(account=account.username, profession=professions_of(account)[0], session="")
        self.token = grant.issue(None, account, who, narrow, self.possession.thumbprint)

    def headers(self, method: str, path: str, base: str = "http://testserver") -> dict[str, str]:
        """Return the headers of one request: token, and a fresh proof for it."""
        return self.possession.headers(method, f"{base}{path}", self.token)
