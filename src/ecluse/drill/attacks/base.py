"""What an attack is: a story, knobs, a function that carries it out, and the theft that shows the same in a log."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ecluse.core.words import Profession
from ecluse.drill.live.heist import Heist

P = Profession
ACCOUNTS_AT_ONCE = 5  # in one copy: together they stay below what the establishment shows everybody in a minute
WEB = "web-process"
DISK = "disk"


class Story(NamedTuple):
    """``number``: its place in the red-team list. ``bound``: what the gate and the safe promise against it."""

    number: int
    name: str
    title: str
    text: str
    bound: str


class Offline(NamedTuple):
    """The theft in ``drill/thieves`` that leaves the same lines in a log, or ``why`` no log shows this one."""

    theft: str = ""
    why: str = ""


class Attack(NamedTuple):
    """``roles``: professions whose accounts are taken, or what else is. ``policy``: changes the text of the policy.

    ``alone``: nothing else happens in its copy. ``knobs`` may have ``accounts``, how many are taken of each role.
    """

    story: Story
    knobs: Any
    steal: Callable[[Heist, Any], None]
    roles: tuple[str, ...]
    offline: Offline
    variants: tuple[tuple[str, Any], ...] = ()
    alone: bool = False
    policy: Callable[[str], str] | None = None


class Part(NamedTuple):
    """An attack with its knobs, with the account of one role. ``variant`` is empty for the knobs of every day."""

    attack: Attack
    variant: str
    knobs: Any
    role: str

    @property
    def name(self) -> str:
        """Return the name of the attack and of its variant."""
        return f"{self.attack.story.name}{f' ({self.variant})' if self.variant else ''}"

    @property
    def accounts(self) -> int:
        """Return how many accounts it takes; none when what is taken is no account."""
        return int(getattr(self.knobs, "accounts", 1)) if self.role in set(Profession) else 0
