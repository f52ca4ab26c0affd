"""Places: from where an account worked on a day. The engine keeps them, day by day.

**Definition.** One row for each distinct (day, account, kind, key), the key not empty: kind ``address`` and kind
``device`` over the accesses and the signs ``login`` of the day, kind ``site`` over the accesses.
"""

import ibis
from ibis.expr.types import Table

from ecluse.core.events import AccountAct

ADDRESS, DEVICE, SITE = "address", "device", "site"


def places_of(accesses: Table, signs: Table) -> Table:
    """Return day, account, kind and key."""
    return with_logins(seen_of(accesses), signs)


def seen_of(accesses: Table) -> Table:
    """Return the distinct places of the accesses, side by side."""
    return accesses.select("day", "account", ADDRESS, DEVICE, SITE).distinct()


def with_logins(seen: Table, signs: Table) -> Table:
    """Return the places of the accesses and those of the logins, each kind a row of its own."""
    logins = signs.filter(signs.act == AccountAct.LOGIN.value)
    parts = [_of(seen, kind) for kind in (ADDRESS, DEVICE, SITE)]
    parts += [_of(logins, kind) for kind in (ADDRESS, DEVICE)]
    return ibis.union(*parts, distinct=True)


def _of(rows: Table, kind: str) -> Table:
    kept = rows.filter(rows[kind] != "")
    return kept.select("day", "account", kind=ibis.literal(kind), key=kept[kind])
