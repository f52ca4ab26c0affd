"""A stranger's checker of SCIM servers (scim2-tester), behind somebody who proves the service's key for it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import pytest
from django.core.wsgi import get_wsgi_application
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_tester import Status, check_server

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


@pytest.mark.parametrize("tag", ["discovery", "crud", "patch", "misc"])
def test_the_checker_finds_nothing_wrong(tag: str) -> None:
    site = Proving(Bound(person("hr.tester", "provisioning-service", service=True), "scim"))
    results = check_server(WSGISCIMClient(site, base_url="http://testserver/scim/v2"), include_tags={tag})
    wrong = [f"{one.title}: {one.reason}" for one in results if one.status in {Status.ERROR, Status.CRITICAL}]
    assert not wrong, "\n".join(wrong)
    assert any(one.status is Status.SUCCESS for one in results)
