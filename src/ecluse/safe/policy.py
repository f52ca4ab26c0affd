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


class Establishment(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Most distinct patients shown to all accounts together."""

    caps: Caps


class Ladder(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Past ``step_up_at`` (a share) of a cap, a new patient needs a proof of identity of ``fresh_seconds`` at most."""

    step_up_at: float = 0.5
    fresh_seconds: int = 300


class Response(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """When the safe locks an account by itself: cap refusals within 10 minutes, refusals of any kind within one.

    ``present_hours``: while a lock withholds new patients, those shown on a duty within these hours stay open.
    ``watch_locks``: what the watch may lock by itself, as the playbooks say; never a whole profession or establishment.
    """

    lock_after_cap_refusals: int = 3
    lock_after_refusals: int = 15
    present_hours: int = 72
    watch_locks: frozenset[TargetKind] = frozenset()


class Approvals(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="kebab"):
    """Which professions may be the second person for what; ``lock`` lists who may place a lock alone."""

    grant: frozenset[Profession] = frozenset()
    raise_cap: frozenset[Profession] = frozenset()
    unlock: frozenset[Profession] = frozenset()
    export: frozenset[Profession] = frozenset()
    break_glass: frozenset[Profession] = frozenset()
    delegation: frozenset[Profession] = frozenset()
    lock: frozenset[Profession] = frozenset()
    hours: float = 4

    def of(self, kind: ProposalKind) -> frozenset[Profession]:
        """Return the professions that may approve a proposal of ``kind``."""
        found: frozenset[Profession] = getattr(self, kind.value.replace("-", "_"))
        return found


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
    ladder: Ladder = Ladder()
    response: Response = Response()
    approvals: Approvals = Approvals()
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
    wrong = [
        f"professions.{profession}.caps.{ground} must not shrink from a window to a longer one"
        for profession, rights in policy.professions.items()
        for ground, caps in rights.caps.items()
        if not 0 <= caps.minute <= caps.hour <= caps.day <= caps.month
    ]
    wrong += [
        f"professions.{profession}.{rate} must not be negative"
        for profession, rights in policy.professions.items()
        for rate in ("searches", "creations")
        if min(getattr(rights, rate).minute, getattr(rights, rate).hour) < 0
    ]
    whole = policy.establishment.caps
    if not 0 < whole.minute <= whole.hour <= whole.day <= whole.month:
        wrong.append("establishment.caps must be positive and not shrink from a window to a longer one")
    if not 0 < policy.ladder.step_up_at <= 1:
        wrong.append("ladder.step_up_at must be above 0 and at most 1")
    if policy.ladder.fresh_seconds < 1:
        wrong.append("ladder.fresh_seconds must be at least 1")
    if min(policy.response.lock_after_cap_refusals, policy.response.lock_after_refusals) < 1:
        wrong.append("response.lock_after_… must be at least 1")
    if not 1 <= policy.response.present_hours <= 720:  # noqa: PLR2004 - what the safe remembers of a showing
        wrong.append("response.present_hours must be at least 1 and at most 720")
    if policy.response.watch_locks & {TargetKind.PROFESSION, TargetKind.ESTABLISHMENT}:
        wrong.append("response.watch_locks must name no profession and no establishment")
    if not 0 < policy.approvals.hours <= 24:  # noqa: PLR2004 - a day is what an approval may wait at most
        wrong.append("approvals.hours must be above 0 and at most 24")
    if policy.export.max_patients < 1:
        wrong.append("export.max_patients must be at least 1")
    if wrong:
        raise BadInputError(f"{name} is refused whole: {wrong[0]}.", "Mend this key.")
