"""A stranger's checker of SCIM servers (scim2-tester), behind somebody who proves the service's key for it."""

import datetime as dt
from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest
from django.core.wsgi import get_wsgi_application
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_models import ComplexAttribute, Mutability
from scim2_tester import Status, check_server

from ecluse.accounts.scim.models import RIGHTS, STAFF
from ecluse.accounts.testing import Bound, person

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Proving:
    """The site, with the proof of a key added to each request."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        self.site = get_wsgi_application()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = f"{environ.get('SCRIPT_NAME', '')}{environ['PATH_INFO']}"
        proved = self.bound.headers(environ["REQUEST_METHOD"], path)
        environ |= {f"HTTP_{name.upper()}": value for name, value in proved.items()}
        return self.site(environ, start_response)


def described(client: WSGISCIMClient) -> WSGISCIMClient:
    """Let the checker discover the server, and tell it what no schema says: days, roles; that P4 is ours to test."""
    client.discover()
    [staff] = [model for model in client.provider.models if str(model.__schema__) == STAFF]
    staff.model_fields["ends"].examples = [dt.datetime(year, 6, 30, 12, tzinfo=dt.UTC) for year in (2031, 2032)]
    number = staff.model_fields["rpps"]
    number.metadata = [Mutability.read_only if isinstance(one, Mutability) else one for one in number.metadata]
    [user] = [model for model in client.provider.models if model.__name__ == "User"]
    role = user.get_field_root_type("roles")
    assert role is not None
    assert issubclass(role, ComplexAttribute)
    role.model_fields["value"].examples = ["nurse", "midwife"]
    return client


@pytest.mark.parametrize("tag", ["discovery", "crud", "patch", "misc"])
def test_the_checker_finds_nothing_wrong(tag: str) -> None:
    """It writes and removes extensions as a whole, also the one whose every attribute is only read: not counted."""
    site = Proving(Bound(person("hr.tester", "provisioning-service", service=True), "scim"))
    client = described(WSGISCIMClient(site, base_url="http://testserver/scim/v2"))
    results = check_server(client, include_tags={tag})
    wrong = [f"{one.title}: {one.reason}" for one in results if one.status in {Status.ERROR, Status.CRITICAL}]
    wrong = [one for one in wrong if tag != "patch" or f"'{RIGHTS}'" not in one]
    assert not wrong, "\n".join(wrong)
    assert any(one.status is Status.SUCCESS for one in results)
