"""Access logs of web servers (nginx, Apache, IIS, or one JSON object a line), read by rules.

1. Of a request only its meaning is kept: deed, patient, and the path without identifiers. Never a query value.
2. Where the server knows no user, the address stands for the account (``@192.0.2.1``), and the report says so.
3. A request that was refused or not found is an attempt: it shows nothing (``shown`` is 0).
"""

import re
from pathlib import Path
from typing import Any

import pyarrow as pa

from ecluse.core.events import AccountAct, AccountEvent
from ecluse.sources import web_rules
from ecluse.sources.base import Context, Reading, Story, Tally
from ecluse.sources.mapping import ACTS
from ecluse.sources.opening import blocks, text
from ecluse.sources.web_lines import Hit, Lines, WrongError

STORY = Story(
    name="web_server",
    title="access log of a web server (nginx, Apache, IIS)",
    reads="Common and combined logs, W3C extended ones (IIS), one JSON object a line; rules for Mediboard, OpenEMR, "
    "OpenMRS and FHIR paths, and your own with --rules.",
    shows=(
        "which address, and user where the server knows one, asked for which patient's pages",
        "exports, prints and searches that have an address of their own",
    ),
    blind=(
        "who was behind a request, where the software keeps its own sessions: the address stands for the account",
        "what was sent in a form (POST): which patients an export or a search was about",
        "how many patients a list or a search displayed",
    ),
)
SURE = 80
HEAD_LINE = re.compile(rb'(?m)^(?:\S+ ){3,5}?\[[^\]\n]{10,40}\] "[^"\n]*" \d{3} ')
HEAD_JSON = re.compile(
    rb'(?m)^\{(?=[^\n]*"(?:remote_addr|client_?ip|remote_ip|ClientHost)")(?=[^\n]*"(?:status|DownstreamStatus)")'
)
HEAD_W3C = re.compile(rb"(?m)^#Fields:.*\bcs-uri(-stem)?\b")
FIELDS = ("at", "account", "patient", "deed", "shown", "at_least", "device", "address", "site", "route", "row")
IDENTIFIER = re.compile(r"/(?:[^/]*[\d%@][^/]*|[^/]{33,})")
SCREEN = re.compile(r"(?:m|a|tab|dosql)=[A-Za-z_]\w{0,60}")
SHOWN = range(200, 400)
ATTEMPT = (401, 403, 404, 410, 429)
WRONG_PASSWORD = 401
TYPES = {
    "at": pa.timestamp("us", "UTC"),
    "shown": pa.int32(),
    "at_least": pa.bool_(),
    "row": pa.int64(),
}


def sniff(path: Path, head: bytes) -> int:  # noqa: ARG001 - every reader is asked alike
    """Lines with a time in brackets, a quoted request and a status: certainly."""
    if HEAD_W3C.search(head):
        return SURE
    whole = head[: head.rfind(b"\n") + 1] or head
    lines = sum(1 for line in whole.split(b"\n") if line.strip())
    found = len(HEAD_LINE.findall(whole)) + len(HEAD_JSON.findall(whole))
    return SURE if found and found * 2 >= lines else 0


def read(path: Path, tally: Tally, context: Context) -> Reading:
    """Yield the accesses in batches, log-ins and their failures as events.

    Raises:
        BadInputError: the rules file is wrong.
    """
    reading = _Reading(path, tally, web_rules.load(context.rules))
    line = 1
    for block in blocks(path):
        for raw in block.removesuffix(b"\n").split(b"\n"):
            reading.line(line, raw)
            line += 1
        yield from reading.take()


class _Reading:
    """One log being read: columns that fill up, and events of accounts."""

    def __init__(self, path: Path, tally: Tally, judge: web_rules.Judge) -> None:
        self.path = path
        self.tally = tally
        self.judge = judge.judge
        self.lines = Lines()
        self.rows: list[tuple[Any, ...]] = []
        self.acts: list[AccountEvent] = []

    def line(self, number: int, raw: bytes) -> None:
        """Take one line."""
        words = text(raw).rstrip("\r")
        if not words:
            return
        self.tally.lines += 1
        try:
            hit = self.lines.hit(words)
        except WrongError as error:
            self.tally.reject(self.path, number, str(error), words)
            return
        if hit is None or not hit.method:
            self.tally.skip("comments" if hit is None else "requests that are no HTTP")
            return
        self.request(number, hit, self.judge(hit.method, hit.target))

    def request(self, number: int, hit: Hit, seen: web_rules.Seen) -> None:
        """Keep what one request was."""
        account = hit.account if hit.account not in {"-", ""} else seen.account or f"@{hit.address}"
        if seen.deed in ACTS or (hit.status == WRONG_PASSWORD and not account.startswith("@")):
            self.act(number, hit, account, seen)
        elif seen.deed == "skip":
            self.tally.skip(f"requests that show no patient ({seen.rule or 'no rule fits'})")
        elif hit.status not in SHOWN and hit.status not in ATTEMPT:
            self.tally.skip("requests that failed")
        else:
            if account[0] == "@":
                self.tally.say(f"{self.path.name}: where the server knew no user, the address stands for the account.")
            shown = 1 if hit.status in SHOWN else 0
            device = "" if hit.agent == "-" else hit.agent
            what = (account, seen.patient, seen.deed, shown, seen.at_least and shown > 0)
            self.rows.append((hit.at, *what, device, hit.address, hit.site, route(hit.target), -number))

    def act(self, number: int, hit: Hit, account: str, seen: web_rules.Seen) -> None:
        """Keep a log-in, a failed one, or another act of an account."""
        act = AccountAct(seen.deed) if seen.deed in ACTS else AccountAct.LOGIN
        if hit.status not in SHOWN and act is AccountAct.LOGIN:
            act = AccountAct.LOGIN_FAILURE
        source = self.path.name
        self.acts.append(
            AccountEvent(at=hit.at, account=account, act=act, address=hit.address, source=source, row=-number)
        )

    def take(self) -> Reading:
        """Yield what was kept since the last time."""
        if self.rows:
            columns = zip(FIELDS, zip(*self.rows, strict=True), strict=True)
            arrays = {name: pa.array(values, TYPES.get(name, pa.string())) for name, values in columns}
            yield pa.RecordBatch.from_pydict({**arrays, "source": pa.repeat(self.path.name, len(self.rows))})
        yield from self.acts
        self.rows, self.acts = [], []


def route(target: str) -> str:
    """Return the path of ``target`` without identifiers, and a Mediboard module and action; never another value."""
    path, _, words = target.partition("?")
    named = "&".join(pair for pair in words.split("&") if SCREEN.fullmatch(pair)) if "m=" in words else ""
    path = IDENTIFIER.sub("/{id}", path)[:120]
    return f"{path}?{named}" if named else path
