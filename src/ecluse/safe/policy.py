"""The policy: one TOML file that says who may do what, how much, and who may be the second person.

1. What is not listed is refused (S5): a profession without a table has no right; a ground without caps has a cap of
   zero.
2. The file is taken whole or not at all: one unknown word, missing key or wrong type refuses all of it, and is named.
3. The policy is a value: nothing changes it while the safe runs, and its digest is written in the trace at each start.
"""

import hashlib
import tomllib
from pathlib import Path

import msgspec

from ecluse.core.errors import BadInputError
from ecluse.core.words import (
    Action,
    Compartment,
    DutyKind,
    Ground,
    Profession,
    ProposalKind,
    Purpose,
    TargetKind,
    Window,
)

REMEMBERED_H = 720  # 30 days: what the safe remembers of a showing, and what is no longer temporary
A_DAY_H = 24
HALF = 0.5
DEFAULT_FILE = Path(__file__).with_name("policy.default.toml")


class Caps(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Most distinct patients in each sliding window. ``month`` is 30 days."""

    minute: int
    hour: int
    day: int
    month: int

    def of(self, window: Window) -> int:
        """Return the cap of ``window``."""
        return int(getattr(self, window.value))


class Rate(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Most requests in a sliding minute and hour."""

    minute: int
    hour: int


class Rights(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What one profession may do. Everything absent is empty: no right."""

    read: frozenset[Compartment] = frozenset()
    write: frozenset[Compartment] = frozenset()
    actions: frozenset[Action] = frozenset()
    purposes: frozenset[Purpose] = frozenset()
    duties: frozenset[DutyKind] = frozenset()
    caps: dict[Ground, Caps] = {}
    searches: Rate = Rate(0, 0)
    creations: Rate = Rate(0, 0)


class Own(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """``[accounts.NAME]``: caps of one account. They only tighten those of its profession."""

    caps: dict[Ground, Caps] = {}

    def tighten(self, ground: Ground, window: Window, cap: int) -> int:
        """Return the smaller of ``cap`` and this account's own."""
        caps = self.caps.get(ground)
        return cap if caps is None else min(cap, caps.of(window))


class Establishment(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Most distinct patients shown to all accounts together.

    ``reserve``: the share of each cap that only care under way may use (S9): emergencies, patients already shown to
    the same account on a duty within ``present_hours``, and those two people opened.
    """

    caps: Caps
    reserve: float = 0.1

    def free(self, cap: int) -> int:
        """Return how much of ``cap`` is for everybody: the reserve is rounded down."""
        return cap - int(cap * self.reserve)


class Ladder(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Past ``step_up_at`` (a share) of a cap, a new patient needs a proof of identity of ``fresh_seconds`` at most."""

    step_up_at: float = 0.5
    fresh_seconds: int = 300


class Response(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """When the safe locks an account by itself: cap refusals within 10 minutes, refusals of any kind within one.

    ``present_hours``: while a lock withholds new patients, those shown on a duty within these hours stay open.
    ``wave_accounts``: when the safe locks so many within ten minutes, it withholds new patients, no more (S10).
    ``watch_locks``: what the watch may lock by itself, as the playbooks say; never a whole profession or establishment.
    """

    lock_after_cap_refusals: int = 3
    lock_after_refusals: int = 15
    present_hours: int = 72
    wave_accounts: int = 3
    watch_locks: frozenset[TargetKind] = frozenset()


class Approvals(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="kebab"):
    """Which professions may be the second person for what; ``lock`` lists who may place a lock alone."""

    grant: frozenset[Profession] = frozenset()
    raise_cap: frozenset[Profession] = frozenset()
    unlock: frozenset[Profession] = frozenset()
    export: frozenset[Profession] = frozenset()
    break_glass: frozenset[Profession] = frozenset()
    delegation: frozenset[Profession] = frozenset()
    temporary: frozenset[Profession] = frozenset()
    lock: frozenset[Profession] = frozenset()
    hours: float = 4

    def of(self, kind: ProposalKind) -> frozenset[Profession]:
        """Return the professions that may approve a proposal of ``kind``."""
        found: frozenset[Profession] = getattr(self, kind.value.replace("-", "_"))
        return found


class Temporary(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who issues an identity that expires by itself, and how long it lasts at most.

    ``issue``: for each profession that may be given, those who issue and confirm it (two different people). A
    profession that is not here is never temporary.
    """

    issue: dict[Profession, frozenset[Profession]] = {}
    max_hours: int = 168


class Export(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Most patients in one approved export."""

    max_patients: int = 200


class Witness(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Files outside the safe where each signed head is also written; relative to the safe's folder."""

    paths: tuple[str, ...] = ("../witness/head",)


class Policy(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The whole file. ``text`` is what was read."""

    professions: dict[Profession, Rights]
    establishment: Establishment
    accounts: dict[str, Own] = {}
    ladder: Ladder = Ladder()
    response: Response = Response()
    approvals: Approvals = Approvals()
    temporary: Temporary = Temporary()
    export: Export = Export()
    witness: Witness = Witness()


def digest(text: bytes) -> str:
    """Return the name of a policy text: its SHA-256 in hexadecimal."""
    return hashlib.sha256(text).hexdigest()


def parse(text: str, name: str = "policy.toml") -> Policy:
    """Read a policy from its text.

    Raises:
        BadInputError: the file is refused whole; the message names the key or the line.
    """
    try:
        policy = msgspec.convert(tomllib.loads(text), Policy)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        message = f"{name} is refused whole: {error}."
        raise BadInputError(message, "Mend this key; the words allowed are those of the glossary.") from error
    _check(policy, name)
    return policy


def load(path: Path) -> Policy:
    """Read the policy file at ``path``.

    Raises:
        BadInputError: it is missing, is not UTF-8, or is refused whole.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path} cannot be read: {error}.", "`ecluse safe init` writes a policy.") from error
    return parse(text, str(path))


def _check(policy: Policy, name: str) -> None:
    """Refuse numbers that would switch a protection off or make a rule impossible."""
    wrong = [*_caps_wrong(policy), *(text for text, is_so in _wrong(policy).items() if is_so)]
    if wrong:
        raise BadInputError(f"{name} is refused whole: {wrong[0]}.", "Mend this key.")


def _caps_wrong(policy: Policy) -> list[str]:
    """Return what is wrong with the numbers of professions."""
    wrong = [
        f"professions.{profession}.caps.{ground} must not shrink from a window to a longer one"
        for profession, rights in policy.professions.items()
        for ground, caps in rights.caps.items()
        if not 0 <= caps.minute <= caps.hour <= caps.day <= caps.month
    ]
    wrong += [
        f"accounts.{account}.caps.{ground} must not shrink from a window to a longer one"
        for account, own in policy.accounts.items()
        for ground, caps in own.caps.items()
        if not 0 <= caps.minute <= caps.hour <= caps.day <= caps.month
    ]
    return wrong + [
        f"professions.{profession}.{rate} must not be negative"
        for profession, rights in policy.professions.items()
        for rate in ("searches", "creations")
        if min(getattr(rights, rate).minute, getattr(rights, rate).hour) < 0
    ]


def _wrong(policy: Policy) -> dict[str, bool]:
    """Return each rule of the other numbers, and whether it is broken."""
    whole, response, temporary = policy.establishment.caps, policy.response, policy.temporary
    many = {TargetKind.PROFESSION, TargetKind.ESTABLISHMENT}
    return {
        "establishment.caps must be positive and not shrink from a window to a longer one": not (
            0 < whole.minute <= whole.hour <= whole.day <= whole.month
        ),
        "establishment.reserve must be at least 0 and at most 0.5": not 0 <= policy.establishment.reserve <= HALF,
        "ladder.step_up_at must be above 0 and at most 1": not 0 < policy.ladder.step_up_at <= 1,
        "ladder.fresh_seconds must be at least 1": policy.ladder.fresh_seconds < 1,
        "response.lock_after_… must be at least 1": min(response.lock_after_cap_refusals, response.lock_after_refusals)
        < 1,
        "response.present_hours must be at least 1 and at most 720": not 1 <= response.present_hours <= REMEMBERED_H,
        "response.wave_accounts must be at least 2": response.wave_accounts < 2,  # noqa: PLR2004 - one is no wave
        "response.watch_locks must name no profession and no establishment": bool(response.watch_locks & many),
        "approvals.hours must be above 0 and at most 24": not 0 < policy.approvals.hours <= A_DAY_H,
        "temporary.max_hours must be above 0 and at most 720": not 0 < temporary.max_hours <= REMEMBERED_H,
        "temporary.issue must not make people who approve grants": bool(
            set(temporary.issue) & policy.approvals.of(ProposalKind.GRANT)
        ),
        "export.max_patients must be at least 1": policy.export.max_patients < 1,
    }
