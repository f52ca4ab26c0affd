"""What people do with a breach: open it, write in its notices, finish them. Each act is traced before it has an effect.

Order of writes of an act, and what a crash after each leaves::

    note in the trace    an entry that says what was about to be done; nothing was
    insert the row       done
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Action, Decision, Profession
from ecluse.gate.world import home, note
from ecluse.respond import sealing
from ecluse.respond.exposure.finding import check_known
from ecluse.respond.exposure.scope import Scope
from ecluse.respond.notices import paper
from ecluse.respond.notices.base import From, Notice
from ecluse.respond.notices.catalogue import notice_named
from ecluse.respond.notices.drafting import about, draft
from ecluse.respond.notices.drafting_shape import Draft
from ecluse.respond.notices.facts import facts_of
from ecluse.respond.notices.models import Breach, Finished, Saying
from ecluse.respond.words import LANGUAGES
from ecluse.safe.protocol import Who

MAY = frozenset({Profession.DPO, Profession.SECURITY_OFFICER})
CONSOLE = "console"
LONGEST = 4000
SKEW = timedelta(minutes=5)


class IncompleteError(BadInputError):
    """Fields that the law asks for are empty (R30); ``draft`` is the notice as it stands."""

    def __init__(self, draft: Draft) -> None:
        named = missing(notice_named(draft.notice), draft.missing, draft.language)
        super().__init__(named, "Fill them, then finish again.")
        self.draft = draft


class Document(NamedTuple):
    """A finished notice: machine-readable, and for reading. ``digest`` is the SHA-256 of ``json``, and is traced."""

    json: bytes
    pdf: bytes
    digest: str
    sequence: int


def allowed(who: Who, request_id: str, what: str) -> None:
    """Let only the two officers through (R35), and whoever owns the machine, at its console.

    Raises:
        RefusedError: somebody else; the attempt is traced.
    """
    if who.profession not in MAY and who.acr != CONSOLE:
        note(who, Action.NOTICE, "notice-not-granted", request_id, Decision.REFUSE, detail=what)
        raise RefusedError("Breaches are for the data protection officer and the security officer.", "Tell them.")


def open_breach(who: Who, scope: Scope, aware: datetime, request_id: str, case: str = "") -> Breach:
    """Open a breach: its clocks run from ``aware``, when it became known.

    Raises:
        RefusedError: not for this person.
        BadInputError: nothing is asked for, a name is unknown to the trace, or the time lies ahead.
    """
    allowed(who, request_id, "open")
    scope.check()
    check_known(home().safe, scope)
    now = datetime.now(UTC)
    if aware.tzinfo is None or aware > now + SKEW:
        raise BadInputError("The time of becoming aware has no zone, or lies ahead.", "Write it as 2026-01-31T08:00Z.")
    name = next_name(now)
    sequence = note(who, Action.NOTICE, "breach-opened", request_id, target=name, detail=aware.isoformat())
    return Breach.objects.create(
        name=name,
        case=case,
        accounts=list(scope.accounts),
        sessions=list(scope.sessions),
        since=scope.since,
        until=scope.until,
        aware=aware,
        opened=now,
        by=who.account,
        sequence=sequence,
    )


def next_name(now: datetime) -> str:
    """Return the next name of the year; two at once: the second insert fails, and is tried again by a person."""
    return f"{now.year}-{Breach.objects.filter(opened__year=now.year).count() + 1:03d}"


def breach_named(name: str) -> Breach:
    """Return a breach.

    Raises:
        BadInputError: there is none of that name.
    """
    found = Breach.objects.filter(name=name).first()
    if found is None:
        raise BadInputError(f"There is no breach {name!r}.", "`ecluse notices register` lists them.")
    return found


def say(who: Who, breach: Breach, name: str, field: str, text: str, request_id: str) -> None:
    """Write ``text`` in a field of a notice that only a person can fill.

    Raises:
        RefusedError: not for this person, or the field is computed (R31).
        BadInputError: no such notice or field, or the text is empty or too long.
    """
    say_all(who, breach, {name: {field: text}}, request_id)


def say_all(who: Who, breach: Breach, texts: Mapping[str, Mapping[str, str]], request_id: str) -> int:
    """Write several fields, all or none: notice → field → text. Return how many.

    Raises:
        RefusedError, BadInputError: as :func:`say` does; nothing was written.
    """
    allowed(who, request_id, "write")
    told = [(name, field, text) for name, fields in texts.items() for field, text in fields.items()]
    for name, field, text in told:
        check_saying(name, field, text)
    for name, field, text in told:
        _keep(who, breach, (name, field), text.strip(), request_id)
    return len(told)


def check_saying(name: str, field: str, text: str) -> None:
    """Refuse what cannot be written.

    Raises:
        RefusedError: the field is computed (R31).
        BadInputError: no such notice or field, or the text is empty or too long.
    """
    known = {one.key: one for one in notice_named(name).fields}
    if field not in known:
        raise BadInputError(f"The notice {name} has no field {field!r}.", f"It has: {', '.join(known)}.")
    if known[field].source is not From.PERSON:
        raise RefusedError(
            f"The field {field!r} is computed: nobody writes it.",
            "Figures come from the trace; names and contacts from [breach] in ecluse.toml.",
        )
    if not text.strip() or len(text) > LONGEST:
        raise BadInputError(f"Write 1 to {LONGEST} characters.", "Shorten the text, or leave the field as it is.")


def _keep(who: Who, breach: Breach, place: tuple[str, str], text: str, request_id: str) -> None:
    name, field = place
    now, sealed = datetime.now(UTC), sealing.seal(text.encode(), about(breach.name, name, field))
    digest = hashlib.sha256(sealed).hexdigest()
    sequence = note(who, Action.NOTICE, "notice-written", request_id, target=f"{breach.name}/{name}", detail=digest)
    Saying.objects.create(
        breach=breach, notice=name, field=field, text=sealed, by=who.account, at=now, sequence=sequence
    )


def drafted(breach: Breach, name: str, language: str) -> Draft:
    """Return a notice as it stands now, its figures counted from the trace.

    Raises:
        BadInputError: no such notice or language.
    """
    if language not in LANGUAGES:
        raise BadInputError(f"{language!r} is not a language of documents.", "Choose fr or en.")
    return draft(breach, notice_named(name), facts_of(home(), breach, datetime.now(UTC)), language)


def finish(who: Who, breach: Breach, name: str, language: str, request_id: str) -> Document:
    """Finish a notice: count its figures anew, trace its digest, keep it. It may be finished again later, beside this.

    Raises:
        RefusedError: not for this person.
        IncompleteError: fields that the law asks for are empty; the message names them (R30).
    """
    allowed(who, request_id, "finish")
    found = drafted(breach, name, language)
    if found.missing:
        raise IncompleteError(found)
    made = msgspec.json.format(msgspec.json.encode(found), indent=1)
    digest = hashlib.sha256(made).hexdigest()
    sequence = note(who, Action.NOTICE, "notice-finished", request_id, target=f"{breach.name}/{name}", detail=digest)
    Finished.objects.create(
        breach=breach,
        notice=name,
        language=language,
        document=sealing.seal(made, about(breach.name, name, digest)),
        digest=digest,
        late=found.clock.late,
        by=who.account,
        at=found.facts.now,
        sequence=sequence,
    )
    return Document(made, paper.as_pdf(found, digest, sequence), digest, sequence)


def missing(notice: Notice, keys: Sequence[str], language: str) -> str:
    """Say which fields are empty, with the text that asks for each."""
    known = {field.key: field for field in notice.fields}
    named = "; ".join(f"{key} ({known[key].label.to(language)}, {known[key].basis})" for key in keys)
    return f"These fields, which the law asks for, are empty: {named}."


def finished(breach: Breach) -> list[tuple[Finished, Draft]]:
    """Return the finished notices of a breach, oldest first, as they were finished.

    Raises:
        NotProvenError: one was changed since.
    """
    rows = breach.finished.order_by("pk")
    return [(row, msgspec.json.decode(opened(breach, row), type=Draft)) for row in rows]


def opened(breach: Breach, row: Finished) -> bytes:
    """Return the machine-readable form of a finished notice, the very bytes whose digest is traced."""
    return sealing.unseal(bytes(row.document), about(breach.name, row.notice, row.digest))
