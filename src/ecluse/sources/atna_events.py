"""What one audit message becomes: an access for each patient it names, or something that happened to an account.

The account is the requestor that plays no machine's part; where there is none, the user among the objects (OpenEMR logs
its own server as the requestor); else the machine that asked.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from ecluse.core.events import Access, AccountAct, AccountEvent, Deed
from ecluse.sources.atna_shape import Message, Participant, Thing
from ecluse.sources.atna_xml import UnreadableError
from ecluse.sources.audit_codes import Skip, failed, meaning
from ecluse.sources.clean import address, instant, short

MACHINE_ROLES = frozenset({"110150", "110151", "110152", "110153", "110154", "110155"})
PERSON, PATIENT_ROLE, USER_ROLE, QUERY_ROLE = "1", "1", "6", "24"
PATIENT_NUMBER = "2"
NAME, IP = "1", "2"
UNCODED = frozenset({"", "eventIDcode"})
PROCESS = frozenset({"110100", "110101", "110113"})
LONGEST_DETAIL = 80


class Who(msgspec.Struct, frozen=True, gc=False):
    """The account that acted, and from where."""

    account: str
    address: str = ""
    device: str = ""


def events(message: Message, row: int, source: str, *, local_time: bool) -> Iterator[Access | AccountEvent] | Skip:
    """Return what ``message`` tells, or why it is left out. ``local_time``: its Z is written without conversion.

    Raises:
        UnreadableError: it lacks its time or its actor.
    """
    kinds = tuple(word if code in UNCODED else code for code, word in zip(message.codes, message.words, strict=True))
    told = meaning(kinds, message.action, message.purposes)
    if isinstance(told, Skip):
        return told
    who = _who(message)
    if not who.account:
        raise UnreadableError("nobody is named")
    at = _at(message, local_time=local_time)
    if isinstance(told, AccountAct):
        return _happened(message, told, who, at, (source, row))
    return _accesses(message, told, who, at, (source, row))


def _at(message: Message, *, local_time: bool) -> datetime:
    found = instant(message.time)
    if found is None:
        raise UnreadableError("no time, or none that can be read")
    return found.replace(tzinfo=None) if local_time else found


def _who(message: Message) -> Who:
    requestors = [one for one in message.participants if one.requestor and (one.user or one.other)]
    person = next((one for one in requestors if MACHINE_ROLES.isdisjoint(one.roles)), None)
    if person is None and (user := _user(message)):
        return Who(short(user))
    chosen = person or next(iter(requestors), None) or next(iter(message.participants), None)
    if chosen is None:
        return Who(short(_user(message)))
    points = (chosen, *(one for one in requestors if one is not chosen))
    return Who(
        short(chosen.user or chosen.other),
        next((at for one in points if (at := _address(one))), ""),
        short(chosen.point) if chosen.point_type == NAME else "",
    )


def _user(message: Message) -> str:
    """Return the user among the objects, empty if there is none."""
    return next((thing.id for thing in message.things if thing.role == USER_ROLE and thing.type == PERSON), "")


def _address(one: Participant) -> str:
    looks = one.point_type == IP or (not one.point_type and one.point[:1].isdigit())
    return address(one.point) if looks else ""


def _happened(
    message: Message, act: AccountAct, who: Who, at: datetime, place: tuple[str, int]
) -> Iterator[AccountEvent] | Skip:
    if failed(message.outcome):
        if act is not AccountAct.LOGIN:
            return Skip("a change of an account that failed")
        act = AccountAct.LOGIN_FAILURE
    whom = short(_user(message)) or who.account
    happened = AccountEvent(
        at=at,
        account=whom,
        act=act,
        by=who.account if whom != who.account else "",
        device=who.device,
        address=who.address,
        detail=" ".join(message.codes)[:LONGEST_DETAIL],
        source=place[0],
        row=place[1],
    )
    return iter((happened,))


def _accesses(message: Message, deed: Deed, who: Who, at: datetime, place: tuple[str, int]) -> Iterator[Access]:
    patients = tuple(dict.fromkeys(patient for thing in message.things if (patient := _patient(thing))))
    shown, at_least = _shown(message, deed, patients)
    site, route = short(message.site or message.source), _route(message)
    return (
        Access(
            at=at,
            account=who.account,
            deed=deed,
            patient=patient,
            shown=shown,
            at_least=at_least,
            device=who.device,
            address=who.address,
            site=site,
            route=route,
            source=place[0],
            row=place[1],
        )
        for patient in patients or ("",)
    )


def _patient(thing: Thing) -> str:
    """Return the patient's number without its authority (``number^^^&oid&ISO^type``), empty if ``thing`` is none."""
    if thing.type == PERSON and thing.role == PATIENT_ROLE:
        return short(thing.id.partition("^")[0])
    if thing.id_type == PATIENT_NUMBER and thing.role not in {USER_ROLE, QUERY_ROLE}:
        return short(thing.id.partition("^")[0])
    return ""


def _shown(message: Message, deed: Deed, patients: tuple[str, ...]) -> tuple[int, bool]:
    """Return how many patients each access displayed, and whether it may be more."""
    process = not PROCESS.isdisjoint(message.codes) and deed is not Deed.BREAK_GLASS
    if process or failed(message.outcome):
        return 0, False
    if patients:
        return 1, False
    if deed in {Deed.SEARCH, Deed.EXPORT}:
        return 0, True
    return (1 if message.things else 0), False


def _route(message: Message) -> str:
    words = (*message.words[1:], *message.words[:1])
    return short(next((word for word in words if word), "") or " ".join(message.codes))
