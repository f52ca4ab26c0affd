"""A provider on this machine that a nurse's account is linked to, and a browser that goes there and back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from django.test import Client
from joserfc.jwk import ECKey
from msgspec.structs import replace
from pytest_django.fixtures import Settings

from ecluse.accounts.federation import match
from ecluse.accounts.federation import provider as providers
from ecluse.accounts.federation.testing import CLIENT, TestProvider, running
from ecluse.accounts.models import Account
from ecluse.accounts.services.possession import public_set
from ecluse.accounts.services.testing import Answer
from ecluse.core.home import Home
from ecluse.core.identity import Provider, Strength

NAME = "keycloak"


@pytest.fixture(scope="module")
def key() -> ECKey:
    made = ECKey.generate_key("P-256")
    return ECKey.import_key({**made.as_dict(private=True), "kid": "ecluse", "use": "sig"})


@pytest.fixture(scope="module")
def served(key: ECKey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestProvider]:
    with running(tmp_path_factory.mktemp("provider"), NAME, public_set(key)) as provider:
        yield provider


@pytest.fixture
def op(served: TestProvider, key: ECKey, tmp_path: Path, settings: Settings, nurse: Account) -> TestProvider:
    """Give the provider, honest again, and known to the settings."""
    served.claims, served.userinfo, served.alg = {"sub": "subject-1", "acr": "2"}, {}, "RS256"
    providers.forget()
    file = tmp_path / "client.jwk"
    file.write_bytes(msgspec.json.encode(key.as_dict(private=True)))
    told = Provider(
        issuer=served.issuer,
        client_id=CLIENT,
        label="Keycloak",
        private_key_file=str(file),
        strengths=(Strength("acr", "2"), Strength("amr", "hwk")),
    )
    set_provider(settings, told)
    match.link(nurse, NAME, "subject-1")
    return served


def set_provider(settings: Settings, provider: Provider) -> None:
    home: Home = settings.HOME
    settings.HOME = replace(home, settings=replace(home.settings, federation={NAME: provider}))


@pytest.fixture
def change(settings: Settings, op: TestProvider) -> Callable[..., None]:
    """Change the settings of the provider."""

    def changes(**fields: object) -> None:
        before = settings.HOME.settings.federation[NAME]
        set_provider(settings, replace(before, **fields))

    return changes


Go = Callable[..., Answer]


@pytest.fixture
def go(op: TestProvider) -> Go:
    """Go to the provider and come back; return the answer of the way back."""

    def goes(browser: Client, start: str = f"/accounts/with/{NAME}/", **changed: str) -> Answer:
        left = browser.get(start)
        assert left.status_code == 302, left.content
        back = urlsplit(httpx.get(left["Location"]).headers["Location"])
        query = {**dict(pair.split("=", 1) for pair in back.query.split("&")), **changed}
        return browser.get(f"{back.path}?{'&'.join(f'{name}={value}' for name, value in query.items())}")

    return goes
