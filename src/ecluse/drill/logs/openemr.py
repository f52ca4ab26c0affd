"""The world as a dump of OpenEMR's database: what a hospital that runs it would hand over.

The log is on as it comes, with reading (``audit_events_query``) off: a chart opened leaves a row, reading on none.

Left out, because no table has it: views inside an open chart; searches, lists, reports and exports on screen; whose
record was printed; that an opening was an override; how many patients anything showed, but for what a call of the API
asked for; workstations, sessions, and addresses of anything but a login or a call; whom a right was given (its SQL
names a number of another table). Left out, because the world does not tell: which fields a change was of (its SQL),
treating doctors, which rows a thief deleted, and disclosures entered by hand (``extended_log`` is there, empty).
Interfaces are taken to use the FHIR API, which has no ``$everything`` and no history.

Its own tables tell who attends a stay, and appointments; stays by unit, orders and work lists lie beside.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ecluse.core.events import Care, CareKind, Event
from ecluse.core.words import Profession
from ecluse.drill.logs.directory import Directory
from ecluse.drill.logs.dump import Dump
from ecluse.drill.logs.openemr_tables import OPENEMR
from ecluse.drill.logs.openemr_traces import Traces, uuid_of
from ecluse.drill.logs.timeline import clock, timeline
from ecluse.drill.world import facts
from ecluse.drill.world.world import World

FILE = "openemr.sql"
TELLS = frozenset({CareKind.CARE_TEAM, CareKind.APPOINTMENT})
FIRST_USER = 10
FACILITY = 3
MEDICAL = frozenset({Profession.PHYSICIAN, Profession.RESIDENT})


def write(world: World, folder: Path, more: Sequence[Event] = ()) -> list[Path]:
    """Write the dump of ``world``, with ``more`` events laid over it, into ``folder``; return the file."""
    path = folder / FILE
    with Dump(path, OPENEMR) as dump:
        who = Directory(world, more, FIRST_USER)
        traces = Traces(dump, who)
        for one in timeline(world, more):
            traces.take(one)
        _care(dump, who, world.care())
        _care(dump, who, (one for one in more if isinstance(one, Care)))
        _people(dump, world, who)
    return [path]


def _care(dump: Dump, who: Directory, found: Iterable[Care]) -> None:
    """Put down an encounter for each stay somebody attends, and an entry of the calendar for each appointment."""
    for fact in found:
        if fact.kind is CareKind.CARE_TEAM:
            sheet = dump["form_encounter"]
            number = sheet.rows + 1
            times = (clock(fact.since), clock(fact.until) if fact.until else None)
            sheet.add(number, times[0], FACILITY, int(fact.patient), number, who.number(fact.account), times[1])
        elif fact.kind is CareKind.APPOINTMENT:
            sheet, at = dump["openemr_postcalendar_events"], clock(fact.since)
            day = at.date()
            doctor = str(who.number(fact.account))
            sheet.add(sheet.rows + 1, doctor, fact.patient, day, day, at.time().isoformat())


def _people(dump: Dump, world: World, who: Directory) -> None:
    for one in who.people.values():
        active = int(who.employed(one.account))
        staff = (one.given, one.family, one.profession, FACILITY, active)
        dump["users"].add(who.number(one.account), one.account, int(one.profession in MEDICAL), *staff)
    for ill in facts.patients(world.plan):
        sheet = dump["patient_data"]
        named = (ill.given, ill.family, ill.birth, ill.postal, "", ill.phone)
        sheet.add(sheet.rows + 1, uuid_of(ill.patient).bytes, int(ill.patient), *named, None)
