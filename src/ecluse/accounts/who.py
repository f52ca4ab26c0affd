"""Who asks, and how surely, from what the session proves.

1. ``acr`` is ``aal2`` only when a second factor (or a passkey, which is two) was used in this very session.
2. ``auth_age`` counts from the newest *second factor*: a password typed again makes nothing fresher.
3. A recovery code is not a factor: the session stays at ``aal1`` and reaches only the pages where a factor is added.
4. Nothing here comes from what the browser says, but for ``claimed_address``, which is called so.
"""

import getpass
import time
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from ecluse.accounts import workstation
from ecluse.safe.protocol import Who

PROFESSION = "ecluse.profession"
KEY_KIND = "ecluse.key"
FEDERATION = "ecluse.federation"
FEDERATED = "federation"
"""Proved to a provider outside: the words are the provider's own."""
WORDS = {"totp": "otp", "recovery_codes": "otp"}
ADDRESS_CHARS = 64


def who_of(request: HttpRequest) -> Who:
    """Return who makes this request. Nobody signed in: empty account, profession and strength."""
    if not request.user.is_authenticated:
        return stranger(request)
    account = request.user
    records = get_authentication_records(request, account)
    second = [record for record in records if record.get("method") == "mfa" and record.get("type") != "recovery_codes"]
    return Who(
        account=account.username,
        profession=request.session.get(PROFESSION, ""),
        session=request.session.session_key or "",
        acr="aal2" if second else "aal1",
        amr=_methods(request, records),
        auth_age=_age(second or records),
        workstation=workstation.name_of(request),
        address=address(request),
        claimed_address=claimed_address(request),
    )


def stranger(request: HttpRequest, account: str = "") -> Who:
    """Return somebody who has proved nothing; ``account`` is an existing account they tried, never what was typed."""
    return Who(
        account=account,
        profession="",
        session="",
        workstation=workstation.name_of(request),
        address=address(request),
        claimed_address=claimed_address(request),
    )


def console() -> Who:
    """Return the person at the machine's own command line: whoever owns the home folder."""
    return Who(account=f"console:{getpass.getuser()}", profession="", session="", acr="console")


def address(request: HttpRequest) -> str:
    """Return the address the server saw."""
    return str(request.META.get("REMOTE_ADDR", ""))[:ADDRESS_CHARS]


def claimed_address(request: HttpRequest) -> str:
    """Return the last address of the proxy header: the nearest proxy wrote it; those before, anybody may have typed."""
    return str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()[:ADDRESS_CHARS]


def _methods(request: HttpRequest, records: list[dict[str, Any]]) -> tuple[str, ...]:
    """Return the RFC 8176 words of what was used in this session, in order, each once."""
    words: list[str] = []
    for record in records:
        if record.get("type") == FEDERATED:
            words += record["amr"] + (["mfa"] if record.get("method") == "mfa" else [])
        elif record.get("method") == "password":
            words.append("pwd")
        elif record.get("method") == "mfa":
            words.append(WORDS.get(record.get("type", ""), request.session.get(KEY_KIND, "swk")))
            words += ["pin"] if record.get("pin") else []
            words += [] if record.get("tap") or record.get("type") == "recovery_codes" else ["mfa"]
    return tuple(dict.fromkeys(words))


def _age(records: list[dict[str, Any]]) -> int:
    """Return the seconds since the newest of ``records``; without any, a day's worth: nothing was proved."""
    if not records:
        return 24 * 60 * 60
    return max(0, int(time.time() - max(record["at"] for record in records)))
