"""What must be known beside OpenEMR's logs to read them: account and patient numbers, and the clock of the API log."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from ecluse.sources.openemr_clock import Clock, clock_of
from ecluse.sources.tables import Part, parts, sources

SHAPES: dict[str, frozenset[str]] = {
    name: frozenset(columns.split())
    for name, columns in {
        "log": "id date event user success comments",
        "log_comment_encrypt": "log_id encrypt checksum",
        "api_log": "log_id user_id request_url",
        "extended_log": "id date event user recipient",
        "users": "id username authorized",
        "patient_data": "pid fname lname",
        "form_encounter": "encounter pid provider_id",
        "openemr_postcalendar_events": "pc_eid pc_pid pc_aid",
    }.items()
}
TRACES = frozenset({"log", "log_comment_encrypt", "api_log", "extended_log"})
MACHINE = re.compile(r"(?i)(?:^|[-_. ])(?:api|svc|service|interface|robot|bot|batch|sync|daemon)(?:$|[-_. ]|\d)")


class World:
    """Names by number; uuid in hexadecimal without dashes. ``clock`` tells the server's time of an API call."""

    def __init__(self) -> None:
        self.users: dict[str, str] = {}
        self.patients: dict[str, str] = {}
        self.pids: set[str] = set()
        self.clock = Clock()
        self.has: frozenset[str] = frozenset()

    def account(self, user: str | None) -> str:
        """Return the login name of user number ``user``, else the number."""
        return self.users.get(user or "", user or "")

    def patient(self, uuid: str) -> str:
        """Return the number of the patient with ``uuid``, else the uuid itself."""
        return self.patients.get(uuid.replace("-", "").lower(), uuid.lower())


def bare(uuid: str | None) -> str:
    """Return a uuid as 32 hexadecimal digits, whether written out or as the 16 bytes of a dump."""
    return (uuid or "").removeprefix("0x").replace("-", "").lower()


def world_of(path: Path, siblings: Iterable[Path]) -> World:
    """Return what ``path`` and its siblings tell."""
    return _world(path.parent, tuple(sorted({path, *siblings}, key=str)))


@lru_cache(maxsize=4)
def _world(folder: Path, files: tuple[Path, ...]) -> World:
    world = World()
    where = sources(folder, files, SHAPES)
    world.has = frozenset(name for _, tables in where for name in tables)
    for path, tables in where:
        for part in parts(path, SHAPES, only=tables & {"users", "patient_data"}):
            _learn(world, part)
    world.clock = clock_of(where, SHAPES)
    return world


def _learn(world: World, part: Part) -> None:
    if part.table == "users":
        for number, name in part.rows("id", "username"):
            if number and name:
                world.users[number] = name
        return
    for uuid, pid in part.rows("uuid", "pid"):
        if pid:
            world.pids.add(pid)
            if uuid:
                world.patients[bare(uuid)] = pid
