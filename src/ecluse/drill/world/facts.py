"""What a hospital can tell of itself beside its log: staff, patients' relations, and facts of care."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from ecluse.core.events import Care, CareKind, PatientFacts, Person
from ecluse.core.words import Profession
from ecluse.drill.names import FamilyNames
from ecluse.drill.world.orders import Orders
from ecluse.drill.world.people import born
from ecluse.drill.world.plan import Plan
from ecluse.drill.world.settings import MINUTES, NEVER, Ints

GIVEN = (
    "Alix",
    "Camille",
    "Charlie",
    "Claude",
    "Dominique",
    "Eden",
    "Lou",
    "Maxime",
    "Morgan",
    "Sacha",
    "Swann",
    "Yaël",
)


def patient_id(number: int) -> str:
    """Return the log's own number of a patient: in order of registration, as everywhere."""
    return str(200_000 + number)


def people(plan: Plan) -> Iterator[Person]:
    """Yield everybody who has an account, as the staff list of the establishment knows them."""
    names, staff = FamilyNames(plan.settings.seed), plan.staff
    for who, account in enumerate(staff.account):
        human = not staff.service[who]
        yield Person(
            account=account,
            profession=staff.profession[who],
            unit=_listed_unit(plan, who),
            service=not human,
            since=_date(plan, int(staff.since[who])),
            until=_date(plan, int(staff.until[who])),
            family=names.name(int(staff.family[who])) if human else "",
            given=_given(int(staff.record[who]) if staff.record[who] >= 0 else who * 31 + 5) if human else "",
            birth=_birth(plan, who) if human else None,
            postal=home(int(staff.home[who])) if human else "",
            phone=phone(int(staff.home[who])) if human else "",
        )


def patients(plan: Plan) -> Iterator[PatientFacts]:
    """Yield what relates each patient to members of staff."""
    names, ill = FamilyNames(plan.settings.seed), plan.ill
    for number in range(plan.settings.patients):
        yield PatientFacts(
            patient=patient_id(number),
            family=names.name(int(ill.family[number])),
            given=_given(number),
            birth=born(plan.settings, int(ill.birth[number])),
            postal=home(int(ill.home[number])),
            phone=phone(int(ill.home[number])),
            vip=bool(ill.vip[number]),
        )


def care(plan: Plan) -> Iterator[Care]:
    """Yield stays, consultations and orders; and the offices' work lists when they are handed on."""
    yield from _stays(plan)
    yield from _visits(plan)
    yield from _orders(plan, plan.orders)
    if plan.settings.work_lists:
        yield from _orders(plan, plan.lists)


def _stays(plan: Plan) -> Iterator[Care]:
    stays, names, account = plan.stays, plan.units.names, plan.staff.account
    begins, ends = stays.start.tolist(), stays.end.tolist()
    for row, (patient, unit) in enumerate(zip(stays.patient.tolist(), stays.unit.tolist(), strict=True)):
        times = (_moment(plan, begins[row]), _moment(plan, ends[row]))
        who = patient_id(patient)
        yield Care(who, CareKind.ENCOUNTER_IN_UNIT, *times, unit=names[unit])
        if stays.doctor[row] >= 0:
            yield Care(who, CareKind.CARE_TEAM, *times, account=account[stays.doctor[row]])


def _visits(plan: Plan) -> Iterator[Care]:
    visits = plan.visits
    for patient, at, doctor, unit in zip(*(part.tolist() for part in _columns(visits)), strict=True):
        begin = _moment(plan, at)
        yield Care(
            patient_id(patient),
            CareKind.APPOINTMENT,
            begin,
            begin + timedelta(minutes=20),
            account=plan.staff.account[doctor],
            unit=plan.units.names[unit],
        )


def _orders(plan: Plan, asked: Orders) -> Iterator[Care]:
    for patient, unit, at, due in zip(
        *(part.tolist() for part in (asked.patient, asked.unit, asked.at, asked.due)), strict=True
    ):
        if at < plan.settings.days * MINUTES:
            times = (_moment(plan, at), _moment(plan, due))
            yield Care(patient_id(patient), CareKind.ORDER, *times, unit=plan.units.names[unit])


def _columns(visits: object) -> list[Ints]:
    return [getattr(visits, name) for name in ("patient", "at", "doctor", "unit")]


def _moment(plan: Plan, minute: int) -> datetime:
    return plan.settings.midnight + timedelta(minutes=minute)


def _listed_unit(plan: Plan, who: int) -> str:
    """Return the unit of the staff list, which does not know where residents are this month."""
    if plan.staff.profession[who] is Profession.RESIDENT:
        return ""
    return plan.units.names[int(plan.staff.unit[who])]


def _given(number: int) -> str:
    return GIVEN[number * 7 % len(GIVEN)]


def _birth(plan: Plan, who: int) -> date:
    own = int(plan.staff.record[who])
    days = int(plan.ill.birth[own]) if own >= 0 else 7_000 + who * 37 % 16_000
    return born(plan.settings, days)


def _date(plan: Plan, day: int) -> date | None:
    return None if abs(day) >= NEVER else plan.settings.start + timedelta(days=day)


def home(number: int) -> str:
    """Return an address that leads nowhere."""
    return f"{number % 97 + 1} quai de l’Invention {number // 97:05d}"


def phone(number: int) -> str:
    """Return a number kept for fiction (ARCEP)."""
    return f"0639 98 {number // 100 % 100:02d} {number % 100:02d}" if number < 10_000 else ""  # noqa: PLR2004
