"""What happens beside a browser, in the home folder named by ECLUSE_HOME, when run as a program.

``age USERNAME SECONDS``: what this person proved last is that long ago. ``hold USERNAME``: the officer's lock that asks
for a fresh proof.
"""

import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.web.settings")
django.setup()

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY  # noqa: E402
from allauth.usersessions.models import UserSession  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from ecluse.accounts import approvals  # noqa: E402
from ecluse.core.words import Decision, Grade, TargetKind  # noqa: E402
from ecluse.safe.protocol import Who  # noqa: E402


def age(username: str, seconds: str) -> None:
    """Move the proofs of every open session."""
    for key in UserSession.objects.filter(user__username=username).values_list("session_key", flat=True):
        store = SessionStore(key)
        for proof in store[AUTHENTICATION_METHODS_SESSION_KEY]:
            proof["at"] = time.time() - int(seconds)
        store.save()


def hold(username: str) -> None:
    """Place a lock that a fresh proof opens."""
    officer = Who(account="r.garde", profession="security-officer", session="meanwhile", acr="aal2", amr=("hwk", "mfa"))
    target = (TargetKind.ACCOUNT, username)
    ruled = approvals.place_lock(officer, target, "unusual", "meanwhile", grade=Grade.STEP_UP)
    assert ruled.decision is Decision.ALLOW, ruled


if __name__ == "__main__":
    age(*sys.argv[2:]) if sys.argv[1] == "age" else hold(*sys.argv[2:])
