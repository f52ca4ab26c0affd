"""Family, neighbours, colleagues, well-known people, oneself.

**Definition.** The value is the number of distinct (patient, relation) of ``relations`` of the account whose patient
is a first of the account on the day, if that first is not explained or the relation is ``self``.
"""

from datetime import date

from ibis.expr.types import Table

from ecluse.watch.detectors import rows
from ecluse.watch.detectors.base import Kind, Story, found
from ecluse.watch.tables import Tables

STORY = Story(
    name="kin",
    family="kin",
    kind=Kind.RARE,
    sees="A look at somebody one knows: same name, address or telephone, oneself, a colleague, a public figure.",
    misses="Married names, friends, former partners: what no list knows.",
    false_alarms="Common names; small towns; staff who are patients of their own ward.",
    do="Speak with the person before anything else: most of it is curiosity, and most of it stops when somebody asks.",
    attack="T1213",
    floor=1,
)


def find(t: Tables) -> Table:
    """Return how many relations the account has to the patients it opened."""
    met = _met(t)
    return found(met.group_by("account", "day").agg(value=met.count()))


def _met(t: Tables) -> Table:
    """Return account, patient, day and relation of the firsts that count."""
    known = t.relations.select("account", "patient", "relation").distinct()
    new = t.firsts.select("account", "patient", "day", "explained")
    met = new.join(known, ["account", "patient"]).select("account", "patient", "day", "explained", "relation")
    return met.filter(~met.explained | (met.relation == "self"))


def evidence(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the accesses to those patients."""
    met = _met(t).filter(lambda row: row.account == account)
    a = t.accesses.filter(t.accesses.account == account, t.accesses.day.between(first, last))
    return a.semi_join(met, ["day", "patient"]).select(*rows.COLUMNS)
