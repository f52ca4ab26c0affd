"""The rows of the log behind a value: what a person checks by hand."""

from collections.abc import Collection
from datetime import date

import ibis
from ibis.expr.types import IntegerColumn, IntegerValue, StringValue, Table

from ecluse.core.events import AccountAct, Deed
from ecluse.watch.tables import Tables

COLUMNS = ("source", "row", "ts", "account", "patient", "deed")


def accesses(t: Tables, account: str, first: date, last: date, deeds: Collection[Deed] = ()) -> Table:
    """Return the accesses of ``account`` in these days, only those with one of ``deeds`` if any is given."""
    kept = t.accesses.filter(t.accesses.account == account, t.accesses.day.between(first, last))
    if deeds:
        kept = kept.filter(kept.deed.isin([deed.value for deed in deeds]))
    return kept.select(*COLUMNS)


def signs(t: Tables, account: str, first: date, last: date, acts: Collection[AccountAct]) -> Table:
    """Return the signs of ``account``, or done by it, in these days; the act stands in the column ``deed``."""
    s = t.signs
    kept = s.filter(
        (s.account == account) | (s.by == account),
        s.day.between(first, last),
        s.act.isin([act.value for act in acts]),
    )
    return kept.mutate(patient=ibis.literal(""), deed=kept.act).select(*COLUMNS)


def hour_bit(hour: IntegerColumn) -> IntegerValue:
    """Return the bit of a local hour, as in the column ``hours`` of touches."""
    return ibis.literal(1, "int64") << hour.cast("int32")


def actor(signs: Table) -> StringValue:
    """Return who did it: ``by``, or the account itself where nobody else is named."""
    return ibis.ifelse(signs.by != "", signs.by, signs.account)


def firsts(t: Tables, account: str, first: date, last: date) -> Table:
    """Return the accesses of ``account`` that are part of an unexplained first of these days."""
    new = t.firsts.filter(t.firsts.account == account, ~t.firsts.explained, t.firsts.day.between(first, last))
    a = t.accesses.filter(t.accesses.account == account, t.accesses.day.between(first, last))
    return a.semi_join(new, ["day", "patient"]).select(*COLUMNS)
