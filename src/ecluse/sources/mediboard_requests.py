"""Mediboard's log of long requests (user and parameters of what took long) and its counts of requests (no user).

A patient export is slow, so its steps are here; a step faster than the threshold (10 s for people) is not, but when the
steps on both sides of it are, it is told as asked for. Parameters are judged, never kept, but for a few harmless ones.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from ecluse.core.events import Access, Deed, Event
from ecluse.sources.fields import number, when
from ecluse.sources.mediboard_exports import Step, patients_of, step_of
from ecluse.sources.mediboard_state import State, source
from ecluse.sources.mediboard_views import patient_of
from ecluse.sources.tables import Part

EXPORT = "do_export_patients"
CLINICAL = "ajax_recherche_dossier_clinique"
SCREENS = {"vw_export_patients", "ajax_check_export_dir", "ajax_edit_export"}  # show settings, not patients
DEEDS = (
    (re.compile(r"^(?:vw_full_patients|httpreq_vw_full_patient|ajax_vw_patient_complete)$"), Deed.EVERYTHING),
    (re.compile(r"export|^download_"), Deed.EXPORT),
    (re.compile(r"^(?:print|offline)_|_offline_|_print$"), Deed.PRINT),
    (re.compile(r"recherche|search|^vw_idx_patients"), Deed.SEARCH),
)
KEPT = ("start", "step", "auto", "all_prats", "service_id", "export", "ajax")
OWNERS = {"patient_id": "CPatient", "sejour_id": "CSejour", "consultation_id": "CConsultation"}
ROOM = 1_000_000  # numbers a row of the log may give to the patients of its step
GAP = timedelta(minutes=15)
MANY_QUERIES = 1000  # a hit, in the counts: only exports and the like ask the database so often
UNNAMED = "1"  # how the 2015 code counts an action asked for without a name
AT_LEAST = "Exports in the log of long requests: only steps slower than its threshold are there, so counts are least."


class Request(NamedTuple):
    """A row of the log of long requests."""

    row: int
    at: datetime
    user: str
    asked: dict[str, object]
    module: str
    action: str


def requests(part: Part, state: State) -> Iterator[Event]:
    """Yield what each long request showed."""
    name = source(part)
    counter = state.counter(name)
    before: tuple[Request, Step] | None = None
    for row, user, date, get, post in part.rows(
        "long_request_log_id", "user_id", "datetime|datetime_start|date", "query_params_get", "query_params_post"
    ):
        at = when(date)
        asked = _asked(get, post)
        if at is None or asked is None:
            part.reject(f"row {row} has no time, or its parameters are cut")
            continue
        counter.saw(number(row), at)
        if not user:
            part.skip("a long request of nobody")
            continue
        module, action = str(asked.get("m") or ""), _action(asked)
        request = Request(number(row), at, user, asked, module, action)
        if action == EXPORT:
            step = step_of(asked)
            yield from _between(before, (request, step), state, name)
            yield from _exported(request, step, state, name)
            before = (request, step)
        elif (event := _shown(request, state, name)) is not None:
            yield event
        else:
            part.skip("a long request that shows no patient, as far as its name tells")


def _asked(*texts: str | None) -> dict[str, object] | None:
    """Return the parameters of a request; None when they cannot be read."""
    asked: dict[str, object] = {}
    for text in texts:
        if text:
            try:
                found = msgspec.json.decode(text.encode("utf-8", "replace"))
            except msgspec.DecodeError:
                return None
            asked |= found if isinstance(found, dict) else {}
    return asked


def _action(asked: dict[str, object]) -> str:
    return next((str(asked[key]) for key in ("dosql", "a", "raw", "tab", "wsdl") if asked.get(key)), "")


def deed_of(module: str, action: str, *, export: bool = False) -> Deed | None:
    """Return what the screen or controller ``action`` does with patients; None: nothing that is known."""
    word = action.lower()
    if word in SCREENS:
        return None
    if export:
        return Deed.EXPORT
    if module.removeprefix("dP") == "stats":
        return Deed.REPORT
    return next((deed for pattern, deed in DEEDS if pattern.search(word)), None)


def _shown(request: Request, state: State, name: str) -> Access | None:
    export = request.action == CLINICAL and str(request.asked.get("export") or "0") not in {"0", ""}
    deed = deed_of(request.module, request.action, export=export)
    patient = _patient(request.asked, state)
    if deed is None and not patient:
        return None
    counted = deed is not Deed.REPORT  # a statistic shows numbers, no patient
    return _access(
        request, state, name, deed or Deed.READ, patient=patient, shown=int(counted), at_least=counted and not patient
    )


def _patient(asked: dict[str, object], state: State) -> str:
    kind, _, object_id = str(asked.get("object_guid") or "").partition("-")
    if kind and number(object_id):
        return patient_of(state, kind, object_id)
    for field, owner in OWNERS.items():
        if number(str(asked.get(field) or "")):
            return patient_of(state, owner, str(asked[field]))
    return ""


def _exported(request: Request, step: Step, state: State, name: str) -> Iterator[Access]:
    state.tally.say(AT_LEAST)
    patients = patients_of(step, state.path, state.siblings)
    if patients is None:
        yield _access(request, state, name, Deed.EXPORT, shown=step.step, at_least=True)
        return
    if not patients:
        yield _access(request, state, name, Deed.EXPORT, shown=0, at_least=True)
    for place, patient in enumerate(patients, 1):
        event = _access(request, state, name, Deed.EXPORT, patient=patient, at_least=True)
        yield msgspec.structs.replace(event, row=request.row * ROOM + place, source=f"{name}/patients")


def _between(
    before: tuple[Request, Step] | None, now: tuple[Request, Step], state: State, name: str
) -> Iterator[Access]:
    """Yield the steps asked for between two steps of one run that have rows, when they themselves have none."""
    if before is None:
        return
    (earlier, last), (request, step) = before, now
    same = earlier.user == request.user and last.step == step.step and last.practitioners == step.practitioners
    if not same or not step.step or request.at - earlier.at > GAP:
        return
    for place, start in enumerate(range(last.start + last.step, step.start, step.step), 1):
        event = _access(earlier, state, name, Deed.EXPORT, shown=step.step, at_least=True)
        told = f"start={start} step={step.step}: no row of its own, told by those before and after it"
        row = earlier.row * ROOM + ROOM // 2 + place
        yield msgspec.structs.replace(event, request=told, row=row, source=f"{name}/between")


def _access(
    request: Request,
    state: State,
    name: str,
    deed: Deed,
    *,
    patient: str = "",
    shown: int = 1,
    at_least: bool = False,
) -> Access:
    kept = " ".join(f"{key}={request.asked[key]}"[:40] for key in KEPT if request.asked.get(key))
    return Access(
        request.at,
        state.world.account(request.user),
        deed,
        patient,
        shown=shown,
        at_least=at_least,
        grain=60,
        route=f"{request.module}/{request.action}",
        request=f"long_request_log {request.row}: {kept}".rstrip(": "),
        source=name,
        row=request.row,
    )


def counts(part: Part, state: State) -> Iterator[Event]:
    """Yield the counts of exports: when and how many requests, by nobody known. All other counts are skipped."""
    for row, date, number_of, module, action, hits, queries, span in part.rows(
        "accesslog_id", "period|datetime", "module_action_id", "module", "action", "hits", "nb_requests", "aggregate"
    ):
        at = when(date)
        if at is None:
            part.reject(f"row {row} has no time")
            continue
        area, deed = (module or "", action or "") if action else state.world.actions.get(number_of or "", ("", ""))
        many = number(queries) >= MANY_QUERIES * max(number(hits), 1)
        unnamed = deed == UNNAMED and area.removeprefix("dP") == "patients" and many
        if not unnamed and deed_of(area, deed) is not Deed.EXPORT:
            part.skip("a count of requests, without user, of something other than exports")
            continue
        yield Access(
            at,
            "",
            Deed.EXPORT,
            shown=number(hits),
            at_least=True,
            grain=60 * number(span),
            route=f"{area}/{deed}",
            request=f"{hits} requests by nobody named, {queries} queries",
            source="mediboard/access_log",
            row=number(row),
        )
