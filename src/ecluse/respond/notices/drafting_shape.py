"""A draft as values: what the machine-readable form of a notice is, on whatever machine it is read."""

import msgspec

from ecluse.respond.notices.base import Facts, From
from ecluse.respond.notices.clocks import Reading


class Filled(msgspec.Struct, frozen=True):
    """One field of a draft."""

    key: str
    label: str
    basis: str
    source: From
    text: str
    asked: bool
    hint: str


class Draft(msgspec.Struct, frozen=True):
    """A notice as it stands. ``missing`` are the keys of empty fields that the law asks for."""

    breach: str
    notice: str
    language: str
    title: str
    basis: tuple[str, ...]
    to: str
    how: str
    fields: tuple[Filled, ...]
    missing: tuple[str, ...]
    clock: Reading
    check: tuple[str, ...]
    facts: Facts
