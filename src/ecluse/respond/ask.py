"""Telling people what they opened: so many records without a link of care today; was it you, and why (C11).

A message the same night cut repeat offences from 40 % to 2 % in a trial. :func:`today` tells a person's own page the
count as the day goes, seconds after each access; in the evening the question is put, on that page and by e-mail. The
answer is a reason of the list, kept, and added to the case when there is one; "it was not me" opens one.
"""

from collections import defaultdict
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import override

from ecluse.accounts.bridge import note, the_home
from ecluse.core.errors import BadInputError, RefusedError
from ecluse.core.words import Action, Decision, Ground, Profession
from ecluse.gate.reasons import WHY
from ecluse.respond import cases, playbooks
from ecluse.respond.alarms import outbox
from ecluse.respond.cases import THE_WATCH, Signal
from ecluse.respond.kinds import CaseKind
from ecluse.respond.models import Question, Reply
from ecluse.safe.entry import Entry
from ecluse.safe.protocol import Who

TODAY = "today.json"
WITHOUT_A_LINK = frozenset({Ground.UNEXPLAINED, Ground.EMERGENCY})


class Day:
    """Who opened how many records without a link of care, today by the establishment's clock."""

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self.date: date | None = None
        self.patients: dict[str, set[str]] = defaultdict(set)

    def feed(self, entry: Entry) -> None:
        """Take one entry of the trace."""
        counts = entry.decision is Decision.ALLOW and entry.ground in WITHOUT_A_LINK
        if not counts or entry.profession == Profession.INTERFACE_SERVICE:
            return
        today = entry.at.astimezone(self.zone).date()
        if today != self.date:
            self.date, self.patients = today, defaultdict(set)
        self.patients[entry.account].add(entry.patient)

    def told(self) -> "Told":
        """Return the counts: no patient is named outside this process."""
        counts = {account: len(patients) for account, patients in self.patients.items()}
        return Told(self.date, counts)


class Told(msgspec.Struct, frozen=True):
    """``HOME/watch/today.json``: patients opened without a link of care, by account."""

    date: date | None
    patients: dict[str, int]


def today(account: str) -> int:
    """Return how many patients ``account`` opened without a link of care today, as far as the watch has read."""
    home = the_home()
    try:
        told = msgspec.json.decode((home.watch / TODAY).read_bytes(), type=Told)
    except (OSError, msgspec.DecodeError):
        return 0
    here = datetime.now(ZoneInfo(home.settings.site.time_zone)).date()
    return told.patients.get(account, 0) if told.date == here else 0


def evening(day: Day, now: datetime) -> list[Question]:
    """Ask everybody of ``day`` who was not asked yet; they are traced, kept and sent an e-mail where there is one.

    Raises:
        SafeUnavailableError: nothing could be traced; nobody was asked.
    """
    if day.date is None:
        return []
    asked = set(Question.objects.filter(day=day.date).values_list("account", flat=True))
    return [
        ask(account, day.date, len(patients), now)
        for account, patients in sorted(day.patients.items())
        if account not in asked
    ]


def ask(account: str, day: date, patients: int, now: datetime) -> Question:
    """Ask one account about one day."""
    sequence = note(THE_WATCH, Action.ALARM, "question", target=account, detail=f"{day} {patients}")
    question = Question.objects.create(account=account, day=day, patients=patients, asked=now, sequence=sequence)
    site = the_home().settings.site
    with override(site.language):
        words = {"site": site.name, "day": day.isoformat(), "patients": patients}
        outbox.to_person(
            account,
            _("[%(site)s] Records you opened on %(day)s") % words,
            _(
                "On %(day)s you opened %(patients)d patient records without a link of care that we know of.\n"
                "Was it you, and why? Sign in to answer. If it was not you, say so: your account is locked at once."
            )
            % words,
        )
    return question


def open_for(account: str) -> list[Question]:
    """Return what ``account`` was asked and has not answered, latest first: an item of its own page."""
    return list(Question.objects.filter(account=account, reply=None).order_by("-day"))


def answer(who: Who, question: int, *, mine: bool, reason: str = "") -> Reply:
    """Keep what a person answers; add it to their case. "It was not me" opens a case and runs its playbook.

    Raises:
        BadInputError: no such question, answered already, or no reason given.
        RefusedError: the question was put to somebody else.
        SafeUnavailableError: nothing could be traced, so nothing was kept.
    """
    found = Question.objects.filter(pk=question).first()
    if found is None or hasattr(found, "reply"):
        raise BadInputError("This question does not wait for an answer.", "Look at your own page again.")
    if found.account != who.account:
        raise RefusedError("This question was put to somebody else.", "Answer your own.")
    if mine and reason not in WHY:
        raise BadInputError("A reason is needed.", "Choose one of the list.")
    sequence = note(who, Action.ALARM, "answer", target=who.account, detail=reason if mine else "not-me")
    reply = Reply.objects.create(
        question=found, at=datetime.now(UTC), mine=mine, reason=reason if mine else "", sequence=sequence
    )
    _follow(who, found, reply)
    return reply


def _follow(who: Who, question: Question, reply: Reply) -> None:
    case = cases.undecided(question.account)
    if not reply.mine:
        signal = Signal(account=question.account, kind=CaseKind.DISOWNED, at=reply.at, patients=question.patients)
        taken = cases.take(signal)
        cases.answered(taken.ref, who, mine=False, reason="")
        if playbooks.due(taken.ref, CaseKind.DISOWNED):
            playbooks.run(playbooks.load(), taken.ref, CaseKind.DISOWNED)
    elif case is not None:
        cases.answered(case.ref, who, mine=True, reason=reply.reason)
