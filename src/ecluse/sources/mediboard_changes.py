"""Mediboard's log of changes (``user_log``, ``user_action``): of patients' records, and of accounts and rights.

``extra`` holds values as they were *before* the change; of those only switches of an account are looked at.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed, Event
from ecluse.sources.fields import address, number, when
from ecluse.sources.mediboard_state import State, source
from ecluse.sources.tables import Part

DEEDS = {"create": Deed.CREATE, "store": Deed.WRITE, "merge": Deed.WRITE, "delete": Deed.DELETE}
RIGHTS = {"CPermModule", "CPermObject", "CSecondaryFunction"}
ACCOUNTS = {"CUser", "CMediusers"}
TOKEN = "CViewAccessToken"  # noqa: S105 - the name of a class
OF_PATIENTS = re.compile(
    r"C(?:Patient|Sejour|Consult|Operation|Affectation|Constantes|Transmission|Observation|CompteRendu|File|Antecedent|"
    r"Traitement|Pathologie|DossierMedical|Dossier|Prescription|Prise|Administration|CorrespondantPatient|RPU|Acte|"
    r"Facture|Grossesse|Naissance|Exam|ExObject|ExClass|EvenementPatient|Allergie|Note)"
)
GAINED = frozenset({"user_type", "profile_id", "template", "function_id", "remote", "fin_activite"})
UNLOGGED = "its logins are no longer logged"
UNGUARDED = "no override is asked of it any more: its views are then not logged in most screens"
LOCKED_AFTER = 5  # wrong passwords


class Change(NamedTuple):
    """A row of the log."""

    row: int
    at: datetime
    by: str
    kind: str
    object_id: str
    act: str
    fields: frozenset[str]
    before: dict[str, object]
    address: str


def changes(part: Part, state: State) -> Iterator[Event]:
    """Yield what each row did: to a record, to an account; rows that concern neither are skipped."""
    name = source(part)
    counter = state.counter(name)
    for row, user, date, kind, object_id, act, fields, packed, extra in part.rows(
        "user_log_id|user_action_id",
        "user_id",
        "date|datetime",
        "object_class|object_class_id",
        "object_id",
        "type",
        "fields",
        "ip_address",
        "extra",
    ):
        at = when(date)
        if at is None or not user or act not in DEEDS:
            part.reject(f"row {row} has no user, no time or no known type")
            continue
        counter.saw(number(row), at)
        change = Change(
            number(row),
            at,
            state.world.account(user),
            state.world.object_class(kind),
            object_id or "",
            act,
            frozenset((fields or "").split()),
            _before(extra) if kind in ACCOUNTS else {},
            address(packed),
        )
        if (event := told(change, state, name)) is None:
            part.skip("a change of something that is neither a patient's nor an account's")
        else:
            yield event


def told(change: Change, state: State, name: str) -> Event | None:
    """Return the event that ``change`` is."""
    if change.kind in RIGHTS or change.kind in ACCOUNTS or change.kind == TOKEN:
        return _account(change, state, name)
    if not OF_PATIENTS.match(change.kind):
        return None
    patient = state.world.patient(change.kind, change.object_id)
    return Access(
        change.at,
        change.by,
        DEEDS[change.act],
        patient,
        shown=1 if patient else 0,
        address=change.address,
        route=change.kind,
        source=name,
        row=change.row,
    )


def _before(extra: str | None) -> dict[str, object]:
    try:
        found = msgspec.json.decode((extra or "{}").encode("utf-8", "replace"))
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _account(change: Change, state: State, name: str) -> AccountEvent | None:
    world = state.world
    if change.kind == "CPermModule":
        user, module, permission, view = world.rights.get(change.object_id, ("", "", "", ""))
        detail = f"module {world.modules.get(module, module) or 'any'}, permission {permission}, view {view}"
        found = (world.account(user), _granted(change.act), detail if user else "a right on a module")
    elif change.kind in RIGHTS:
        found = ("", _granted(change.act), f"{change.kind} {change.object_id}")
    elif change.kind == TOKEN:
        found = (world.account(world.tokens.get(change.object_id, "")) or change.by, AccountAct.FACTOR, "link made")
    else:
        act, detail = _switched(change)
        if act is None:
            return None
        found = (world.account(change.object_id), act, detail)
    account, done, detail = found
    by = change.by if change.by != account else ""
    return AccountEvent(
        change.at, account, done, by=by, address=change.address, detail=detail, source=name, row=change.row
    )


def _granted(act: str) -> AccountAct:
    return AccountAct.REVOKE if act == "delete" else AccountAct.GRANT


def _switched(change: Change) -> tuple[AccountAct | None, str]:
    """Say what a change of an account's own row means; the first that fits counts."""
    was = {field: str(value) for field, value in change.before.items()}
    fields = change.fields
    gained = fields & GAINED
    errors = number(was.get("user_login_errors"))
    return next(
        (
            (act, told)
            for fits, act, told in (
                (change.act == "create", AccountAct.CREATED, change.kind),
                (change.act == "delete", AccountAct.DISABLED, change.kind),
                (
                    "dont_log_connection" in fields and was.get("dont_log_connection") != "1",
                    AccountAct.LOG_OFF,
                    UNLOGGED,
                ),
                ("use_bris_de_glace" in fields and was.get("use_bris_de_glace") == "1", AccountAct.LOG_OFF, UNGUARDED),
                ("actif" in fields and was.get("actif") == "1", AccountAct.DISABLED, "no longer active"),
                ("actif" in fields, AccountAct.GRANT, "active again"),
                (bool(gained), AccountAct.GRANT, "changed: " + ", ".join(sorted(gained))),
                ("user_password" in fields, AccountAct.PASSWORD, ""),
                ("user_login_errors" in fields and errors >= LOCKED_AFTER, AccountAct.UNLOCK, ""),
            )
            if fits
        ),
        (None, ""),
    )
