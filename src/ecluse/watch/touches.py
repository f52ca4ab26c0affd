"""Visits and touches: what one account did with one patient on one day, in one row.

Visits hold one row for each (day, account, patient), the empty patient included (what named nobody). Touches are the
visits that name a patient. Everything slower than a scan starts from them, so the engine keeps them on disk.

**Definition** of a visit, over its accesses: ``n`` their number; ``since`` and ``until`` the first and last ``ts``;
``hours`` the bits (1 << hour) and ``deeds`` the bits of ``schema.BIT``, both or-ed; ``shown``, for a named patient, 1 +
the sum of max(shown - 1, 0), for the empty patient the sum of max(shown, 0); ``out`` the same over the accesses whose
deed is in ``schema.OUT``, 0 if there is none; ``duty`` whether any has a duty; ``grain`` the coarsest; ``at_least``
whether any is. A pair is an account and a patient it touched, with ``deeds`` and ``duty`` of the touch of its first
day.
"""

import ibis
from ibis.expr.types import BooleanValue, IntegerColumn, IntegerValue, Table

from ecluse.watch.schema import BIT, OUT, VISITS

SHIFT = 16  # more bits than deeds and duty take together


def _bit_or(bits: int) -> int:
    """Or the bits of every row."""
    raise NotImplementedError(bits)


bit_or = ibis.udf.agg.builtin(_bit_or, name="bit_or")  # not in ibis for Spark; both engines call it so


def visits_of(accesses: Table) -> Table:
    """Return the visits in ``accesses``."""
    a = accesses
    named = (a.patient != "").cast("int32")
    out = a.deed.isin([deed.value for deed in OUT])
    beside = ibis.greatest(a.shown - named, 0)
    grouped = a.group_by("day", "account", "patient").agg(
        n=a.count(),
        since=a.ts.min(),
        until=a.ts.max(),
        hours=bit_or(_power(a.hour)),
        deeds=bit_or(_deed_bit(a)),
        beside=beside.sum(),
        out_beside=beside.sum(where=out).fill_null(0),
        duty=(a.duty != "").any(),
        grain=a.grain.max(),
        at_least=a.at_least.any(),
    )
    is_named = (grouped.patient != "").cast("int64")
    has_out = ((grouped.deeds & sum(BIT[deed] for deed in OUT)) != 0).cast("int64")
    done = grouped.mutate(
        shown=grouped.beside.cast("int64") + is_named,
        out=grouped.out_beside.cast("int64") + is_named * has_out,
    )
    return done.select(*VISITS.names)


def touches_of(visits: Table) -> Table:
    """Return the visits that name a patient."""
    return visits.filter(visits.patient != "")


def pairs_of(touches: Table) -> Table:
    """Return one row for each (account, patient): first and last day, number of days, deeds and duty of the first."""
    t = touches
    packed = (t.day.epoch_days() << SHIFT) | (t.deeds << 1) | t.duty.cast("int64")
    grouped = t.group_by("account", "patient").agg(
        first_day=t.day.min(), last_day=t.day.max(), days=t.count(), packed=packed.min()
    )
    bits = grouped.packed & ((1 << SHIFT) - 1)
    return grouped.mutate(deeds=bits >> 1, duty=has(bits, 1)).drop("packed")


def week(day: ibis.Column) -> IntegerColumn:
    """Return the number of the 7-day bucket of ``day``: whole weeks since Thursday 1 January 1970."""
    return day.epoch_days() // 7


def has(bits: IntegerColumn, mask: int) -> BooleanValue:
    """Tell whether any bit of ``mask`` is set."""
    return (bits & mask) != 0


def _power(hour: IntegerColumn) -> IntegerValue:
    return ibis.literal(1, "int64") << hour.cast("int32")


def _deed_bit(accesses: Table) -> IntegerValue:
    return accesses.deed.cases(*((deed.value, bit) for deed, bit in BIT.items()), else_=0).cast("int64")
