"""What a request to a web server means: the rules of ``web_server.toml``, and of the user's own file before them."""

import re
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote_plus

import msgspec

from ecluse.core.errors import BadInputError
from ecluse.sources.mapping import WORDS


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an identifier stands: in the path (the first group of the rule's own expression), or in a query word."""

    path: bool = False
    query: str = ""
    shape: str = "(.+)"
    prefix: str = ""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[[rule]]`` of a rules file, as written."""

    name: str
    deed: str
    method: str = ""
    path: str = ""
    query: dict[str, str] = {}
    patient: Place | None = None
    account: Place | None = None
    at_least: bool = False


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rules file."""

    rule: tuple[Rule, ...]


class Seen(NamedTuple):
    """What a request was: ``deed`` may be "skip"; ``rule`` says by which rule, empty when none fits."""

    deed: str
    rule: str
    patient: str = ""
    account: str = ""
    at_least: bool = False


NOTHING = Seen("skip", "")
Query = dict[str, str]
MANY = 1 << 16
NUMBER = re.compile(r"\d{2,}")
NAMES = re.compile(r"[\w:.$-]+(\|[\w:.$-]+)*")
LITERAL_NUMBER = re.compile(r"(?<![\\\d{,])\d{2,}(?![\d,}])")


class _Ready:
    """A rule made ready to be asked."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.method = _whole(rule.method) if rule.method else None
        self.path = _whole(rule.path) if rule.path else None
        self.query = [(_names(names), _whole(value)) for names, value in rule.query.items()]
        self.places = [
            (place, _names(place.query), _whole(place.shape)) for place in (rule.patient, rule.account) if place
        ]
        self.names = {name for names, _ in self.query for name in names} | {
            name for _, names, _ in self.places for name in names
        }
        self.general = not any(LITERAL_NUMBER.search(text) for text in (rule.path, *rule.query.values()))

    def fits(self, method: str, path: str, query: Query) -> bool:
        """Tell whether the rule is for this request."""
        return (
            all(_value(query, names, value) for names, value in self.query)
            and (self.method is None or self.method.fullmatch(method) is not None)
            and (self.path is None or self.path.fullmatch(path) is not None)
        )

    def seen(self, path: str, query: Query) -> Seen:
        """Return what a request was that the rule fits."""
        rule = self.rule
        patient = account = ""
        for place, names, shape in self.places:
            found = self._in_path(path) if place.path else _value(query, names, shape)
            identifier = place.prefix + next((group for group in found.groups() if group), "") if found else ""
            if place is rule.patient:
                patient = identifier
            else:
                account = identifier
        return Seen(rule.deed, rule.name, patient, account, rule.at_least)

    def _in_path(self, path: str) -> re.Match[str] | None:
        return self.path.fullmatch(path) if self.path else None


def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _names(names: str) -> tuple[str, ...]:
    if names and not NAMES.fullmatch(names):
        raise re.error(f"{names!r} is no list of query words, as a|b|c")
    return tuple(names.lower().split("|")) if names else ()


def _value(query: Query, names: tuple[str, ...], value: re.Pattern[str]) -> re.Match[str] | None:
    for name in names:
        if name in query and (match := value.fullmatch(query[name])):
            return match
    return None


class Judge:
    """Says what requests mean, by rules that are asked in order.

    Which rule fits depends on no number of two digits or more (unless a rule names one): it is remembered for all
    requests that differ in such numbers, or in query words that no rule names, only.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = [_Ready(rule) for rule in rules]
        self._names = frozenset(name for rule in self._rules for name in rule.names)
        self._general = all(rule.general for rule in self._rules)
        self._known: dict[str, _Ready | None] = {}

    def judge(self, method: str, target: str) -> Seen:
        """Return what a request for ``target`` was."""
        path, _, words = target.partition("?")
        query = self._query(words) if words else {}
        if not path.startswith("/"):
            path = "/" + path.partition("://")[2].partition("/")[2]
        shape = f"{method} {path}&{'&'.join(map('='.join, query.items()))}"
        key = NUMBER.sub(_zeros, shape) if self._general else shape
        if key not in self._known:
            if len(self._known) > MANY:
                self._known.clear()
            self._known[key] = next((rule for rule in self._rules if rule.fits(method, path, query)), None)
        rule = self._known[key]
        return NOTHING if rule is None else rule.seen(path, query)

    def _query(self, words: str) -> Query:
        query: Query = {}
        for pair in words.split("&"):
            name, _, value = pair.partition("=")
            name = (unquote_plus(name) if "%" in name else name).lower()
            if name in self._names and name not in query:
                query[name] = unquote_plus(value) if "%" in value or "+" in value else value
        return query


def _zeros(match: re.Match[str]) -> str:
    return "0" * (match.end() - match.start())


def load(own: Path | None = None) -> Judge:
    """Return the rules of the package, after those of the file ``own``.

    Raises:
        BadInputError: ``own`` is no rules file.
    """
    packaged = resources.files("ecluse.sources").joinpath("web_server.toml").read_bytes()
    rules = _decode(own.read_bytes() if own.is_file() else b"", str(own)) if own else ()
    return Judge((*rules, *_decode(packaged, "web_server.toml")))


def _decode(data: bytes, place: str) -> tuple[Rule, ...]:
    try:
        rules = msgspec.convert(tomllib.loads(data.decode()), Rules).rule
        for rule in rules:
            _Ready(rule)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, re.error) as error:
        raise BadInputError(f"{place} is no file of rules: {error}.", "See docs/guide for an example.") from error
    if alien := [rule for rule in rules if rule.deed not in WORDS]:
        raise BadInputError(f"{place}: rule {alien[0].name!r}: {alien[0].deed!r} is no deed.", "Mend this rule.")
    return rules
