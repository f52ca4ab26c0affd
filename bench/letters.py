"""How long the letters of a breach take: made-up people, all five categories of data, PDFs of 250 letters.

Usage: python bench/letters.py [LETTERS] [LETTERS A PDF]
"""

import datetime as dt
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from ecluse.core.home import Breach
from ecluse.core.words import Compartment
from ecluse.respond.letters.making import BATCH, make
from ecluse.respond.letters.people import Person
from ecluse.respond.letters.sorting import Letter, Post
from ecluse.respond.notices.base import Facts, From
from ecluse.respond.notices.clocks import Reading
from ecluse.respond.notices.drafting_shape import Draft, Filled

TEXT = "Le compte d’une personne de l’établissement a été utilisé par un tiers pour ouvrir des dossiers. " * 3
FIELDS = ("controller", "dpo", "plain", "consequences", "measures")


def draft(now: dt.datetime, count: int) -> Draft:
    facts = Facts(
        breach="2026-001",
        aware=now,
        now=now,
        zone="Europe/Paris",
        patients=count,
        accesses=count,
        possible=0,
        attempts=0,
        by_data={},
        by_route={},
        accounts=(),
        professions=(),
        first=now,
        last=now,
        head_size=1,
        head_root="",
        settings=Breach(),
        establishment="Clinique des Essais",
    )
    fields = tuple(Filled(key, key, "RGPD art. 34", From.PERSON, TEXT, asked=True, hint="") for key in FIELDS)
    clock = Reading(None, None, None, late=False, said="", basis="")
    return Draft("2026-001", "people", "fr", "", (), "", "", fields, (), clock, (), facts)


def person(n: int) -> Person:
    address = (f"{n} rue de l’Essai", "99999 Testville")
    return Person(f"{n:032x}", f"Essai Personne-{n}", address, None, dead=False, guardian=False, language="fr")


def main(count: int, each: int) -> None:
    now = dt.datetime.now(dt.UTC)
    people = [person(n) for n in range(count)]
    post = Post(tuple(Letter(one, tuple(Compartment), parents=False, language="fr") for one in people), {})
    with tempfile.TemporaryDirectory() as folder:
        began, out = time.perf_counter(), Path(folder, "letters")
        made = make(out, post, {"fr": draft(now, count)}, now, each)
        seconds = time.perf_counter() - began
        size = sum(file.stat().st_size for file in out.iterdir())
    said = {
        "letters": made.letters,
        "files": made.files,
        "mb": size // 1_000_000,
        "seconds": round(seconds, 1),
    }
    print(json.dumps(said | {"processors": len(os.sched_getaffinity(0)), "load": os.getloadavg()[0]}))


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(given[0] if given else 10_000, given[1] if len(given) > 1 else BATCH)
