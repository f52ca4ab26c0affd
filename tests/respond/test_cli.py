"""``ecluse respond``: what it prints, and when it exits with an error."""

import datetime as dt
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from ecluse.cli.respond import app
from ecluse.core.errors import BadInputError, Exit, NotProvenError
from ecluse.core.home import Home
from ecluse.core.outside import Alarms, Respond, Syslog
from ecluse.respond import cases, standing
from ecluse.respond.cases import Signal
from ecluse.respond.kinds import CaseKind
from ecluse.respond.models import CaseEvent
from ecluse.respond.standing import Standing

NOW = dt.datetime.now(dt.UTC)


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def told(*words: str) -> Any:  # noqa: ANN401 - JSON
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


@pytest.fixture
def ref() -> str:
    return cases.take(Signal(account="cli.one", kind=CaseKind.CAPS, at=NOW, requests=2)).ref


def test_the_queue_and_one_case_are_told(ref: str) -> None:
    listed = told("cases", "--account", "cli.one", "--for", "5")
    assert [case["ref"] for case in listed["cases"]] == [ref]
    assert told("cases", "--account", "nobody", "--for", "0.1")["cases"] == []
    one = told("case", ref)
    assert [event["kind"] for event in one["events"]] == ["opened"]
    assert one["case"]["account"] == "cli.one"
    assert "caps" in run("cases").output
    assert "opened" in run("case", ref).output


def test_a_case_that_is_not_there_is_an_error() -> None:
    assert isinstance(run("case", "nothing").exception, BadInputError)


def test_playbooks_are_checked_and_tried_dry(ref: str) -> None:
    (plan,) = told("playbook", "--dry-run", ref)
    assert [(lock["kind"], lock["name"], lock["grade"]) for lock in plan["locks"]] == [
        ("account", "cli.one", "new-patients")
    ]
    assert set(told("playbook")) == {kind.value for kind in CaseKind}
    assert "lock account cli.one: new-patients, 12 h" in run("playbook", "--dry-run", ref).output


def test_wrong_playbooks_are_an_error(alarms: Callable[..., Home]) -> None:
    alarms(Alarms(), Respond(playbooks="nowhere.toml"))
    assert isinstance(run("playbook").exception, BadInputError)


@pytest.mark.parametrize(
    ("age", "lag", "error", "code"),
    [
        (0, 0, "", Exit.OK),
        (60, 0, "", Exit.BROKEN_WORLD),
        (0, 11, "", Exit.BROKEN_WORLD),
        (0, 0, "x", Exit.BROKEN_WORLD),
    ],
)
def test_c1_a_watch_that_is_late_or_in_trouble_is_told_by_the_exit_status(
    alarms: Callable[..., Home], age: float, lag: float, error: str, code: int
) -> None:
    home = alarms(Alarms())
    home.watch.mkdir(exist_ok=True)
    standing.tell(home, Standing(time.time() - age, 5, int(lag), lag, error=error))
    done = run("status", "--json")
    assert done.exit_code == code
    assert json.loads(done.output)["late"] is (code != Exit.OK)
    (home.watch / standing.FILE).unlink()
    assert run("status").exit_code == Exit.BROKEN_WORLD


def test_locks_are_listed_and_what_differs_from_the_trace_is_an_error(ref: str) -> None:
    assert isinstance(told("locks"), list)
    CaseEvent(case=cases.of(ref), kind="decided", at=NOW, by="x", body={"verdict": "mistake"}, sequence=0).save()
    assert isinstance(run("verify").exception, NotProvenError)


def test_a_receiver_that_takes_nothing_is_told_by_the_exit_status(alarms: Callable[..., Home]) -> None:
    alarms(Alarms(syslog=Syslog("tcp://127.0.0.1:1")))
    done = run("alarms", "--test", "--json")
    assert (done.exit_code, json.loads(done.output)["test"]) == (
        Exit.BROKEN_WORLD,
        {"syslog": "ConnectionRefusedError"},
    )
    assert run("alarms").exit_code == 0
    assert isinstance(run("caep-keys").exception, BadInputError)
