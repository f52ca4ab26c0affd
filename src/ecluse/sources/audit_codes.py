"""What the codes of audit messages mean: DICOM's events (PS3.16 CID 400 and 401), FHIR's interactions, plain words.

One table for FHIR AuditEvent and for ATNA: both speak with the same codes. The most telling code of a message decides;
where none is known, the action (C, R, U, D, E) does.
"""

from functools import lru_cache

from ecluse.core.events import AccountAct, Deed


class Skip(str):
    """Why a message is counted and left out: it tells of a machine, not of a person and a patient."""

    __slots__ = ()


Meaning = Deed | AccountAct | Skip

MACHINE = Skip("a machine started, stopped or was set up")
TELLING: dict[str, Meaning] = {
    "110127": Deed.BREAK_GLASS,  # emergency override started
    "110138": Skip("an emergency override ended"),
    "110122": AccountAct.LOGIN,
    "110123": AccountAct.LOGOUT,
    "110124": Skip("a device was attached or detached"),
    "110125": Skip("a device was attached or detached"),
    "110126": Skip("two machines made themselves known to each other"),
    "110133": AccountAct.LOG_OFF,  # audit recording stopped
    "110134": MACHINE,  # audit recording started
    "110135": AccountAct.GRANT,  # security attributes of an object
    "110136": AccountAct.GRANT,  # security roles
    "110137": AccountAct.GRANT,  # security attributes of a user
    "110120": MACHINE,
    "110121": MACHINE,
    "110128": MACHINE,
    "110129": MACHINE,
    "110130": MACHINE,
    "110131": MACHINE,
    "110139": MACHINE,
    "110140": MACHINE,
    "110141": MACHINE,
    "110142": MACHINE,
    "110108": MACHINE,  # network entry
    "110102": Skip("the beginning of a transfer, whose end counts"),
    "110106": Deed.EXPORT,
    "110104": Deed.READ,  # DICOM instances went to a workstation
    "110105": Deed.DELETE,
    "110112": Deed.SEARCH,
    "110114": AccountAct.LOGIN,
    "ITI-43": Deed.READ,  # retrieve document set: logged as an import by the one who reads
    "ITI-39": Deed.READ,
    "ITI-68": Deed.READ,
    "RAD-16": Deed.READ,
    "RAD-55": Deed.READ,
    "RAD-68": Deed.READ,
    "$export": Deed.EXPORT,
    "export": Deed.EXPORT,
    "$everything": Deed.EVERYTHING,
    "everything": Deed.EVERYTHING,
    "disclose": Deed.EXPORT,
    "extract": Deed.EXPORT,
    "transmit": Deed.EXPORT,
    "print": Deed.PRINT,
    "report": Deed.REPORT,
    "read": Deed.READ,
    "vread": Deed.READ,
    "access": Deed.READ,
    "history": Deed.HISTORY,
    "history-instance": Deed.HISTORY,
    "history-type": Deed.HISTORY,
    "history-system": Deed.HISTORY,
    "search": Deed.SEARCH,
    "search-type": Deed.SEARCH,
    "search-system": Deed.SEARCH,
    "create": Deed.CREATE,
    "originate": Deed.CREATE,
    "update": Deed.WRITE,
    "patch": Deed.WRITE,
    "amend": Deed.WRITE,
    "delete": Deed.DELETE,
    "destroy": Deed.DELETE,
    "login": AccountAct.LOGIN,
    "logout": AccountAct.LOGOUT,
    "query": Deed.SEARCH,
}
# Codes that mean what they mean only when nothing more telling stands beside them.
LATE = ("110114", "110106", "110112", "110113", "query", "disclose", "export")
ACTIONS: dict[str, Deed] = {
    "C": Deed.CREATE,
    "R": Deed.READ,
    "U": Deed.WRITE,
    "D": Deed.DELETE,
    "E": Deed.READ,
}
BREAKING = frozenset({"BTG", "breaktheglass"})
WORDS = {
    "user authentication": "110114",
    "patient record": "110110",
    "security alert": "110113",
    "emergency override started": "110127",
    "audit log used": "110101",
    "application activity": "110100",
    "application start": "110120",
    "application stop": "110121",
    "import": "110107",
}
FAILED = frozenset({"4", "8", "12", "fatal", "error"})
LONGEST = 4096


@lru_cache(LONGEST)
def meaning(codes: tuple[str, ...], action: str, purposes: tuple[str, ...] = ()) -> Meaning:
    """Return what a message with these ``codes`` (event first, then types), ``action`` and ``purposes`` tells of."""
    known = [WORDS.get(code.lower(), code) for code in codes]
    found = [TELLING.get(code) or TELLING.get(code.lower()) for code in known]
    by_code = dict(zip(known, found, strict=True))
    telling = [what for code, what in by_code.items() if what is not None and code.lower() not in LATE]
    late = [what for what in found if what is not None]
    told = next(iter(telling), None) or next(iter(late), None)
    if BREAKING.intersection(purposes) and not isinstance(told, AccountAct):
        return Deed.BREAK_GLASS
    if told is Deed.READ and "110106" in known:
        return Deed.EXPORT  # a disclosure is an export, by whatever interaction
    if told is Deed.EXPORT and "110107" in known:
        return ACTIONS.get(action.upper(), Deed.READ)  # the other end of a disclosure: it came in
    return told or ACTIONS.get(action.upper(), Deed.READ)


def failed(outcome: str) -> bool:
    """Say whether ``outcome`` tells of a failure: nothing was then shown."""
    return outcome in FAILED
