"""Several files read into one lake: what of them counts."""

from collections import Counter
from collections.abc import Hashable

from ecluse.core.events import Access, AccountEvent, Care, Event, Integrity
from ecluse.watch.reference.clock import seen

Key = tuple[Hashable, ...]


def once(files: list[list[Event]], zone: str) -> list[Event]:
    """Return the events of ``files``, in the order of reading, each as often as it happened."""
    held: Counter[Key] = Counter()
    kept: list[Event] = []
    for file in files:
        copies: Counter[Key] = Counter()
        for event in file:
            key, known = identity(event, zone)
            copies[key] += 1
            if not key or (copies[key] == 1 and not held[key] if known else copies[key] > held[key]):
                kept.append(event)
        for key, number in copies.items():
            held[key] = max(held[key], number)
    return kept


def identity(event: Event, zone: str) -> tuple[Key, bool]:
    """Return what makes an event the same as another, empty if nothing does, and whether one copy is enough."""
    if isinstance(event, Care | Integrity):
        return (event,), True
    if not isinstance(event, Access | AccountEvent):
        return (), False
    key: Key = (seen(event.at, zone)[0], event.account, event.row)
    key += (event.patient, event.deed) if isinstance(event, Access) else (event.act,)
    if event.row > 0:
        return (*key, event.source), True
    where = (event.session, event.device, event.address)
    if isinstance(event, Access):
        return (*key, event.route, event.request, *where), False
    return (*key, event.by, event.detail, *where), False
