"""The mapping file: which column of a CSV, TSV or Parquet file is what. `ecluse sources guess FILE` proposes one.

Example::

    table = "accesses"              # or "care": facts that explain accesses
    delimiter = ";"
    encoding = "cp1252"
    time = "%d/%m/%Y %H:%M:%S"      # or "iso", "unix", "unix-ms"
    [columns]
    at = ["Date", "Heure"]          # one column, or several that are joined by a space
    account = "Utilisateur"
    patient = "IPP"
    deed = "Action"
    [deeds]
    "Consultation dossier" = "read"
    "Connexion" = "login"
    "Veille" = "skip"
    "*" = "read"
"""

import tomllib
from pathlib import Path

import msgspec

from ecluse.core.errors import BadInputError
from ecluse.core.events import AccountAct, CareKind, Deed

SKIP = "skip"
OTHERS = "*"
ACCESS_COLUMNS = (
    *("at", "account", "patient", "deed", "shown", "duty"),
    *("session", "device", "address", "site", "route", "request", "row"),
)
CARE_COLUMNS = ("at", "until", "account", "patient", "unit", "made_by")
TABLES = {"accesses": ACCESS_COLUMNS, "care": CARE_COLUMNS}
NEEDED = {"accesses": ("at", "account"), "care": ("at", "patient")}
WORDS = frozenset({*map(str, Deed), *map(str, AccountAct), SKIP})
ACTS = frozenset(map(str, AccountAct))


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A mapping file.

    ``skip`` lines stand before the header; without header the columns are "1", "2", and so on.
    ``source`` names the rows where ``columns.row`` gives their key: two files with the same source and key then hold
    the same access, counted once. ``deed`` is what every row is, where no column tells.
    """

    columns: dict[str, str | list[str]]
    table: str = "accesses"
    source: str = ""
    delimiter: str = ","
    quote: str = '"'
    encoding: str = "utf-8"
    skip: int = 0
    header: bool = True
    time: str = "iso"
    deed: str = "read"
    deeds: dict[str, str] = {}
    kind: str = "care-team"

    def named(self, column: str) -> tuple[str, ...]:
        """Return the file's columns that make ours, in order."""
        found = self.columns.get(column, ())
        return (found,) if isinstance(found, str) else tuple(found)

    @property
    def wanted(self) -> tuple[str, ...]:
        """All columns of the file that are used, in order, once."""
        return tuple(dict.fromkeys(name for column in self.columns for name in self.named(column)))


def load(path: Path) -> Mapping:
    """Read a mapping file.

    Raises:
        BadInputError: it is not TOML, or names what we do not have; the message says what is wrong and what to write.
    """
    try:
        return decode(path.read_bytes(), str(path))
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error}.", "Name a mapping file.") from error


def decode(data: bytes, place: str) -> Mapping:
    """Return the mapping written in ``data``, TOML; ``place`` is named in errors.

    Raises:
        BadInputError: as for ``load``.
    """
    try:
        found = msgspec.convert(tomllib.loads(data.decode("utf-8-sig")), Mapping)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadInputError(f"{place} is not a mapping: {error}.", "Mend this place; see docs/guide.") from error
    if fault := _fault(found):
        raise BadInputError(f"{place}: {fault[0]}", fault[1])
    return found


def _fault(found: Mapping) -> tuple[str, str] | None:
    if found.table not in TABLES:
        return f'table = "{found.table}" is unknown.', f"Choose one of: {', '.join(TABLES)}."
    if fault := _columns_fault(found):
        return fault
    if alien := [word for word in (found.deed, *found.deeds.values()) if word not in WORDS]:
        return f"{alien[0]!r} is no deed.", f"Choose among: {', '.join(sorted(WORDS))}."
    if found.kind not in set(CareKind):
        return f"{found.kind!r} is no kind of care.", f"Choose among: {', '.join(CareKind)}."
    if len(found.delimiter) != 1 or found.delimiter in "\r\n" or len(found.quote) > 1:
        return "delimiter and quote are one character each.", r'Write for example delimiter = ";" or "\t".'
    return None


def _columns_fault(found: Mapping) -> tuple[str, str] | None:
    known = TABLES[found.table]
    for column in found.columns:
        if column not in known:
            return f"[columns] has no {column!r}.", f"Choose among: {', '.join(known)}."
    for column in NEEDED[found.table]:
        if not found.named(column) or not all(found.named(column)):
            return f"[columns] lacks {column!r}.", "Say which column of the file it is."
    return None
