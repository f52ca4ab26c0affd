"""S5: what is not listed is refused: profession, action, purpose, compartment, duty, ground, word, request."""

import resource
import socket
import subprocess
import typing
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from ecluse.core.words import Action, Compartment, Decision, DutyKind, Ground, Profession, Purpose, Term
from ecluse.safe import codec, testing
from ecluse.safe.files import socket_name
from ecluse.safe.protocol import (
    Create,
    DirectoryKey,
    Enrol,
    Fault,
    Key,
    Lock,
    Newcomer,
    Note,
    Noted,
    Open,
    Proposal,
    Request,
    Tokened,
    Tokens,
)
from ecluse.safe.testing import SETUP, SMALL_POLICY, SMALL_STAFF, SafeInHand, opening, running_safe, who

NURSE_LIES = [
    ("action", {"action": Action.PRINT}),
    ("action", {"action": Action.EVERYTHING}),
    ("action", {"action": Action.CREATE}),
    ("action", {"action": Action.LOGIN}),
    ("purpose", {"purpose": Purpose.OPERATIONS}),
    ("purpose", {"purpose": Purpose.LEGAL}),
    ("compartment", {"compartments": (Compartment.COVERAGE,)}),
    ("compartment", {"compartments": (Compartment.IDENTITY, Compartment.COVERAGE)}),
    ("compartment", {"compartments": (Compartment.IDENTITY,), "action": Action.WRITE}),
    ("duty", {"duty": None}),
    ("duty", {"duty": DutyKind.CODING}),
    ("duty", {"duty": DutyKind.TREATING_DOCTOR}),
    ("approval", {"ground": Ground.APPROVED}),
    ("approval", {"ground": Ground.APPROVED, "approval": 0}),
    ("approval", {"ground": Ground.APPROVED, "approval": 999_999}),
    ("approval", {"action": Action.EXPORT}),
]


@pytest.mark.parametrize(("rule", "lie"), NURSE_LIES)
def test_s5_what_the_policy_does_not_list_is_refused(safe: SafeInHand, rule: str, lie: dict[str, object]) -> None:
    answer = safe.open("p1", **lie)[0]
    assert answer.decision is not Decision.ALLOW
    assert (answer.rule, answer.keys) == (rule, {})


@pytest.mark.parametrize(
    "profession", [p.value for p in Profession if p is not Profession.NURSE] + ["", "surgeon", "*"]
)
def test_s5_a_profession_the_account_does_not_have_is_refused(safe: SafeInHand, profession: str) -> None:
    assert safe.rules("p1", by=who(profession=profession)) == ["profession"]


@pytest.mark.parametrize("account", ["", "ghost", "NURSE.ONE", "nurse.one ", "setup", "safe"])
def test_s5_an_account_that_is_not_registered_is_refused(safe: SafeInHand, account: str) -> None:
    assert safe.rules("p1", by=who(account)) == ["unregistered"]


@pytest.mark.parametrize(
    ("account", "profession"), [("officer", "security-officer"), ("dpo", "dpo"), ("admin", "it-administrator")]
)
def test_s5_privileged_accounts_open_nothing(safe: SafeInHand, account: str, profession: str) -> None:
    for action in Action:
        for ground in Ground:
            answer = safe.open("p1", by=who(account, profession), action=action, ground=ground)[0]
            assert answer.keys == {}


def test_s5_a_profession_without_a_table_has_no_right(tmp_path: Path) -> None:
    safe = SafeInHand(tmp_path, accounts={"doc": ("physician",)})
    assert safe.rules("p1", by=who("doc", "physician")) == ["action"]


def test_s5_emergency_needs_break_glass_to_be_listed(safe: SafeInHand) -> None:
    by = who("desk", "admissions")
    assert safe.rules("p1", by=by, ground=Ground.EMERGENCY) == ["ground"]


@pytest.mark.parametrize("ground", [Ground.UNEXPLAINED, Ground.EMERGENCY, Ground.APPROVED])
def test_s5_a_ground_without_caps_is_refused(safe: SafeInHand, ground: Ground) -> None:
    assert safe.rules("p1", by=who("desk", "admissions"), ground=ground, duty=None) == ["ground"]


