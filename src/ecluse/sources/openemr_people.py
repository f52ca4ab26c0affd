"""OpenEMR's staff, patients, encounters and appointments."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from ecluse.core.events import Care, CareKind, Event, PatientFacts, Person
from ecluse.sources.fields import day, when
from ecluse.sources.openemr_state import State
from ecluse.sources.openemr_world import MACHINE
from ecluse.sources.tables import Part

PROFESSIONS = (
    (r"nurse|\brn\b|\blpn\b", "nurse"),
    (r"doctor|physician|surgeon|medicine|\bmd\b", "physician"),
    (r"midwife", "midwife"),
    (r"pharmac", "pharmacist"),
    (r"\blab", "laboratory"),
    (r"radiolog", "radiology"),
    (r"billing|account", "billing"),
    (r"admin|\bit\b", "it-administrator"),
    (r"clerk|reception|front|secretar", "secretary"),
)
SINCE = datetime(1970, 1, 1)  # noqa: DTZ001 - a clock without zone


def staff(part: Part, _state: State) -> Iterator[Event]:
    """Yield each account with a name to log in with."""
    for number, login, doctor, first, last, specialty, title in part.rows(
        "id", "username", "authorized", "fname", "lname", "specialty", "title|physician_type"
    ):
        if not login:
            part.skip("an entry of the address book, not an account")
            continue
        words = f"{specialty or ''} {title or ''}".strip().lower()
        known = next((name for pattern, name in PROFESSIONS if re.search(pattern, words)), "")
        service = bool(MACHINE.search(login)) and doctor != "1"
        profession = "interface-service" if service else known or ("physician" if doctor == "1" else words)
        yield Person(login, profession, service=service, family=last or "", given=first or "", known_as=(number or "",))


def patients(part: Part, state: State) -> Iterator[Event]:
    """Yield what relates each patient to members of staff, and the doctor who follows them."""
    for pid, family, given, birth, postal, phone, doctor in part.rows(
        "pid", "lname", "fname", "DOB", "postal_code", "phone_home|phone_cell", "providerID"
    ):
        if not pid:
            part.reject("a patient without number")
            continue
        yield PatientFacts(pid, family or "", given or "", day(birth), postal or "", phone or "")
        if doctor and doctor != "0":
            yield Care(pid, CareKind.TREATING_DOCTOR, SINCE, account=state.world.account(doctor))


def encounters(part: Part, state: State) -> Iterator[Event]:
    """Yield, for each encounter or appointment, the person it was with."""
    visit = part.table == "form_encounter"
    kind = CareKind.ENCOUNTER_IN_UNIT if visit else CareKind.APPOINTMENT
    columns = (
        ("pid", "provider_id", "date", "date_end") if visit else ("pc_pid", "pc_aid", "pc_eventDate", "pc_endDate")
    )
    for patient, doctor, begun, ended in part.rows(*columns):
        since = when(begun)
        if since is None or not patient or patient == "0" or not doctor or doctor == "0":
            part.skip("an encounter or appointment without day, patient or person")
            continue
        until = max(when(ended) or since, since) + timedelta(days=1)
        yield Care(patient, kind, since, until, state.world.account(doctor))
