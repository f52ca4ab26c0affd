"""What must be known beside OpenMRS's logs to read them: accounts, their roles and names, who is a patient."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from ecluse.sources.tables import Part, parts, sources

SHAPES: dict[str, frozenset[str]] = {
    name: frozenset(columns.split())
    for name, columns in {
        "audit_log": "audit_log_id user_id event_type date_created",
        "audit_security_event": "event_type username event_time",
        "authentication_event_log": "login_id event_datetime event_type username",
        "auditlog_audit_log": "audit_log_id type identifier action date_created",
        "users": "user_id system_id username",
        "user_role": "user_id role",
        "patient": "patient_id creator",
        "person": "person_id birthdate uuid",
        "person_name": "person_name_id person_id given_name family_name",
    }.items()
}
TRACES = frozenset({"audit_log", "audit_security_event", "authentication_event_log", "auditlog_audit_log"})
ROLES = (
    (r"nurse", "nurse"),
    (r"midwi", "midwife"),
    (r"doctor|physician|clinician|clinical", "physician"),
    (r"pharmac|dispens", "pharmacist"),
    (r"\blab", "laboratory"),
    (r"radiolog", "radiology"),
    (r"registration|reception|front|clerk", "admissions"),
    (r"billing|cashier", "billing"),
    (r"superuser|system developer|admin", "it-administrator"),
)


class World:
    """Names by number."""

    def __init__(self) -> None:
        self.users: dict[str, str] = {}
        self.persons: dict[str, str] = {}  # person → account
        self.roles: dict[str, str] = {}
        self.names: dict[str, tuple[str, str]] = {}  # of the staff only
        self.patients: set[str] = set()
        self.uuids: dict[str, str] = {}

    def account(self, user: str | None) -> str:
        """Return the login name of user number ``user``, else the number."""
        return self.users.get(user or "", user or "")

    def profession(self, user: str) -> str:
        """Return the first profession that the roles of ``user`` speak of."""
        told = self.roles.get(user, "").lower()
        return next((name for pattern, name in ROLES if re.search(pattern, told)), "")

    def patient(self, identifier: str) -> str:
        """Return the number of the patient called ``identifier`` (a number or a uuid)."""
        return self.uuids.get(identifier, identifier)


def world_of(path: Path, siblings: Iterable[Path]) -> World:
    """Return what ``path`` and its siblings tell."""
    return _world(path.parent, tuple(sorted({path, *siblings}, key=str)))


@lru_cache(maxsize=4)
def _world(folder: Path, files: tuple[Path, ...]) -> World:
    world = World()
    where = sources(folder, files, SHAPES)
    for first in (True, False):  # names and uuids are kept of those who matter, so these must be known first
        wanted = frozenset({"users", "user_role", "patient"} if first else {"person", "person_name"})
        for path, tables in where:
            for part in parts(path, SHAPES, only=tables & wanted):
                _learn(world, part)
    return world


def _learn(world: World, part: Part) -> None:
    if part.table == "users":
        for user, name, system, person in part.rows("user_id", "username", "system_id", "person_id"):
            world.users[user or ""] = name or system or user or ""
            world.persons[person or ""] = user or ""
    elif part.table == "user_role":
        for user, role in part.rows("user_id", "role"):
            world.roles[user or ""] = f"{world.roles.get(user or '', '')} {role}"
    elif part.table == "patient":
        world.patients.update(one or "" for (one,) in part.rows("patient_id"))
    else:
        _persons(world, part)


def _persons(world: World, part: Part) -> None:
    for person, uuid, given, family in part.rows("person_id", "uuid", "given_name", "family_name"):
        if part.table == "person_name" and person in world.persons:
            world.names[person or ""] = (given or "", family or "")
        elif part.table == "person" and person in world.patients and uuid:
            world.uuids[uuid] = person or ""
