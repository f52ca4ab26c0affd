"""Scraping results and lists without opening a record: prefixes aaa to zzz, names, dates, numbers, every list."""

import itertools

import httpx

from ecluse.drill.browser import page
from ecluse.drill.moves.reading import first
from ecluse.drill.thief import Thief

LETTERS = "abcdefghijklmnopqrstuvwxyz"
PREFIXES = 120
NAMES = 30
PAGES = 60
SKIPPED = ("logout", "/static/", "mailto:", "#", "/language/", "javascript:")


def prefixes(thief: Thief) -> None:
    """Walk the alphabet three letters at a time, in the page of search and over FHIR."""
    triples = ["".join(letters) for letters in itertools.product(LETTERS, "aeioulr", LETTERS)]
    thief.chance.shuffle(triples)
    names = {tip.name[:3].lower() for tip in first(thief, 200)}
    for word in [*sorted(names), *triples][:PREFIXES]:
        search(thief, word, "search by prefix")
        thief.get("/fhir/Patient", "search by prefix", params={"family": word})


def names(thief: Thief) -> None:
    """Search people one knows by name, by name and birth date, by number."""
    for tip in first(thief, NAMES):
        search(thief, f"{tip.name} {tip.birth}", "search by name")
        search(thief, tip.name, "search by name")
        thief.get("/fhir/Patient", "search by name", params={"family": tip.name, "birthdate": tip.birth})
        search(thief, tip.ipp, "search by number")
        thief.get("/fhir/Patient", "search by number", params={"identifier": tip.ins})


def whole_base(thief: Thief) -> None:
    """Ask for everybody at once, in each way a lenient server would take."""
    ways: tuple[dict[str, str], ...] = (
        {},
        {"_count": "100000"},
        {"_count": "0", "_summary": "data"},
        {"name": ""},
        {"name": "*"},
        {"name:contains": "a"},
        {"family": "%"},
        {"birthdate": "gt1900-01-01"},
        {"gender": "female"},
        {"_sort": "family", "_offset": "100"},
        {"_id": ",".join(tip.ref for tip in first(thief, 50))},
        {"_has:Encounter:patient:status": "finished"},
        {"_format": "html", "name": "a"},
        {"birthdate": "1950-01-01"},
    )
    for way in ways:
        thief.get("/fhir/Patient", "search without end", params=way)
        thief.get("/fhir/Encounter", "search without end", params=way)
    thief.post("/fhir/Patient/_search", "search without end", {"name": "a", "_count": "1000"})
    thief.get("/fhir/$export", "bulk export")
    thief.get("/fhir/Patient/$export", "bulk export")
    batch = [{"request": {"method": "GET", "url": f"Patient/{tip.ref}"}} for tip in first(thief, 100)]
    thief.write("POST", "/fhir/", "batch", {"resourceType": "Bundle", "type": "batch", "entry": batch})
    thief.write("POST", "/fhir", "batch", {"resourceType": "Bundle", "type": "batch", "entry": batch})


def search(thief: Thief, words: str, route: str) -> httpx.Response:
    """Use the page of search: whatever form the site offers, with ``words`` in each of its fields of text."""
    here = thief.get("/search/", route)
    for form in page(here).forms:
        blank = [name for name, value in form.fields.items() if not value]
        if blank and "search" in (form.action or str(here.url)):
            fields = {**form.fields, **dict.fromkeys(blank, words)}
            target = str(here.url.join(form.action or str(here.url)))
            return (
                thief.post(target, route, fields) if form.method == "POST" else thief.get(target, route, params=fields)
            )
    return thief.post("/search/", route, {"words": words, "q": words})


def lists(thief: Thief) -> None:
    """Follow every link from the first page on: work lists, filters, tabs, prints, whatever shows something."""
    waiting, seen = ["/"], {"/"}
    for _ in range(PAGES):
        if not waiting:
            break
        here = thief.get(waiting.pop(0), "lists and links")
        for link in page(here).links:
            url = here.url.join(link)
            path = str(url.copy_with(fragment=None))
            if url.host == here.url.host and path not in seen and not any(word in link for word in SKIPPED):
                seen.add(path)
                waiting.append(path)
