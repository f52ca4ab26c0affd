"""The world's log as the access log of the web server before the software: combined lines, and rules to read them by.

The software names the patient in the address of each page, and the server knows the user (it signs people in itself).

Left out, because such a log has it nowhere: how many patients a list, a search, an export or a report displayed;
sessions and workstations; sign-ins, which happen at the identity provider; what happened to accounts; parts of seconds.
Left out, because the world does not tell: sizes and browsers. Search words are never written.
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from ecluse.core.events import Access, Deed, Event
from ecluse.drill.logs.timeline import ZONE, clock, timeline
from ecluse.drill.world.world import World

FILE, RULES = "web-server.log", "web-server.rules.toml"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PAGES = {  # of one patient
    Deed.READ: ("GET", ""),
    Deed.HISTORY: ("GET", "/historique"),
    Deed.PRINT: ("GET", "/imprimer"),
    Deed.EVERYTHING: ("GET", "/complet"),
    Deed.EXPORT: ("GET", "/export"),
    Deed.REPORT: ("GET", "/rapport"),
    Deed.LIST: ("GET", "/liste"),
    Deed.SEARCH: ("GET", "/recherche"),
    Deed.WRITE: ("POST", "/saisie"),
    Deed.CREATE: ("POST", "/nouveau"),
    Deed.BREAK_GLASS: ("POST", "/urgence"),
    Deed.DELETE: ("DELETE", ""),
}
RULE = """[[rule]]
name = "{deed}"
method = "{method}"
path = '/dossiers/(\\d+){page}'
deed = "{deed}"
patient = {{ path = true }}

"""
RULE_OF_MANY = """[[rule]]
name = "{deed}, of no patient by name"
method = "{method}"
path = '/dossiers{page}'
deed = "{deed}"
at_least = true

"""


def write(world: World, folder: Path, more: Iterable[Event] = ()) -> list[Path]:
    """Write the log of ``world``, with ``more`` events laid over it, and its rules; return both files."""
    path, rules = folder / FILE, folder / RULES
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(line(one) for one in timeline(world, more) if isinstance(one, Access) and one.address)
    told = [(RULE, *PAGES[deed], deed) for deed in PAGES]
    told += [(RULE_OF_MANY, *PAGES[deed], deed) for deed in PAGES]
    rules.write_text("".join(form.format(deed=deed, method=method, page=page) for form, method, page, deed in told))
    return [path, rules]


def line(one: Access) -> str:
    """Return the line that ``one`` leaves."""
    method, page = PAGES[one.deed]
    target = f"/dossiers/{one.patient}{page}" if one.patient else f"/dossiers{page}"
    return f'{one.address} - {one.account} [{_time(one.at)}] "{method} {target} HTTP/1.1" 200 - "-" "-"\n'


def _time(at: datetime) -> str:
    here = clock(at).replace(tzinfo=ZONE)
    return f"{here.day:02d}/{MONTHS[here.month - 1]}/{here.year}:{here.time().isoformat('seconds')} {here:%z}"