BAD_REQUESTS = [
    opening(["p1"], salt=b"short"),
    opening(["p1"], salt=b""),
    opening(["p1"], compartments=()),
    opening(["p1"], compartments=(Compartment.IDENTITY, Compartment.IDENTITY)),
    opening(["p1"], count=-1),
    opening([""]),
    opening(["p1\np2"]),
    opening(["../p1"]),
    opening(["p" * 65]),
    opening(["p1"] * 1001),
    opening(["p1"], by=who(auth_age=-1)),
    opening(["p1"], by=who("n" * 257)),
    opening(["p1"], by=who(workstation="w" * 257)),
    opening(["p1"], reason="r" * 257),
    opening(["p1"], request="r" * 257),
    Create(who=who("desk", "admissions"), purpose=Purpose.TREATMENT, newcomers=(Newcomer(patient="a/b"),), request="c"),
    Tokens(who=who(), action=Action.READ, terms=((Term.NAME, "x"),), request="t"),
    Tokens(who=who(), action=Action.SEARCH, terms=(), request="t"),
    Tokens(who=who(), action=Action.SEARCH, terms=((Term.NAME, "x" * 1025),), request="t"),
    Enrol(who=SETUP, accounts={"": ("nurse",)}, request="e"),
]


@pytest.mark.parametrize("request_", BAD_REQUESTS, ids=range(len(BAD_REQUESTS)))
def test_s5_a_malformed_request_gets_a_fault_and_changes_nothing(safe: SafeInHand, request_: Open) -> None:
    size = safe.desk.trace.size
    reply = safe.call(request_)
    assert isinstance(reply, Fault)
    assert (reply.code, safe.desk.trace.size) == ("bad-request", size)


ONLY_THE_SAFE = [
    Action.PROPOSE,
    Action.APPROVE,
    Action.DECLINE,
    Action.RAISE_CAP,
    Action.REVOKE,
    Action.LOCK,
    Action.UNLOCK,
    Action.DECOY,
    Action.START,
    Action.STOP,
    Action.SETUP_CLOSED,
    Action.GRANT,
]


@pytest.mark.parametrize("action", ONLY_THE_SAFE)
def test_s5_a_note_cannot_say_what_only_the_safe_does(safe: SafeInHand, action: Action) -> None:
    note = Note(who=who(), action=action, decision=Decision.ALLOW, rule="x", request="n", target="nurse.one")
    assert isinstance(safe.call(note), Fault)


@pytest.mark.parametrize("action", [a for a in Action if a not in ONLY_THE_SAFE])
def test_s5_no_note_changes_what_the_safe_knows(safe: SafeInHand, action: Action) -> None:
    note = Note(
        who=who(), action=action, decision=Decision.ALLOW, rule="x", request="n", target="nurse.one", patient="p1"
    )
    before = msgspec.json.encode(
        [sorted(safe.desk.state.accounts), safe.desk.state.setup_closed, len(safe.desk.state.shown)]
    )
    assert isinstance(safe.call(note), Noted)
    after = msgspec.json.encode(
        [sorted(safe.desk.state.accounts), safe.desk.state.setup_closed, len(safe.desk.state.shown)]
    )
    assert before == after
    assert safe.rules("p1") == ["explained"]


def test_s5_what_the_gate_refused_is_recorded_and_never_released(safe: SafeInHand) -> None:
    for decision in Decision:
        answer = safe.open("p1", refused="no-duty", decision=decision)[0]
        assert (answer.keys, answer.rule) == ({}, "no-duty")
        assert answer.decision is not Decision.ALLOW


def test_s5_a_directory_key_needs_a_profession_that_does_something(safe: SafeInHand) -> None:
    assert isinstance(safe.call(DirectoryKey(who=who(), request="d")), Key)
    assert isinstance(safe.call(DirectoryKey(who=who("dpo", "dpo"), request="d")), Fault)
    assert isinstance(safe.call(DirectoryKey(who=who("ghost"), request="d")), Fault)


def test_s5_tokens_need_the_action_to_be_listed(safe: SafeInHand) -> None:
    def ask(profession: str, account: str, action: Action) -> Tokened:
        reply = safe.call(Tokens(who=who(account, profession), action=action, terms=((Term.NAME, "x"),), request="t"))
        assert isinstance(reply, Tokened)
        return reply

    assert ask("nurse", "nurse.one", Action.SEARCH).tokens
    assert ask("admissions", "desk", Action.SEARCH).rule == "action"
    assert ask("it-administrator", "admin", Action.SEARCH).tokens == ()


