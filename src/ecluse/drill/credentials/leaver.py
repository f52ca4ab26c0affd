"""A session and its key, kept after the identity system said ``active: false``."""

import httpx

from ecluse.core.errors import BrokenWorldError
from ecluse.drill.browser import Browser
from ecluse.drill.credentials.attempt import Attempt
from ecluse.drill.credentials.base import Case
from ecluse.drill.credentials.ground import provisioner
from ecluse.drill.signin import find_form, fresh_code, with_password

USERS = "/scim/v2/Users"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SCIM = {"Content-Type": "application/scim+json"}


def stop(system: Browser, username: str) -> None:
    """Say that somebody left, as identity systems do (RFC 7644 section 3.5.2).

    Raises:
        BrokenWorldError: it was not taken.
    """
    known = system.get(f'{USERS}?filter=userName eq "{username}"').json()["Resources"][0]["id"]
    body = {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": False}]}
    done = system.ask("PATCH", f"{USERS}/{known}", json=body, headers=SCIM)
    if not done.is_success:
        raise BrokenWorldError(f"SCIM answered {done.status_code}.", "Is the provisioning service registered?")


def steal(attempt: Attempt) -> None:
    """Go on with the open session, its cookies and its very key, then sign in again with everything."""
    owner = attempt.at_work()
    system = Browser(attempt.ground.url, auth=provisioner(attempt.ground, attempt.owner))
    attempt.begin()
    stop(system, attempt.owner.username)
    system.close()
    thief = attempt.thiefs(cookies=httpx.Cookies(owner.http.cookies), device=owner.device, here=True)
    attempt.walk(thief)
    here = with_password(thief, attempt.owner)
    form = find_form(here, "code")
    if form is not None:
        thief.submit(form, here, code=fresh_code(attempt.owner))
    attempt.walk(thief)


CASE = Case(
    "after-active-false",
    "An open session with its cookies and its key, the password and the app, after SCIM said active: false.",
    "Every session ends with its next request; the account signs in nowhere.",
    steal,
)
