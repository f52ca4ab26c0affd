"""The end of set-up. The safe of these tests is their own: what is closed stays closed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from ecluse.accounts import setup
from ecluse.accounts.models import Account, AccountProfession
from ecluse.accounts.who import console
from ecluse.core.errors import RefusedError
from ecluse.core.home import load
from ecluse.safe.client import SafeClient, SafeUnavailableError
from ecluse.safe.protocol import Enrol, Status
from ecluse.safe.testing import running_safe
from ecluse.web.checks import set_up


@pytest.fixture
def own_safe(tmp_path: Path, settings: Settings) -> Iterator[SafeClient]:
    (tmp_path / "ecluse.toml").write_text("")
    settings.HOME = load(tmp_path)
    with running_safe(tmp_path, accounts={}) as client:
        yield client


def member(username: str, profession: str, *, service: bool = False, active: bool = True) -> Account:
    account = Account.objects.create(username=username, display_name=username, service=service, is_active=active)
    AccountProfession.objects.create(account=account, profession=profession)
    return account


def is_closed(client: SafeClient) -> bool:
    return client.call(Status()).setup_closed


def test_setup_stays_open_while_nobody_could_approve(own_safe: SafeClient) -> None:
    with pytest.raises(RefusedError, match="0 of the accounts"):
        setup.close(console())
    assert not is_closed(own_safe)


def test_one_approver_is_not_two_people(own_safe: SafeClient) -> None:
    officer = member("s.officer", "security-officer")
    AccountProfession.objects.create(account=officer, profession="dpo")
    with pytest.raises(RefusedError, match="1 of the accounts"):
        setup.close(console())


@pytest.mark.parametrize(("service", "active"), [(True, True), (False, False)])
def test_a_service_or_a_leaver_is_no_approver(own_safe: SafeClient, service: bool, active: bool) -> None:
    member("s.officer", "security-officer")
    member("d.other", "dpo", service=service, active=active)
    with pytest.raises(RefusedError):
        setup.close(console())


def test_after_setup_nobody_is_enrolled_at_one_persons_word(own_safe: SafeClient) -> None:
    member("s.officer", "security-officer")
    member("d.dpo", "dpo")
    setup.close(console())
    assert is_closed(own_safe)
    with pytest.raises(SafeUnavailableError, match="setup-closed"):
        own_safe.call(Enrol(who=console(), accounts={"m.intrus": ("physician",)}, request="late"))


def test_a_site_whose_setup_is_open_is_critical(own_safe: SafeClient, settings: Settings) -> None:
    member("s.officer", "security-officer")
    member("d.dpo", "dpo")
    assert [found.id for found in set_up(settings.HOME)] == ["web.C011"]
    setup.close(console())
    assert set_up(settings.HOME) == []
