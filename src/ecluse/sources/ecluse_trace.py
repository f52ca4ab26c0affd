"""Écluse's own trace (``HOME/safe/trace/*.jsonl``): every answer the safe ever gave.

1. What was allowed is an access; what was refused, or asked for more proof, is an attempt: ``shown`` is 0, and
   ``route`` names the answer and its rule. A creation, too, opens nothing: ``shown`` is 0.
2. A duty counts only where the safe let it: on the ground ``explained``.
3. What is read here is believed; ``ecluse trace verify`` checks that nothing was changed or taken out.
"""

from collections.abc import Iterator
from pathlib import Path

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed, Event, Person
from ecluse.core.words import PATIENT_ACTIONS, Action, Decision, Ground, Profession, ProposalKind, TargetKind
from ecluse.safe.entry import SAFE, UNREADABLE, Entry, decode
from ecluse.safe.trace_reader import opens
from ecluse.sources.base import Context, Story, Tally
from ecluse.sources.opening import stream

STORY = Story(
    name="ecluse_trace",
    title="Écluse's own trace",
    reads="The safe's trace, HOME/safe/trace/*.jsonl, while the safe goes on writing it.",
    shows=(
        "every patient whose data was opened, by whom, from where, on what duty, and what was refused",
        "sign-ins, fresh proofs, rights granted with their second person, locks and who lifted them",
        "the profession of every account that acted",
    ),
    blind=(
        "what a person did with what was shown: photographs, copies, the telephone",
        "accounts shared by several people, but for the marks they leave (pace, place, overlap)",
    ),
)
SURE = 100
LONGEST = 1 << 20
SOURCE = "ecluse.trace"
ACTS = {
    Action.LOGIN: AccountAct.LOGIN,
    Action.LOGIN_FAILURE: AccountAct.LOGIN_FAILURE,
    Action.LOGOUT: AccountAct.LOGOUT,
    Action.SESSION_END: AccountAct.LOGOUT,
    Action.STEP_UP: AccountAct.STEP_UP,
    Action.FACTOR: AccountAct.FACTOR,
    Action.GRANT: AccountAct.GRANT,
    Action.REVOKE: AccountAct.REVOKE,
    Action.RAISE_CAP: AccountAct.GRANT,
    Action.LOCK: AccountAct.LOCK,
    Action.UNLOCK: AccountAct.UNLOCK,
}
APPROVED = {
    ProposalKind.GRANT: AccountAct.GRANT,
    ProposalKind.RAISE_CAP: AccountAct.GRANT,
    ProposalKind.UNLOCK: AccountAct.UNLOCK,
    ProposalKind.DELEGATION: AccountAct.GRANT,
}
DEEDS = {action: Deed(action.value) for action in PATIENT_ACTIONS} | {Action.ERASE: Deed.DELETE}


def sniff(path: Path, head: bytes) -> int:  # noqa: ARG001 - the interface of readers
    """Say how surely ``head`` is a trace."""
    line = head.lstrip().partition(b"\n")[0]
    if not line.startswith(b'{"seq":'):
        return 0
    try:
        decode(line)
    except UNREADABLE:
        return 0
    return SURE


def read(path: Path, tally: Tally, context: Context) -> Iterator[Event]:  # noqa: ARG001 - the interface of readers
    """Yield the events of one segment of the trace, and each account's profession once."""
    known: set[tuple[str, str]] = set()
    for number, line in enumerate(_whole_lines(path), 1):
        tally.lines += 1
        try:
            entry = decode(line)
        except UNREADABLE as error:
            tally.reject(path, number, f"not an entry: {type(error).__name__}")
            continue
        if entry.account and entry.profession and (entry.account, entry.profession) not in known:
            known.add((entry.account, entry.profession))
            yield _person(entry.account, entry.profession)
        found = told(entry)
        if isinstance(found, str):
            tally.skip(found)
        else:
            yield from found


def _whole_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of ``path``; what has no end yet is still being written, or room that the safe keeps free."""
    with stream(path) as file:
        while line := file.readline(LONGEST):
            if line.endswith(b"\n") or (len(line) == LONGEST and line.strip(b"\0")):
                yield line


def _person(account: str, profession: str) -> Person:
    return Person(account=account, profession=profession, service=profession == Profession.INTERFACE_SERVICE)


def told(entry: Entry) -> tuple[Event, ...] | str:
    """Return what ``entry`` tells, or why it is left out."""
    if entry.account == SAFE and entry.action is not Action.LOCK:
        return "the safe itself"
    if entry.action in DEEDS:
        return _access(entry)
    if entry.action is Action.APPROVE:
        return _approved(entry)
    act = ACTS.get(entry.action)
    if act is None:
        return f"about no access: {entry.action.value}"
    if entry.decision is not Decision.ALLOW and act is not AccountAct.LOGIN_FAILURE:
        return _failed(entry, act)
    return _happened(entry, act)


def _access(entry: Entry) -> tuple[Event, ...] | str:
    if entry.target == "directory" and not entry.patient:
        return "the directory of people and places"
    if not entry.patient and entry.action is not Action.SEARCH:
        return "search terms of a record that is written"
    allowed = entry.decision is Decision.ALLOW
    access = Access(
        at=entry.at,
        account=entry.account,
        deed=DEEDS[entry.action],
        patient=entry.patient,
        shown=1 if opens(entry) and entry.patient else 0,
        duty=str(entry.duty or "") if allowed and entry.ground is Ground.EXPLAINED else "",
        session=entry.session,
        device=entry.workstation,
        address=entry.address,
        route="" if allowed else f"{entry.decision.value}: {entry.rule}",
        request=entry.request,
        source=SOURCE,
        row=entry.seq,
    )
    return (access,)


def _failed(entry: Entry, act: AccountAct) -> tuple[Event, ...] | str:
    if act is AccountAct.LOGIN:
        return _happened(entry, AccountAct.LOGIN_FAILURE)
    return f"refused: {entry.action.value}"


def _approved(entry: Entry) -> tuple[Event, ...] | str:
    """Return what a second person's yes put in force."""
    act = APPROVED.get(entry.act.kind) if entry.act is not None and entry.decision is Decision.ALLOW else None
    if act is None:
        return f"about no access: {entry.action.value}"
    happened = _happened(entry, act)
    if entry.act is None or entry.act.kind is not ProposalKind.GRANT:
        return happened
    return (*happened, *(_person(entry.act.account, profession) for profession in entry.act.professions[:1]))


def _happened(entry: Entry, act: AccountAct) -> tuple[Event, ...]:
    whom = _whom(entry)
    happened = AccountEvent(
        at=entry.at,
        account=whom,
        act=act,
        by=entry.account if entry.account != whom else "",
        session=entry.session,
        device=entry.workstation,
        address=entry.address,
        detail=" ".join(word for word in (entry.action.value, entry.rule, entry.detail) if word),
        source=SOURCE,
        row=entry.seq,
    )
    return (happened,)


def _whom(entry: Entry) -> str:
    """Return the account an entry is about: its target where that is an account, else whoever acted."""
    if entry.lock is not None and entry.lock.kind is not TargetKind.ACCOUNT:
        return f"{entry.lock.kind.value} {entry.lock.target}"
    if entry.act is not None and entry.act.target_kind not in {None, TargetKind.ACCOUNT}:
        return f"{entry.act.target_kind} {entry.act.target}"
    return entry.target or entry.account
