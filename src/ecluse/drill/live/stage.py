"""The stage: an establishment filled once, with decoys planted in it, then copied for each round of attacks.

Only copies are ever served, so no attack meets the locks or the counts of another one (D3).
"""

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
import psycopg

from ecluse.core.words import Profession
from ecluse.drill import establishment, registry, signin
from ecluse.drill.cast import Member
from ecluse.drill.establishment import Tell
from ecluse.drill.hospital import Hospital
from ecluse.drill.theft import service_of

BASE = "base"
RESTS = ("run", "serve.log")  # what a copy does not take along
DECOYS_OF = 100  # one patient on record in so many is a decoy
LEAVER = "z.partie"
LONG = dt.timedelta(days=400)


class Copy(NamedTuple):
    """One copy: its home folder, and the URL of its database (empty: SQLite in the home folder)."""

    home: Path
    database: str


class Stage:
    """The establishment at rest in ``folder/base``; ``server``: URL of a PostgreSQL, empty for SQLite."""

    def __init__(self, hospital: Hospital, folder: Path, server: str = "") -> None:
        self.hospital, self.folder, self.server = hospital, folder, server
        self.decoys = decoys(hospital)
        self.known = registry.Known({}, {}, [])
        self._copies = 0

    @property
    def database(self) -> str:
        """Return the word for the database."""
        return "postgresql" if self.server else "sqlite"

    def build(self, tell: Tell) -> "Stage":
        """Make the establishment, by the ordinary commands, and ask the judge who is who."""
        base = self.folder / BASE
        tell("making an establishment and its safe")
        establishment.make(base, database=self._new_database(BASE))
        with establishment.serving(base) as url:
            establishment.fill(self.hospital, base, tell, world=self.folder / "world", decoys=self.decoys)
            establishment.command(base, "accounts", "load", str(self._leaver()), "--demo-credentials")
            for member in self.hospital.members:
                if member.profession is Profession.INTERFACE_SERVICE:
                    service_of(base, url, member)
        tell("asking the judge who is who")
        self.known = registry.ask(self.hospital, base, *(member.username for member in self.hospital.members))
        return self

    def _leaver(self) -> Path:
        """Write the list with somebody whose last day is over."""
        who = leaver(self.hospital)
        row = {"username": who.username, "display_name": who.name, "professions": [], "units": [], "rpps": ""}
        row |= {"hired": "2020-01-06", "ends": "2024-11-18", "password": who.password, "totp_secret": who.totp}
        file = self.folder / "leaver.json"
        file.write_bytes(msgspec.json.encode([row]))
        return file

    @contextmanager
    def copy(self) -> Iterator[Copy]:
        """Give a copy, as good as new; it is gone afterwards."""
        self._copies += 1
        home = self.folder / f"c{self._copies}"
        shutil.copytree(self.folder / BASE, home, ignore=shutil.ignore_patterns(*RESTS))
        (home / "run").mkdir(mode=0o700)
        database = self._new_database(home.name, BASE)
        establishment.settle(home, database=database)
        signin.USED.clear()  # a copy has not seen any code yet
        try:
            yield Copy(home, database)
        finally:
            shutil.rmtree(home, ignore_errors=True)
            self._drop(home.name)

    def _new_database(self, name: str, template: str = "template1") -> str:
        if not self.server:
            return ""
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return self.server.replace("/postgres?", f"/{name}?")

    def _drop(self, name: str) -> None:
        if self.server:
            with psycopg.connect(self.server, autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def decoys(hospital: Hospital) -> frozenset[int]:
    """Return who is planted: one patient in a hundred, each gone too long ago for anybody to have a duty to them."""
    activity = hospital.activity
    cared = {*activity.stays, *activity.visits, *activity.treated}
    idle = [number for number in range(hospital.patients) if number not in cared][:: DECOYS_OF // 2]
    return frozenset([number for number in idle if _long_gone(hospital, number)][: hospital.patients // DECOYS_OF])


def _long_gone(hospital: Hospital, number: int) -> bool:
    before = (hospital.now - LONG).isoformat()
    ends = [one["period"]["end"] for one in hospital.bundle(number) if one["resourceType"] == "Encounter"]
    return max(ends, default="") < before


def leaver(hospital: Hospital) -> Member:
    """Return somebody who no longer works here, but whose password and second factor are still known to a thief."""
    last = hospital.first(Profession.NURSE)
    return last._replace(username=LEAVER, name="Zita Partie", rpps="")
