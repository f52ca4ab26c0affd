"""What the letters are made from, each checked: the proven list, the finished notice, the exports."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from ecluse.core.errors import BadInputError
from ecluse.core.words import Compartment
from ecluse.record import age
from ecluse.respond.exposure.bundle import certain_data
from ecluse.respond.letters.people import Person, people
from ecluse.respond.notices.drafting_shape import Draft

NOTICE = "people"


def exposed(list_file: Path, vkey: str) -> dict[str, tuple[Compartment, ...]]:
    """Return patient → categories of data of the certain lines of a list, every line proven.

    Raises:
        BadInputError, NotProvenError: as the check of a list does.
    """
    found = certain_data(list_file, vkey)
    return {ref: tuple(word for word in Compartment if word in data) for ref, data in found.items()}


def notices(files: Sequence[Path], patients: int) -> dict[str, Draft]:
    """Return language → finished notice.

    Raises:
        BadInputError: one is not the finished notice to people, or speaks of another number of people than the list.
    """
    found: dict[str, Draft] = {}
    for file in files:
        try:
            draft = msgspec.json.decode(file.read_bytes(), type=Draft)
        except (OSError, msgspec.MsgspecError) as error:
            raise BadInputError(f"{file} is not a finished notice: {error}.", "Name the JSON of `people`.") from error
        if draft.notice != NOTICE or draft.missing:
            raise BadInputError(f"{file} is not the finished notice to people.", "Finish the notice `people`.")
        if draft.facts.patients != patients:
            raise BadInputError(
                f"The notice speaks of {draft.facts.patients} people, the list of {patients}.",
                "Make both again from the same breach.",
            )
        found[draft.language] = draft
    return found


def everybody(files: Sequence[Path], key: Path) -> Iterator[Person]:
    """Yield the people of the exports (age files), opened with the private key in the file ``key``.

    Raises:
        BadInputError: one is no export, or was made for another purpose.
    """
    identities = age.identities(key)
    for file in files:
        yield from people(age.decrypt(file.read_bytes(), identities).splitlines())
