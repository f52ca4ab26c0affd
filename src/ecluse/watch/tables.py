"""The tables a detector reads: what the lake keeps, and what is derived from it, defined once for every engine."""

import dataclasses

from ibis.expr.types import Table

from ecluse.watch.days import days_of
from ecluse.watch.firsts import firsts_of
from ecluse.watch.places import places_of
from ecluse.watch.touches import pairs_of, touches_of, visits_of


@dataclasses.dataclass(frozen=True)
class Tables:
    """Ibis tables of one engine. The columns stand in ``schema``, the definitions in the modules that derive them."""

    accesses: Table  # schema.ACCESSES
    signs: Table  # schema.SIGNS: logins, grants and the like
    staff: Table  # schema.STAFF: at most one row an account
    care: Table  # schema.CARE
    relations: Table  # schema.RELATIONS, resolved: one row for each account, patient and relation
    teams: Table  # schema.TEAMS: at most one row an account
    visits: Table  # schema.VISITS: touches, and what named no patient
    touches: Table  # visits that name a patient
    pairs: Table  # account, patient, first_day, last_day, days
    firsts: Table  # touches of the pair's first day, with explained and why
    days: Table  # days.COLUMNS
    places: Table  # schema.PLACES: from where an account worked on a day
    integrity: Table  # schema.INTEGRITY


@dataclasses.dataclass(frozen=True)
class Base:
    """What the lake keeps. ``marks`` are the relations as stored: an empty account means every account."""

    accesses: Table
    signs: Table
    staff: Table
    care: Table
    marks: Table
    integrity: Table


def derive(base: Base, teams: Table) -> Tables:
    """Return every table as one expression over ``base``, nothing kept on the way: for tests and small logs."""
    visits = visits_of(base.accesses)
    touches = touches_of(visits)
    pairs = pairs_of(touches)
    firsts = firsts_of(touches, pairs, base.staff, base.care, teams)
    return Tables(
        accesses=base.accesses,
        signs=base.signs,
        staff=base.staff,
        care=base.care,
        relations=relations_of(pairs, base.marks),
        teams=teams,
        visits=visits,
        touches=touches,
        pairs=pairs,
        firsts=firsts,
        days=days_of(visits, firsts, base.staff),
        places=places_of(base.accesses, base.signs),
        integrity=base.integrity,
    )


def relations_of(pairs: Table, marks: Table) -> Table:
    """Return the relations between accounts and patients they touched.

    A mark without an account holds for every account that touched the patient, save one that stands in the relation
    ``self`` to it.
    """
    named = marks.filter(marks.account != "")
    own = named.filter(named.relation == "self").select("account", "patient")
    common = marks.filter(marks.account == "").select("patient", "relation")
    touched = pairs.select("account", "patient")
    told = touched.join(named, ["account", "patient"]).select("account", "patient", "relation")
    anybody = touched.join(common, "patient").select("account", "patient", "relation")
    return told.union(anybody.anti_join(own, ["account", "patient"]), distinct=True)
