"""Lines of access logs: common and combined (nginx, Apache), W3C extended (IIS), and one JSON object a line."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

QUOTED = r'"((?:[^"\\]|\\.)*)"'
LINE = re.compile(
    r"(?:(?P<vhost>[\w.:*-]+) )?(?P<host>(?!- )\S+) (?P<ident>\S+) (?P<user>.+?) \[(?P<time>[^\]]{10,40})\] "
    rf'"(?P<request>(?:[^"\\]|\\.)*)" (?P<status>\d{{3}}) (?P<size>\S+)(?: {QUOTED} {QUOTED})?.*',
    re.DOTALL,
)
PLAIN = re.compile(
    r"(?P<vhost>)(?P<host>[^ -]\S*) \S+ (?P<user>\S+) \[(?P<time>[^\]]{10,40})\] "
    r'"(?P<request>[^"\\]*)" (?P<status>\d{3}) \S+(?: "[^"\\]*" "([^"\\]*)")?'
)
REQUEST = re.compile(r"([A-Z]{3,20}) (\S+)(?: HTTP/[\d.]+)?")
CLOCK = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")
MONTHS = {"JanFebMarAprMayJunJulAugSepOctNovDec"[3 * place : 3 * place + 3]: place + 1 for place in range(12)}
FIELDS_LINE = "#Fields:"
W3C = {
    "account": ("cs-username",),
    "address": ("c-ip",),
    "method": ("cs-method",),
    "path": ("cs-uri-stem", "cs-uri"),
    "query": ("cs-uri-query",),
    "status": ("sc-status",),
    "agent": ("cs(user-agent)",),
    "site": ("cs-host", "s-sitename"),
}
JSON = {
    "time": ("time_iso8601", "@timestamp", "time_local", "timestamp", "time", "ts", "StartUTC"),
    "account": ("remote_user", "user", "username", "ClientUsername"),
    "address": ("remote_addr", "client_ip", "remote_ip", "clientip", "client", "ClientHost"),
    "request": ("request",),
    "method": ("request_method", "method", "verb", "RequestMethod"),
    "target": ("request_uri", "uri", "path", "url", "RequestPath"),
    "query": ("args", "query_string"),
    "status": ("status", "status_code", "response", "DownstreamStatus"),
    "agent": ("http_user_agent", "user_agent", "agent", "request_User-Agent"),
    "site": ("host", "server_name", "vhost", "RequestHost"),
}
_object = msgspec.json.Decoder(dict[str, Any]).decode


class Hit(NamedTuple):
    """One request: an empty ``method`` is something that was no HTTP."""

    at: datetime
    account: str
    address: str
    method: str
    target: str
    status: int
    agent: str
    site: str


class WrongError(ValueError):
    """A line that is none; says why."""


class Lines:
    """Reads the lines of one log, in whatever of the forms each is; remembers the last times."""

    def __init__(self) -> None:
        self._times: dict[str, datetime | None] = {}
        self._read: Callable[[str], Hit] = self._combined
        self._places: dict[str, int] = {}
        self._width = 0

    def hit(self, words: str) -> Hit | None:
        """Return the request of a line, or None for a comment.

        Raises:
            WrongError: it is no line of an access log.
        """
        if words[0] == "#":
            if words.startswith(FIELDS_LINE):
                self._fields(words[len(FIELDS_LINE) :].split())
            return None
        if words[0] == "{":
            return self._json(words)
        return self._read(words)

    def _fields(self, names: list[str]) -> None:
        """Take the names of the columns of the lines that follow (W3C extended log format)."""
        lower = [name.lower() for name in names]
        self._width = len(lower)
        self._places = {ours: lower.index(name) for ours, all_ in W3C.items() for name in all_ if name in lower}
        self._places |= {name: lower.index(name) for name in ("date", "time") if name in lower}
        self._read = self._w3c

    def _combined(self, words: str) -> Hit:
        match = PLAIN.fullmatch(words) or LINE.fullmatch(words)
        if match is None:
            raise WrongError("It is no line of an access log.")
        request = REQUEST.fullmatch(match["request"])
        method, target = request.groups() if request else ("", "")
        site = (match["vhost"] or "").partition(":")[0]
        at, user = self._time(match["time"]), match["user"].strip('"')
        return Hit(at, user, match["host"], method, target, int(match["status"]), match[match.re.groups] or "", site)

    def _w3c(self, words: str) -> Hit:
        cells = words.split(" ")
        if len(cells) != self._width or not {"date", "time", "path", "status"} <= set(self._places):
            raise WrongError("It has not the fields of the #Fields line, or that lacks date, time, stem or status.")
        cell = {ours: cells[place] for ours, place in self._places.items()}
        at = self._time(f"{cell['date']}T{cell['time']}Z")
        return _hit(at, cell | {"agent": cell.get("agent", "").replace("+", " ")}, cell["path"])

    def _json(self, words: str) -> Hit:
        try:
            found = _object(words)
        except msgspec.DecodeError as error:
            raise WrongError("It is no JSON.") from error
        nested = found.get("request")
        if isinstance(nested, dict):
            found = {**nested, **found, "request": ""}
        cell = {ours: str(next((found[name] for name in all_ if found.get(name)), "")) for ours, all_ in JSON.items()}
        if match := REQUEST.fullmatch(cell["request"]):
            cell |= {"method": match[1], "target": match[2]}
        return _hit(self._time(cell["time"]), cell, cell["target"])

    def _time(self, words: str) -> datetime:
        if words not in self._times:
            if len(self._times) > 1 << 16:
                self._times.clear()
            self._times[words] = moment(words)
        found = self._times[words]
        if found is None:
            raise WrongError("Its time is none.")
        return found


def _hit(at: datetime, cell: dict[str, str], target: str) -> Hit:
    query = cell.get("query", "-")
    if query not in {"", "-"} and "?" not in target:
        target = f"{target}?{query}"
    try:
        status = int(cell["status"])
    except ValueError as error:
        raise WrongError("Its status is no number.") from error
    account, agent, site = (cell.get(name, "") for name in ("account", "agent", "site"))
    return Hit(at, account, cell.get("address", ""), cell.get("method", "GET"), target, status, agent, site)


def moment(words: str) -> datetime | None:
    """Return the instant written as 03/Mar/2025:07:00:00 +0100, in ISO 8601 with a zone, or in seconds since 1970."""
    match = CLOCK.fullmatch(words)
    try:
        if match is None:
            if re.fullmatch(r"\d{10}(\.\d+)?", words):
                return datetime.fromtimestamp(float(words), UTC)
            found = datetime.fromisoformat(words)
            return found.astimezone(UTC) if found.tzinfo else None
        day, year, hour, minute, second, hours, minutes = map(int, match.group(1, 3, 4, 5, 6, 8, 9))
        offset = timedelta(hours=hours, minutes=minutes) * (-1 if match[7] == "-" else 1)
        return datetime(year, MONTHS.get(match[2], 0), day, hour, minute, second, tzinfo=UTC) - offset
    except (ValueError, OverflowError):
        return None
