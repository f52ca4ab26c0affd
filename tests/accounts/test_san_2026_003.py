"""The four findings of CNIL's decision SAN-2026-003 (22 January 2026) against a public employment agency, as tests.

(1) short passwords, no second factor, fifty tries before a lock; (2) logs that did not surface abnormal use; (3) rights
so wide that one adviser reached people they did not follow; (4) measures named in the impact assessment and not built.
"""

import ast
import json
import random
import tomllib
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

import ecluse
from ecluse.accounts.models import Account
from ecluse.accounts.testing import PASSWORD, person
from ecluse.cli.main import run
from ecluse.core.errors import Exit
from ecluse.core.words import Ground
from ecluse.safe.policy import DEFAULT_FILE
from ecluse.safe.testing import SafeInHand, who

ROOT = Path(ecluse.__file__).parents[2]
LOGIN = "/accounts/login/"
DAY_S = 24 * 3600
STAFF = [f"nurse.{number:02}" for number in range(12)]
STOLEN = STAFF[7]


@pytest.mark.parametrize("short", ["Azerty1!", "fr4nc3tr", "tuba ocre lav"])
def test_finding_1_a_short_password_is_refused_where_it_stands_alone(short: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(short, person("new.adviser", "secretary"))


def test_finding_1_the_password_alone_opens_no_page(nurse: Account, client: Client) -> None:
    client.post(LOGIN, {"login": "n.martin", "password": PASSWORD})
    assert "_auth_user_id" not in client.session
    assert client.get("/").status_code == 302


def test_finding_1_of_fifty_tries_ten_are_looked_at(nurse: Account, client: Client) -> None:
    for _ in range(10):
        client.post(LOGIN, {"login": "n.martin", "password": "wrong"})
    right = {"login": "n.martin", "password": PASSWORD}
    assert {client.post(LOGIN, right).status_code for _ in range(40)} == {200}
    assert "account_authentication_methods" not in client.session


def three_weeks(safe: SafeInHand) -> None:
    """Let twelve nurses work three weeks, each with their own ward's patients; one account is stolen for a night."""
    chance = random.Random(4)
    morning = safe.now - safe.now % DAY_S + 8 * 3600 + DAY_S
    for day in range(21):
        rounds = sorted((chance.randint(0, 9 * 3600), name) for name in STAFF for _ in range(4))
        for second, name in rounds:
            safe.now = morning + day * DAY_S + second
            ward = STAFF.index(name) % 3
            safe.open(*{f"p-{ward}-{day}-{chance.randint(0, 12)}" for _ in range(3)}, by=at_work(name))
    for number in range(120):
        safe.now += 300
        safe.open(f"p-far-{number}", by=who(STOLEN, "nurse", workstation="elsewhere", address="203.0.113.9"))


def at_work(name: str) -> object:
    return who(name, "nurse", workstation=f"ward-{STAFF.index(name) % 3}", address="10.0.0.1")


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_finding_2_the_trace_of_an_abnormal_use_surfaces_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    safe = SafeInHand(tmp_path, DEFAULT_FILE.read_text(encoding="utf-8"), dict.fromkeys(STAFF, ("nurse",)))
    three_weeks(safe)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ECLUSE_HOME", raising=False)
    assert run(["scan", str(tmp_path / "safe" / "trace"), "--json"]) == Exit.OK
    found = json.loads(capsys.readouterr().out)
    assert found["cases"][0]["account"] == STOLEN
    assert found["cases"][0]["reasons"]


def test_finding_3_an_adviser_reaches_a_few_they_do_not_follow_and_is_then_stopped(tmp_path: Path) -> None:
    safe = SafeInHand(
        tmp_path, DEFAULT_FILE.read_text(encoding="utf-8"), {"adviser": ("secretary",), "boss": ("it-administrator",)}
    )
    strangers = [f"p-{number}" for number in range(60)]
    asked = [
        safe.open(one, by=who("adviser", "secretary"), ground=Ground.UNEXPLAINED, duty=None)[0] for one in strangers
    ]
    assert sum(bool(answer.keys) for answer in asked) <= 10


def test_finding_3_a_privileged_account_reaches_nobody(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path, DEFAULT_FILE.read_text(encoding="utf-8"), {"boss": ("it-administrator",)})
    answers = [safe.open(f"p-{number}", by=who("boss", "it-administrator"))[0] for number in range(5)]
    assert not any(answer.keys for answer in answers)


def measures() -> list[dict[str, object]]:
    found: list[dict[str, object]] = tomllib.loads((ROOT / "docs" / "measures.toml").read_text("utf-8"))["measure"]
    return found


def test_finding_4_every_measure_named_is_held_by_tests_that_exist() -> None:
    missing = []
    for measure in measures():
        names = measure["tests"]
        assert isinstance(names, list)
        assert names, measure["name"]
        missing += [name for name in names if not exists(name)]
    assert missing == []


def test_finding_4_a_measure_whose_test_is_not_there_would_be_seen() -> None:
    assert not exists("tests/accounts/test_throttle.py::test_that_nobody_wrote")
    assert not exists("tests/accounts/nowhere.py::test_a")
    assert len(measures()) >= 12


def exists(name: str) -> bool:
    """Tell whether a test ``file::function`` is there and asserts something."""
    file, _, function = name.partition("::")
    if not (ROOT / file).is_file():
        return False
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return any(isinstance(part, ast.Assert | ast.With) for part in ast.walk(node))
    return False
