"""Mediboard's staff, patients and stays: who is who, what relates them, what care explains an access."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta

from ecluse.core.events import Care, CareKind, Event, Fault, Integrity, PatientFacts, Person
from ecluse.sources.fields import day, number, when
from ecluse.sources.mediboard_shapes import USER_TYPES
from ecluse.sources.mediboard_state import State
from ecluse.sources.tables import Part

ROBOT = "interface-service"
SILENT = "Logins of account {} leave no row (dont_log_connection): that it was not used cannot be shown."


def staff(part: Part, state: State) -> Iterator[Event]:
    """Yield each account that can be used (not the profiles), and a fault for those whose logins are not logged."""
    world = state.world
    for user, login, kind, first, last, birth, postal, phone, template, silent in part.rows(
        "user_id",
        "user_username",
        "user_type",
        "user_first_name",
        "user_last_name",
        "user_birthday",
        "user_zip",
        "user_mobile|user_phone",
        "template",
        "dont_log_connection",
    ):
        if not user or not login:
            part.reject("an account without number or name")
            continue
        if template == "1":
            part.skip("a profile of rights, which nobody can log in with")
            continue
        robot = silent == "1" and kind != "1"
        _, _, since, until = world.duties.get(user, ("", "", "", ""))
        yield Person(
            login,
            ROBOT if robot else USER_TYPES.get(kind or "", ""),
            world.unit(user),
            service=robot,
            since=day(since),
            until=day(until),
            family=last or "",
            given=first or "",
            birth=day(birth),
            postal=postal or "",
            phone=phone or "",
            known_as=(user,),
        )
        if silent == "1":
            yield Integrity(
                Fault.LOGGING_OFF, "mediboard/users", SILENT.format(login), number(user), number(user), account=login
            )


def patients(part: Part, _state: State) -> Iterator[Event]:
    """Yield what relates each patient to members of staff."""
    for patient, family, given, birth, postal, phone, vip in part.rows(
        "patient_id", "nom", "prenom", "naissance", "cp", "tel|tel2", "vip"
    ):
        if not patient:
            part.reject("a patient without number")
            continue
        yield PatientFacts(patient, family or "", given or "", day(birth), postal or "", phone or "", vip=vip == "1")


def stays(part: Part, state: State) -> Iterator[Event]:
    """Yield, for each stay that was not cancelled, that its practitioner and the practitioner's unit may see it."""
    world = state.world
    for stay, patient, doctor, begun, ended, cancelled in part.rows(
        "sejour_id",
        "patient_id",
        "praticien_id",
        "entree|entree_reelle|entree_prevue",
        "sortie|sortie_reelle|sortie_prevue",
        "annule",
    ):
        since = when(begun)
        if since is None or not patient or not doctor:
            part.reject(f"stay {stay} has no patient, practitioner or beginning")
        elif cancelled == "1":
            part.skip("a stay that was cancelled")
        else:
            made_by = world.account(world.makers.get(f"CSejour-{stay}", ""))
            yield Care(
                patient,
                CareKind.ENCOUNTER_IN_UNIT,
                since,
                when(ended),
                world.account(doctor),
                world.unit(doctor),
                made_by,
            )


def consultations(part: Part, state: State) -> Iterator[Event]:
    """Yield the appointment that each consultation is."""
    world = state.world
    for visit, patient, slot, cancelled in part.rows("consultation_id", "patient_id", "plageconsult_id", "annule"):
        doctor, date = world.plages.get(slot or "", ("", ""))
        if not patient or cancelled == "1" or not (since := when(date)):
            part.skip("a consultation cancelled, without patient, or of which no table tells the day")
            continue
        made_by = world.account(world.makers.get(f"CConsultation-{visit}", ""))
        yield Care(
            patient, CareKind.APPOINTMENT, since, _end_of(since), world.account(doctor), world.unit(doctor), made_by
        )


def operations(part: Part, state: State) -> Iterator[Event]:
    """Yield, for each operation, that its surgeons and its anaesthetist may see the patient."""
    world = state.world
    for row, stay, date, cancelled, *team in part.rows(
        "operation_id",
        "sejour_id",
        "date",
        "annulee|annule",
        "chir_id",
        "chir_2_id",
        "chir_3_id",
        "chir_4_id",
        "anesth_id",
    ):
        patient, since = world.patient("CSejour", stay), when(date)
        if not patient or since is None or cancelled == "1":
            part.skip("an operation cancelled, without day, or of a stay that no table tells")
            continue
        for place, doctor in enumerate(one for one in team if one):
            unit = world.unit(doctor) if place == 0 else ""
            yield Care(patient, CareKind.CARE_TEAM, since, _end_of(since), world.account(doctor), unit)
        if not any(team):
            part.skip(f"operation {row} without surgeon")


def _end_of(at: datetime) -> datetime:
    return datetime.combine(at.date(), time()) + timedelta(days=1)
