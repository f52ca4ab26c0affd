"""What must be known beside Mediboard's traces to read them: who a user number is, whose a stay is.

One pass over the small tables before the traces are read. Memory grows with the staff and the stays, not with the rows
of the traces. Kept from one file of a folder to the next.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

from ecluse.sources.mediboard_shapes import SHAPES
from ecluse.sources.tables import Part, parts, sources

NEEDED = frozenset(
    [
        "users",
        "users_mediboard",
        "functions_mediboard",
        "user_agent",
        "modules",
        "module_action",
        "perm_module",
        "view_access_token",
        "object_class",
        "sejour",
        "consultation",
        "plageconsult",
        "operations",
        "user_log",
        "user_action",
    ]
)
MADE = "create"


class World:
    """Names by number. What is not known stays a number, or empty."""

    def __init__(self) -> None:
        self.logins: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self.robots: set[str] = set()
        self.duties: dict[str, tuple[str, ...]] = {}  # user → function, actif, deb_activite, fin_activite
        self.functions: dict[str, str] = {}
        self.agents: dict[str, str] = {}
        self.modules: dict[str, str] = {}
        self.actions: dict[str, tuple[str, str]] = {}
        self.rights: dict[str, tuple[str, str, str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.classes: dict[str, str] = {}
        self.patients: dict[str, dict[str, str]] = {"CSejour": {}, "CConsultation": {}}  # class → object → patient
        self.stays: dict[str, str] = {}  # operation → stay
        self.plages: dict[str, tuple[str, str]] = {}  # plageconsult → practitioner, day
        self.makers: dict[str, str] = {}  # "CSejour-12" → user who made it

    def account(self, user: str | None) -> str:
        """Return the login name of user number ``user``, else the number."""
        return self.logins.get(user or "", user or "")

    def unit(self, user: str | None) -> str:
        """Return the name of the function ``user`` works in."""
        function = self.duties.get(user or "", ("",))[0]
        return self.functions.get(function, function)

    def patient(self, kind: str | None, number: str | None) -> str:
        """Return the patient whom object ``kind``-``number`` belongs to; empty if not known."""
        if kind == "CPatient":
            return number or ""
        if kind == "COperation":
            kind, number = "CSejour", self.stays.get(number or "", "")
        return self.patients.get(kind or "", {}).get(number or "", "")

    def object_class(self, kind: str | None) -> str:
        """Return the class named ``kind``, which newer tables give as a number."""
        return self.classes.get(kind or "", kind or "")


def world_of(path: Path, siblings: Iterable[Path]) -> World:
    """Return what ``path`` and its siblings tell; those of other folders only where its own tells nothing."""
    return _world(path.parent, tuple(sorted({path, *siblings}, key=str)))


@lru_cache(maxsize=4)
def _world(folder: Path, files: tuple[Path, ...]) -> World:
    world = World()
    for path, tables in sources(folder, files, SHAPES):
        if only := tables & NEEDED:
            for part in parts(path, SHAPES, only=only):
                LEARN[part.table](world, part)
    return world


def _users(world: World, part: Part) -> None:
    for user, login, first, last, silent in part.rows(
        "user_id", "user_username", "user_first_name", "user_last_name", "dont_log_connection"
    ):
        if user and login:
            world.logins[user] = login
            world.names[" ".join(word for word in (last, first) if word)] = login
            world.robots |= {user} if silent == "1" else set()


def _duties(world: World, part: Part) -> None:
    for user, *rest in part.rows("user_id", "function_id", "actif", "deb_activite", "fin_activite"):
        world.duties[user or ""] = tuple(word or "" for word in rest)


def _agents(world: World, part: Part) -> None:
    for number, kind, version, platform, device in part.rows(
        "user_agent_id", "browser_name|user_agent_string", "browser_version", "platform_name", "device_type"
    ):
        world.agents[number or ""] = " ".join(word for word in (kind, version, platform, device) if word)


def _actions(world: World, part: Part) -> None:
    for number, module, action in part.rows("module_action_id", "module", "action"):
        world.actions[number or ""] = (module or "", action or "")


def _rights(world: World, part: Part) -> None:
    for number, *rest in part.rows("perm_module_id", "user_id", "mod_id", "permission", "view"):
        world.rights[number or ""] = (rest[0] or "", rest[1] or "", rest[2] or "", rest[3] or "")


def _plages(world: World, part: Part) -> None:
    for number, doctor, day in part.rows("plageconsult_id", "chir_id", "date"):
        world.plages[number or ""] = (doctor or "", day or "")


def _operations(world: World, part: Part) -> None:
    for number, stay in part.rows("operation_id", "sejour_id"):
        world.stays[number or ""] = stay or ""


def _makers(world: World, part: Part) -> None:
    for user, kind, number, act in part.rows("user_id", "object_class|object_class_id", "object_id", "type"):
        if act == MADE and world.object_class(kind) in {"CSejour", "CConsultation"}:
            world.makers[f"{world.object_class(kind)}-{number}"] = user or ""


def _names(field: str, *columns: str) -> Callable[[World, Part], None]:
    def learn(world: World, part: Part) -> None:
        table: dict[str, str] = getattr(world, field)
        for number, name in part.rows(*columns):
            table[number or ""] = name or ""

    return learn


def _owners(kind: str, *columns: str) -> Callable[[World, Part], None]:
    def learn(world: World, part: Part) -> None:
        owners = world.patients[kind]
        for number, patient in part.rows(*columns):
            if number and patient:
                owners[number] = patient

    return learn


LEARN: dict[str, Callable[[World, Part], None]] = {
    "users": _users,
    "users_mediboard": _duties,
    "functions_mediboard": _names("functions", "function_id", "text"),
    "user_agent": _agents,
    "modules": _names("modules", "mod_id", "mod_name"),
    "module_action": _actions,
    "perm_module": _rights,
    "view_access_token": _names("tokens", "view_access_token_id", "user_id"),
    "object_class": _names("classes", "object_class_id", "object_class"),
    "sejour": _owners("CSejour", "sejour_id", "patient_id"),
    "consultation": _owners("CConsultation", "consultation_id", "patient_id"),
    "plageconsult": _plages,
    "operations": _operations,
    "user_log": _makers,
    "user_action": _makers,
}
