"""The formats in which a world is written, by the word for them; and how what was written is read."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import NamedTuple

from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.core.events import CareKind, Event
from ecluse.drill.logs import atna, audit_event, beside, mediboard, openemr, openmrs, web_server
from ecluse.drill.world import files
from ecluse.drill.world.world import World

Writer = Callable[[World, Path, Sequence[Event]], list[Path]]


class Format(NamedTuple):
    """``write`` writes the log first, then what it is read by; ``tells`` are the facts of care in its own tables.

    With ``tells`` None it writes all that lies beside the log, too.
    """

    word: str
    says: str
    write: Writer
    tells: AbstractSet[CareKind] | None = frozenset()


FORMATS = (
    Format("csv", "a table with its mapping", files.write, None),
    Format("audit-event", "FHIR, NDJSON", audit_event.write),
    Format("atna", "IHE ATNA, syslog", atna.write),
    Format("mediboard", "SQL dump", mediboard.write, mediboard.TELLS),
    Format("openemr", "SQL dump", openemr.write, openemr.TELLS),
    Format("openmrs", "Bahmni, SQL dump", openmrs.write),
    Format("web-server", "combined log", web_server.write),
)
BY_WORD = {one.word: one for one in FORMATS}
EACH = ", ".join(f"{one.word} ({one.says})" for one in FORMATS)


def named(word: str) -> Format:
    """Return the format called ``word``.

    Raises:
        BadInputError: there is none.
    """
    if word not in BY_WORD:
        raise BadInputError(f"{word} is no format of a log.", f"Choose from {', '.join(BY_WORD)}.")
    return BY_WORD[word]


def write(form: Format, world: World, folder: Path, more: Sequence[Event] = ()) -> list[Path]:
    """Write ``world``, with ``more`` events laid over it, into ``folder``; return the files, the log first.

    Raises:
        BadInputError: the folder cannot be made.
        BrokenWorldError: it cannot be written to, or is full.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInputError(f"{folder} cannot be made: {error.strerror}.", "Name a new folder.") from error
    try:
        written = form.write(world, folder, more)
        return written if form.tells is None else written + beside.write(world, folder, more, form.tells)
    except OSError as error:
        told = f"{folder} cannot be written to: {error.strerror}."
        raise BrokenWorldError(told, "Make room there, or name another folder.") from error


def command(written: Sequence[Path]) -> list[str]:
    """Return the words of the command that reads what was written, the log first."""
    log, *rest = written
    told = [word for file in rest for word in (_option(file), str(file))]
    return ["ecluse", "scan", str(log), *told]


def _option(file: Path) -> str:
    if file.suffixes[-2:] == [".rules", ".toml"]:
        return "--rules"
    if file.suffix == ".toml":
        return "--map"
    return "--staff" if file.stem == "staff" else "--care"
