"""What a theft of a credential is: a story, whose it is, a function that carries it out."""

from collections.abc import Callable
from typing import NamedTuple

from ecluse.core.words import Profession
from ecluse.drill.credentials.attempt import Attempt


class Case(NamedTuple):
    """``stolen``: what the thief has. ``stops``: what holds against it. ``owner``: the profession of the owner."""

    name: str
    stolen: str
    stops: str
    steal: Callable[[Attempt], None]
    owner: Profession = Profession.NURSE
