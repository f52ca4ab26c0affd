"""The cast of the interface's tests, and a DIM physician, a DPO and a recipient."""

import datetime as dt
from pathlib import Path
from typing import NamedTuple

import pytest
from django.test import Client
from tests.api.conftest import World, trace, world

from ecluse.accounts.testing import person, sign_in
from ecluse.core.words import Decision
from ecluse.record import age
from ecluse.safe.client import SafeClient
from ecluse.safe.protocol import Approve, Who

__all__ = ["trace", "world"]


class Recipient(NamedTuple):
    """Somebody who receives exports: the public key, and the file of the private one."""

    public: str
    file: Path

    def read(self, sealed: bytes) -> str:
        return age.decrypt(sealed, age.identities(self.file)).decode()


@pytest.fixture
def recipient(tmp_path: Path) -> Recipient:
    text, public = age.new_key(dt.datetime.now(dt.UTC))
    file = tmp_path / "recipient.key"
    file.write_text(text)
    return Recipient(public, file)


@pytest.fixture
def dim(world: World) -> Who:
    """Give a DIM physician: may export, with a second person."""
    account = person(f"d.moreau-{world.mark}", "dim-physician")
    return Who(
        account=account.username, profession="dim-physician", session="dim", acr="aal2", workstation="pc", auth_age=1
    )


@pytest.fixture
def dim_browser(dim: Who) -> Client:
    return sign_in(Client(), person(dim.account, "dim-physician", enrol=False), "dim-physician")


class Dpo(NamedTuple):
    """A second person."""

    who: Who
    safe: SafeClient

    def approve(self, sequence: int) -> Decision:
        return self.safe.call(Approve(who=self.who, proposal=sequence, request="approve")).decision


@pytest.fixture
def dpo(world: World, safe: SafeClient) -> Dpo:
    account = person(f"o.garde-{world.mark}", "dpo")
    return Dpo(
        Who(account=account.username, profession="dpo", session="dpo", acr="aal2", workstation="pc2", auth_age=1), safe
    )
