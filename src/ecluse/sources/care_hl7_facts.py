"""What one HL7 v2 message says: its patient and visit, the stay or appointment, the treating doctor."""

from datetime import date, datetime, timedelta

from ecluse.core.events import Care, CareKind, PatientFacts
from ecluse.sources.care_ledger import Held, Key
from ecluse.sources.clean import phone, short
from ecluse.sources.hl7 import BadMessageError, Message, moment

OUTPATIENT = frozenset({"O", "E", "R"})
ATTENDING, REFERRING, CONSULTING, ADMITTING = 7, 8, 9, 17
OUTPATIENT_LASTS = timedelta(days=1)
APPOINTMENT_LASTS = timedelta(hours=1)
TREATING = frozenset({"PP", "FHCP", "ODRP"})


def patient(message: Message) -> str:
    """Return the patient's number: PID-3, else PID-2.

    Raises:
        BadMessageError: none is there.
    """
    found = message.get("PID", 3) or message.get("PID", 2)
    if not found:
        raise BadMessageError("no patient is named")
    return short(found)


def visit(message: Message, patient: str) -> Key:
    """Return what names the stay: PV1-19, PID-18, or else the patient."""
    return ("adt", message.get("PV1", 19) or message.get("PID", 18) or patient)


def when(message: Message) -> datetime:
    """Return when it happened: ZBE-2, EVN-6, EVN-2, or when the message was written.

    Raises:
        BadMessageError: none can be read.
    """
    for segment, field in (("ZBE", 2), ("EVN", 6), ("EVN", 2), ("MSH", 7)):
        if found := moment(message.get(segment, field)):
            return found
    raise BadMessageError("no time, or none that can be read")


def stay(message: Message, patient: str) -> Held:
    """Return the stay as this message tells it; a visit without a stay ends by itself.

    Raises:
        BadMessageError: no time can be read.
    """
    at = when(message)
    moved = message.get("MSH", 9, 2) in {"A02", "A06", "A07"}
    since = at if moved else moment(message.get("PV1", 44)) or at
    until = moment(message.get("PV1", 45))
    if until is None and message.get("PV1", 2) in OUTPATIENT:
        until = since + OUTPATIENT_LASTS
    return Held(
        patient=patient,
        kind=CareKind.ENCOUNTER_IN_UNIT,
        since=since,
        until=until,
        units=_units(message),
        accounts=_people(message),
        made_by=short(message.get("EVN", 5)),
    )


def _units(message: Message) -> tuple[str, ...]:
    """Return the units that care: of the movement (ZBE-7, ZBE-8) and the place (PV1-3)."""
    own = [message.get("ZBE", 7, 10) or message.get("ZBE", 7), message.get("ZBE", 8, 10) or message.get("ZBE", 8)]
    return tuple(dict.fromkeys(short(unit) for unit in (*own, message.get("PV1", 3)) if unit))


def _people(message: Message) -> tuple[str, ...]:
    visits = message.all("PV1")[:1]
    fields = (ATTENDING, REFERRING, CONSULTING, ADMITTING)
    names = [message.of(raw, 1) for visit in visits for field in fields for raw in message.repeats(visit, field)]
    return tuple(dict.fromkeys(short(name) for name in names if name))


def treating(message: Message, patient: str) -> list[Care]:
    """Return the treating doctor (PD1-4, or a ROL that says so)."""
    doctors = [message.get("PD1", 4)]
    doctors += [message.part(role, 4) for role in message.all("ROL") if message.part(role, 3) in TREATING]
    since = when(message)
    return [
        Care(patient, CareKind.TREATING_DOCTOR, since, None, short(doctor), "", short(message.get("EVN", 5)))
        for doctor in dict.fromkeys(doctors)
        if doctor
    ]


def appointment(message: Message, patient: str) -> Held:
    """Return the appointment as this message tells it.

    Raises:
        BadMessageError: its time cannot be read.
    """
    since = _start(message)
    until = moment(message.get("SCH", 11, 5)) or since + APPOINTMENT_LASTS
    people = [message.part(segment, 3) for segment in message.all("AIP")] + [message.get("SCH", 16)]
    places = [message.part(segment, 3) for segment in (*message.all("AIL"), *message.all("AIG"))]
    return Held(
        patient=patient,
        kind=CareKind.APPOINTMENT,
        since=since,
        until=until,
        units=tuple(dict.fromkeys(short(place) for place in (*places, *_units(message)) if place)),
        accounts=tuple(dict.fromkeys(short(one) for one in (*people, *_people(message)) if one)),
        made_by=short(message.get("SCH", 20)),
    )


def _start(message: Message) -> datetime:
    """Return when the appointment begins: SCH-11, or what is booked for it.

    Raises:
        BadMessageError: none can be read.
    """
    stamps = [message.get("SCH", 11, 4)]
    stamps += [message.part(segment, 4) for segment in message.all("AIS")]
    stamps += [message.part(segment, 6) for name in ("AIP", "AIL") for segment in message.all(name)]
    found = next((at for stamp in stamps if (at := moment(stamp))), None)
    if found is None:
        raise BadMessageError("no time of the appointment, or none that can be read")
    return found


def _day(stamp: str) -> date | None:
    found = moment(stamp[:8])
    return found.date() if found else None


def _phone(message: Message) -> str:
    return phone(message.get("PID", 13) or message.get("PID", 13, 12))


def about(message: Message, number: str) -> PatientFacts:
    """Return what relates the patient called ``number`` to staff."""
    return PatientFacts(
        patient=number,
        family=message.get("PID", 5),
        given=message.get("PID", 5, 2),
        birth=_day(message.get("PID", 7)),
        postal=" ".join(part for part in (message.get("PID", 11), message.get("PID", 11, 5)) if part),
        phone=_phone(message),
    )
