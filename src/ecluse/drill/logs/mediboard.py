"""The world as a dump of Mediboard's database: what a hospital that runs it would hand over.

The establishment is one that turned on the log of views (by the hour) and the override (both are off by default).

Left out, because no table has it: searches, lists, histories, whole records and single prints and exports; views of
patients who had no stay (the world knows those since 40 days before it begins), how often a stay was viewed inside
an hour, and reading by interfaces; failed logins, logouts, logins of interfaces; workstations, and sessions of anything
but a login; how many patients a slow request showed (one is slow that passes ten seconds, at a quarter of one each).
Left out, because the world does not tell: which fields of a record changed (a change is one of ``CPatient``), browsers,
post codes (so neighbours cannot be told), deaths, which rows a thief deleted. ``access_log`` is left out: it counts
requests of nobody.

Its own tables tell stays, who attends them, and consultations; orders and work lists lie beside.
"""

from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from ecluse.core.events import Care, CareKind, Event, PatientFacts, Person
from ecluse.core.words import Profession
from ecluse.drill.logs.directory import Directory
from ecluse.drill.logs.dump import Dump, Value
from ecluse.drill.logs.mediboard_care import Stays, Visits
from ecluse.drill.logs.mediboard_tables import GROUP, MEDIBOARD
from ecluse.drill.logs.mediboard_traces import PATIENTS, Traces
from ecluse.drill.logs.timeline import timeline
from ecluse.drill.world import facts
from ecluse.drill.world.world import World

FILE = "mediboard.sql"
TELLS = frozenset({CareKind.ENCOUNTER_IN_UNIT, CareKind.CARE_TEAM, CareKind.APPOINTMENT})
FIRST_USER = 101
STAFF = 14  # users.user_type of whoever has none of their own
TYPES = {
    Profession.IT_ADMINISTRATOR: 1,
    Profession.ADMISSIONS: 2,
    Profession.BILLING: 6,
    Profession.NURSE: 7,
    Profession.DIM_CODER: 8,
    Profession.DIM_PHYSICIAN: 8,
    Profession.SECRETARY: 10,
    Profession.PHYSICIAN: 13,
    Profession.RESIDENT: 13,
    Profession.MIDWIFE: 16,
    Profession.PHARMACIST: 17,
    Profession.AIDE: 18,
}
FLAGS = ("0", "1")


def write(world: World, folder: Path, more: Sequence[Event] = ()) -> list[Path]:
    """Write the dump of ``world``, with ``more`` events laid over it, into ``folder``; return the file."""
    path = folder / FILE
    added = [one for one in more if isinstance(one, Care)]
    with Dump(path, MEDIBOARD) as dump:
        who, stays = Directory(world, more, FIRST_USER), Stays(chain(world.care(), added))
        visits = Visits(dump, who)
        visits.take(world.care())
        visits.take(added, keep=True)
        traces = Traces(dump, who, stays, visits)
        for one in timeline(world, more):
            traces.take(one)
        stays.write(dump, who)
        visits.close()
        _people(dump, world, who, traces.silent)
        _house(dump, world)
    return [path]


def _people(dump: Dump, world: World, who: Directory, silent: set[str]) -> None:
    for one in who.people.values():
        number = who.number(one.account)
        dump["users"].add(number, *_user(one, world, FLAGS[one.account in silent]))
        active = FLAGS[who.employed(one.account)]
        guarded = FLAGS[not one.service]
        dump["users_mediboard"].add(number, who.units.get(one.unit), "0", active, guarded, one.since, one.until)
    for ill in facts.patients(world.plan):
        dump["patients"].add(int(ill.patient), *_patient(ill))


def _user(one: Person, world: World, silent: str) -> tuple[Value, ...]:
    birth = one.birth.isoformat() if one.birth else None
    kind = TYPES.get(Profession(one.profession), STAFF) if one.profession else STAFF
    named = (kind, one.given or None, one.family, one.phone or None, one.postal or None, None, birth)
    return (one.account, None, None, world.moment(0), *named, 0, "0", None, silent)


def _patient(one: PatientFacts) -> tuple[str | None, ...]:
    birth = one.birth.isoformat() if one.birth else None
    return (one.family, None, one.given, birth, one.postal, None, one.phone or None, FLAGS[one.vip])


def _house(dump: Dump, world: World) -> None:
    dump["groups_mediboard"].add(GROUP, "ETABLISSEMENT FICTIF", "ETABLISSEMENT FICTIF")
    dump["modules"].add(PATIENTS, "dPpatients", "core", 1)
    for number, name in enumerate(world.plan.units.names, 1):
        dump["functions_mediboard"].add(number, GROUP, "administratif", name, "1")
        dump["service"].add(number, GROUP, name)
