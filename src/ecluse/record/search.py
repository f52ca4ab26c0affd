"""Search: words typed, tokens from the safe, at most twenty patients, never a way to page through the base.

Promises:

- **R5** Search shows at most :data:`MOST` patients, tells no total and has no next page. A patient whom no duty
  explains is shown only to a query that already knows them: an identifier, or the full name with the birth date.
- **R9** A search tells nobody that a patient whom they may not be shown exists: no refusal, no count, no hint.
- **R8** What a search shows is asked of the gate like any reading (action search, identity only): it is traced and
  counted.

Words are matched as typed (folded), then by sound; a word of exactly three letters also as the start of a name.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import product

import msgspec
from django.db import connection

from ecluse.core.errors import BadInputError
from ecluse.core.words import Action, Compartment, Decision, DutyKind, Purpose, Term
from ecluse.gate import duties
from ecluse.gate.access import Access, Pass, Refusal
from ecluse.gate.ask import ask, worker_for
from ecluse.gate.justify import may_justify
from ecluse.gate.reasons import THROTTLED
from ecluse.gate.world import policy
from ecluse.record import ins, line, names, store, terms, vault
from ecluse.record.fhir_types import INS_SYSTEMS, Resource
from ecluse.record.models import Patient
from ecluse.record.terms import Pair
from ecluse.safe.protocol import Who

MOST = 20
MOST_UNEXPLAINED = 3
MOST_WORDS = 6
WORK_LIST = 2_000
SHORTEST = 3
FULL_NAME = 2

ISO_DATE = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
FRENCH_DATE = re.compile(r"\b(\d\d?)[/.](\d\d?)[/.](\d{4})\b")
SPACED_INS = re.compile(r"\b[1-8](?:[ .\u00a0\u202f]?[0-9ABab]){14}\b")

Choices = tuple[Pair, ...]


class Query(msgspec.Struct, frozen=True):
    """What is looked for: each element of ``all_of`` is a set of terms of which one must fit.

    ``loose`` is the same with names by sound and by their first letters. ``exact``: whoever asks this already knows the
    patient.
    """

    all_of: tuple[Choices, ...]
    loose: tuple[Choices, ...]
    exact: bool


class Found(msgspec.Struct, frozen=True):
    """One patient shown: its identity part, and the duty that explains it (None: the query was exact)."""

    patient: Patient
    ref: str
    resource: Resource
    duty: DutyKind | None


LOCKS = frozenset({"locked", "decoy"})


class Result(msgspec.Struct, frozen=True):
    """What a search shows. ``more``: others fit too, refine.

    ``refusal``: the first refusal about who asks or about a patient of theirs, for the page to explain; one about a
    stranger would tell that the stranger is known here. ``stale``: nobody was found by an exact query, and the proof of
    identity is old; said whether or not somebody fits.
    """

    found: tuple[Found, ...] = ()
    more: bool = False
    refusal: Refusal | None = None
    stale: bool = False


def search(words: str, who: Who, purpose: Purpose, request_id: str) -> Result:
    """Search by what a person typed.

    Raises:
        BadInputError: nothing usable was typed.
        SafeUnavailableError: the safe cannot be reached.
    """
    return run(parse(words), who, purpose, request_id)


def parse(words: str) -> Query:
    """Read what a person typed: names, a birth date, numbers, in any order.

    Raises:
        BadInputError: no word of three letters, no number, no date.
    """
    rest = words[:200]
    identifiers: list[str] = [ins.clean(found) for found in SPACED_INS.findall(rest)]
    rest = SPACED_INS.sub(" ", rest)
    dates = ["-".join(found) for found in ISO_DATE.findall(rest)]
    rest = ISO_DATE.sub(" ", rest)
    dates += [f"{year}-{int(month):02}-{int(day):02}" for day, month, year in FRENCH_DATE.findall(rest)]
    rest = FRENCH_DATE.sub(" ", rest)
    numbered = [word for word in rest.split() if any(letter.isdigit() for letter in word)]
    identifiers += [ins.clean(word) for word in numbered]
    spoken = [word for text in rest.split() if text not in numbered for word in names.words(text)]
    return query(identifiers, spoken, dates)


def of_params(
    *, identifier: str = "", name: str = "", family: str = "", given: str = "", birthdate: str = ""
) -> Query:  # fmt: skip
    """Read FHIR search parameters. Only whole days are known as birth dates; an identifier may be ``system|value``.

    Raises:
        BadInputError: nothing usable was given.
    """
    system, _, value = identifier.rpartition("|")
    if birthdate and not ISO_DATE.fullmatch(birthdate):
        raise BadInputError("birthdate must be a whole day, such as 1984-05-01.")
    spoken = [word for text in (name, family, given) for word in names.words(text[:100])]
    chosen = query([ins.clean(value)] if value.strip() else [], spoken, [birthdate] if birthdate else [])
    if system in INS_SYSTEMS:
        only = ((Term.INS, ins.clean(value)),)
        return msgspec.structs.replace(chosen, all_of=(only, *chosen.all_of[1:]), loose=(only, *chosen.loose[1:]))
    return chosen


def query(identifiers: Sequence[str], spoken: Sequence[str], dates: Sequence[str]) -> Query:
    """Make a query of cleaned identifiers, folded words and ISO dates.

    Raises:
        BadInputError: there is nothing to look for.
    """
    kept = list(dict.fromkeys(word for word in spoken if len(word) > 1))[:MOST_WORDS]
    long_enough = [word for word in kept if len(word) >= SHORTEST]
    sure: list[Choices] = [
        tuple((kind, value) for kind in (Term.INS, Term.IPP, Term.IDENTIFIER)) for value in identifiers
    ]
    sure = [choices for choices in sure if choices[0][1]][:2] + [((Term.BIRTH_DATE, date),) for date in dates[:1]]
    if not sure and not long_enough:
        raise BadInputError("Nothing to look for.", "Type a name (three letters at least), a number or a birth date.")
    exact = bool(identifiers) or (len(kept) >= FULL_NAME and bool(dates))
    typed = [((Term.NAME, word),) for word in kept]
    return Query((*sure, *typed), (*sure, *(alike(word) for word in kept)), exact)


def alike(word: str) -> Choices:
    """Return the terms by which a name may be what was typed.

    Itself, its sound, and its start when three letters were typed.
    """
    start = terms.prefix_term(word) if len(word) == SHORTEST else None
    return tuple(pair for pair in ((Term.NAME, word), terms.sound_term(word), start) if pair is not None)


def run(wanted: Query, who: Who, purpose: Purpose, request_id: str) -> Result:
    """Run a query: tokens (traced, rate-limited), candidates, the gate, then open what it lets pass.

    Raises:
        SafeUnavailableError: the safe cannot be reached.
    """
    needed = tuple(dict.fromkeys(pair for choices in (*wanted.all_of, *wanted.loose) for pair in choices))
    answer = line.ask_tokens(who, Action.SEARCH, needed, request_id)
    if answer.decision is not Decision.ALLOW:
        return Result(refusal=Refusal(None, answer.decision, answer.rule, answer.sequence))
    made = dict(zip(needed, answer.tokens, strict=True))
    strict = [[made[pair] for pair in choices] for choices in wanted.all_of]
    loose = [[made[pair] for pair in choices] for choices in wanted.loose]
    explained, more = mine(who, strict, loose)
    others: list[int] = []
    most = False
    if wanted.exact:
        others, most = strangers(strict, explained)
    chosen = [*explained, *others][:MOST]
    shown = show(chosen, explained, who, purpose, request_id, more=more or (most and may_justify(who.profession)))
    old = who.auth_age > policy().ladder.fresh_seconds and may_justify(who.profession)
    return msgspec.structs.replace(shown, stale=wanted.exact and not shown.found and old)


def mine(who: Who, strict: list[list[int]], loose: list[list[int]]) -> tuple[dict[int, DutyKind], bool]:
    """Return which patients of the worker fit, those that fit as typed first.

    And whether there are more than are shown.
    """
    worker = worker_for(who)
    if worker is None:
        return {}, False
    duty = duties.patients_of(worker, limit=WORK_LIST)
    fitting = within(duty, strict)
    fitting += [pk for pk in within(duty, loose) if pk not in set(fitting)]
    return {pk: duty[pk] for pk in fitting[:MOST]}, len(fitting) > MOST


def within(patients: Iterable[int], all_of: list[list[int]]) -> list[int]:
    """Return which of ``patients`` have one token of every element of ``all_of``, in their order."""
    kept = list(patients)
    for tokens in all_of:
        if not kept:
            return []
        sql = (
            f"SELECT patient_id FROM record_token WHERE token {numbers(len(tokens))}"  # noqa: S608 - placeholders only
            f" AND patient_id {duties.sql('<NUMBERS>')}"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [*tokens, duties.array(kept)])
            fit = {row[0] for row in cursor.fetchall()}
        kept = [pk for pk in kept if pk in fit]
    return kept


def strangers(all_of: list[list[int]], explained: Iterable[int]) -> tuple[list[int], bool]:
    """Return the few other patients that fit an exact query; none when they are more than a few: refine."""
    known = set(explained)
    wanted: set[int] = set()
    for chosen in product(*all_of):
        sql = " INTERSECT ".join(["SELECT patient_id FROM record_token WHERE token = %s"] * len(chosen))
        with connection.cursor() as cursor:
            cursor.execute(f"{sql} LIMIT {MOST}", chosen)
            wanted |= {row[0] for row in cursor.fetchall()}
    others = sorted(wanted - known)
    return ([], True) if len(others) > MOST_UNEXPLAINED else (others, False)


def numbers(count: int) -> str:
    """Return ``IN (%s, …)``."""
    return f"IN ({', '.join(['%s'] * count)})"


def show(
    chosen: list[int], explained: dict[int, DutyKind], who: Who, purpose: Purpose, request_id: str, *, more: bool
) -> Result:  # fmt: skip
    """Ask the gate for the identity of each, and open what it lets pass."""
    patients = {patient.pk: patient for patient in Patient.objects.filter(pk__in=chosen)}
    asked = tuple(store.wanted(patients[pk], (Compartment.IDENTITY,)) for pk in chosen if pk in patients)
    access = Access(
        who=who, action=Action.SEARCH, purpose=purpose, wanted=asked, request_id=request_id, duties=explained
    )  # fmt: skip
    answers = ask(access)
    told = (answer for answer in answers if isinstance(answer, Refusal) and tellable(answer, explained))
    found = [
        Found(patients[answer.wanted.pk], answer.wanted.ref, identity(answer), answer.duty)
        for answer in answers
        if isinstance(answer, Pass)
    ]
    return Result(tuple(found), more, next(told, None))


def tellable(refusal: Refusal, explained: dict[int, DutyKind]) -> bool:
    """Tell whether a refusal says nothing about a stranger (R9): it is about the caller, or a patient of theirs.

    A cap that is full may be told: three such refusals lock the account.
    """
    own = refusal.wanted is None or refusal.wanted.pk in explained
    return own or refusal.rule in {*LOCKS, *THROTTLED}


def identity(granted: Pass) -> Resource:
    """Open the identity part of the patient of a Pass."""
    rows = store.current_parts(granted.wanted.pk, n=0)
    return vault.open_parts(granted, rows)[0]
