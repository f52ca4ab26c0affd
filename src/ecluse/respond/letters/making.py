"""Letters made: PDFs of many letters side by side in several processes, an index, and the list of who is apart."""

import csv
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

from ecluse.core.errors import BadInputError
from ecluse.respond import typeset
from ecluse.respond.letters import texts as t
from ecluse.respond.letters.sorting import Letter, Post
from ecluse.respond.notices.drafting_shape import Draft
from ecluse.respond.words import DATA, moment

BATCH = 250
OWN_FOLDER, OWN_EYES = 0o700, 0o600


class Job(NamedTuple):
    """One PDF to make."""

    file: Path
    values: dict[str, Any]
    at: datetime


class Made(NamedTuple):
    """What was made."""

    letters: int
    apart: int
    files: int


def make(
    folder: Path,
    post: Post,
    drafts: Mapping[str, Draft],
    at: datetime,
    each: int = BATCH,
    advance: Callable[[int], None] = lambda _: None,
) -> Made:
    """Write the letters into ``folder``, which must not exist: ``each`` letters a PDF (1: one PDF each).

    Raises:
        BadInputError: the folder exists, or a language has no finished notice.
    """
    lacking = {letter.language for letter in post.letters} - drafts.keys()
    if lacking:
        raise BadInputError(
            f"No finished notice in {', '.join(sorted(lacking))}.",
            "Finish the notice `people` in it, or give one only.",
        )
    try:
        folder.mkdir(mode=OWN_FOLDER, parents=True)
    except FileExistsError as error:
        raise BadInputError(f"{folder} exists already.", "Choose another folder.") from error
    jobs = list(jobs_of(folder, post.letters, drafts, at, each))
    for number in printed(jobs):
        advance(number)
    index(folder, post, each)
    return Made(len(post.letters), len(post.apart), len(jobs))


def printed(jobs: Sequence[Job]) -> Iterator[int]:
    """Make each PDF; yield its letters, in order, from as many processes as there are processors."""
    processes = min(len(jobs), len(os.sched_getaffinity(0)))
    if processes < 2:  # noqa: PLR2004 - one job needs no other process
        yield from map(printed_one, jobs)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("forkserver")) as pool:
        yield from pool.map(printed_one, jobs)


def printed_one(job: Job) -> int:
    """Make one PDF."""
    write(job.file, typeset.pdf("letters", job.values, job.at))
    return len(job.values["letters"])


def write(file: Path, content: bytes) -> None:
    """Write a file that only its owner reads."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN_EYES), "wb") as opened:
        opened.write(content)


def jobs_of(
    folder: Path, letters: Sequence[Letter], drafts: Mapping[str, Draft], at: datetime, each: int
) -> Iterator[Job]:
    """Yield the PDFs: a PDF holds one language, so that screen readers read it right."""
    number = 0
    for language in sorted(drafts):
        of_language = [letter for letter in letters if letter.language == language]
        for first in range(0, len(of_language), each):
            number += 1
            values = batch(of_language[first : first + each], drafts[language], at)
            yield Job(folder / f"letters-{number:05d}.pdf", values, at)


def batch(letters: Sequence[Letter], draft: Draft, at: datetime) -> dict[str, Any]:
    """Return the values of one PDF."""
    language = draft.language
    said = {field.key: field.text for field in draft.fields}
    return {
        "title": t.SUBJECT.to(language),
        "lang": language,
        "footer": draft.facts.establishment,
        "place": f"{said['controller']}",
        "date": moment(at, language, draft.facts.zone).partition(" ")[0],
        "headings": {name: words.to(language) for name, words in t.HEADINGS.items()},
        "plain": said["plain"],
        "consequences": said["consequences"],
        "measures": said["measures"],
        "shown": t.SHOWN.to(language),
        "always": [one.to(language) for one in t.ALWAYS],
        "contact": t.CONTACT.to(language).format(dpo=said["dpo"]),
        "help": t.HELP.to(language),
        "closing": t.CLOSING.to(language),
        "letters": [one(letter, language) for letter in letters],
    }


def one(letter: Letter, language: str) -> dict[str, Any]:
    """Return what is this letter's own."""
    name = letter.person.name
    first = [t.PARENTS.to(language).format(name=name)] if letter.parents else [name]
    return {
        "address": [*first, *letter.person.address],
        "about": t.CHILD.to(language).format(name=name) if letter.parents else "",
        "greeting": t.ADULT.to(language),
        "data": [DATA[word].to(language) for word in letter.data],
        "watch": [t.WATCH[word].to(language) for word in letter.data],
    }


def index(folder: Path, post: Post, each: int) -> None:
    """Write ``index.csv`` (which letter is where) and ``apart.csv`` (who is handled by a person), by pseudonym."""
    places: list[tuple[str, str, int, str]] = []
    number = 0
    for language in sorted({letter.language for letter in post.letters}):
        of_language = [letter for letter in post.letters if letter.language == language]
        for place, letter in enumerate(of_language):
            file = f"letters-{number + place // each + 1:05d}.pdf"
            places.append((letter.person.ref, file, place % each + 1, "parents" if letter.parents else "patient"))
        number += -(-len(of_language) // each)
    table(folder / "index.csv", ("patient", "file", "letter", "to"), places)
    table(folder / "apart.csv", ("patient", "why"), sorted((ref, why.value) for ref, why in post.apart.items()))


def table(file: Path, titles: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Write a CSV that only its owner reads."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWN_EYES), "w", newline="") as opened:
        csv.writer(opened).writerows([titles, *rows])