def test_s5_creation_needs_action_and_purpose(safe: SafeInHand) -> None:
    def create(account: str, profession: str, purpose: Purpose) -> object:
        newcomers = (Newcomer(patient="new"),)
        return safe.call(Create(who=who(account, profession), purpose=purpose, newcomers=newcomers, request="c"))

    assert create("nurse.one", "nurse", Purpose.TREATMENT) == Fault(code="refused", message="action")
    assert create("desk", "admissions", Purpose.LEGAL) == Fault(code="refused", message="purpose")


def test_s5_a_creation_gives_only_the_compartments_the_profession_writes(safe: SafeInHand) -> None:
    newcomers = (Newcomer(patient="new"),)
    reply = safe.call(
        Create(who=who("desk", "admissions"), purpose=Purpose.TREATMENT, newcomers=newcomers, request="c")
    )
    assert list(getattr(reply, "births")[0].keys) == [Compartment.IDENTITY, Compartment.CONTACT]  # noqa: B009


def test_s5_an_enrolment_with_an_unknown_profession_registers_nobody(safe: SafeInHand) -> None:
    accounts: dict[str, tuple[str, ...]] = {"new.one": ("nurse",), "new.two": ("wizard",)}
    assert safe.call(Enrol(who=SETUP, accounts=accounts, request="e")) == Fault(
        code="refused", message="unknown-profession"
    )
    assert not {"new.one", "new.two"} & set(safe.desk.state.accounts)


GOOD = codec.frame(opening(["p1"]))[4:]
DEEP = b"\x82\xa4type\xa6status\xa1x" + b"\x91" * 200_000 + b"\xc0"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        GOOD[:-1],
        GOOD + b"\x00",
        GOOD.replace(b"read", b"peek"),
        GOOD.replace(b"TREAT", b"THEFT"),
        GOOD.replace(b"identity", b"identitY"),
        GOOD.replace(b"care-team", b"care-tram"),
        GOOD.replace(b"explained", b"explainer"),
        GOOD.replace(b"open", b"opex"),
        msgspec.msgpack.encode({"type": "open"}),
        msgspec.msgpack.encode([1, 2]),
        codec.frame(Noted(sequence=1))[4:],
        DEEP,
    ],
)
def test_s5_an_unknown_word_or_a_broken_message_is_not_half_understood(body: bytes) -> None:
    with pytest.raises(codec.FrameError):
        codec.request(body)


def test_s5_a_frame_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(codec.FrameError):
        codec.length(codec.HEADER.pack(codec.MAX_FRAME + 1))


def test_s5_every_request_of_the_protocol_has_an_answer(safe: SafeInHand) -> None:
    assert set(safe.desk._answers) == set(typing.get_args(Request))


@pytest.mark.parametrize("kind", [Lock, Proposal])
def test_s5_words_of_targets_and_kinds_are_closed(kind: type) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "anything"}, kind)


@pytest.mark.parametrize("body", [DEEP, b"", b"\xc1", b"\x91" * 200_000])
def test_s5_no_message_whatever_stops_the_safe(tmp_path: Path, body: bytes) -> None:
    with running_safe(tmp_path, policy=SMALL_POLICY, accounts=SMALL_STAFF) as client:
        with socket.socket(socket.AF_UNIX) as rude, socket_name(tmp_path / "run" / "safe.sock") as name:
            rude.connect(name)
            rude.sendall(codec.HEADER.pack(len(body)) + body)
            assert isinstance(codec.reply(rude.recv(4096)[codec.HEADER.size :]), Fault)
        assert client.call(opening(["p1"])).answers[0].rule == "explained"


def test_s5_too_many_connections_do_not_stop_the_safe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(testing, "start", few_files)
    held = []
    with running_safe(tmp_path, policy=SMALL_POLICY, accounts=SMALL_STAFF) as client:
        with socket_name(tmp_path / "run" / "safe.sock") as name, suppress(BlockingIOError):
            for _ in range(120):
                held.append(socket.socket(socket.AF_UNIX))
                held[-1].setblocking(False)
                held[-1].connect(name)
        assert client.call(opening(["p1"])).answers[0].rule == "explained"
        for one in held:
            one.close()
        assert client.call(opening(["p2"])).answers[0].rule == "explained"


def few_files(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start a safe that may have 40 files open."""
    process = START(folder, *arguments)
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (40, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    return process


START = testing.start
