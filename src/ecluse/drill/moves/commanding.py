"""Commanding the safe: code that runs as the web process sends it any request it likes, and lies in every field.

It knows the protocol, the policy, the database. It has neither the safe's memory nor its files.
"""

import itertools
import random
import time
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from ecluse.core.words import (
    Action,
    Compartment,
    Decision,
    Ground,
    Profession,
    ProposalKind,
    TargetKind,
    Term,
    Window,
)
from ecluse.drill.live.heist import Heist
from ecluse.drill.moves.loot import ACCOUNTS, TOKENED, Row, Tables, tables
from ecluse.safe.client import SafeClient, SafeUnavailableError
from ecluse.safe.keys import Keys, read_key_file
from ecluse.safe.policy import Rights, load
from ecluse.safe.protocol import Approve, Create, Item, Newcomer, Open, Proposal, Propose, Status, Tokens, Who

SESSION = "taken-over"
BATCH = 200
PAUSE_S = 2.0
NAMES = 15
SWAPPED = 20
WHOLE = "establishment-"


class Liar(NamedTuple):
    """An account and one of its professions, both in the register: what the intruder says it is."""

    who: Who
    rights: Rights


class Intruder:
    """Whoever runs code in the web process, for ``seconds``."""

    def __init__(self, heist: Heist, seconds: float) -> None:
        self.heist, self.until = heist, time.monotonic() + seconds
        self.client = SafeClient(heist.home / "run" / "safe.sock")
        self.policy = load(heist.home / "safe" / "policy.toml")
        self.chance = random.Random(heist.seed)
        self.numbers = itertools.count()
        self.requests, self.full = 0, ""
        self.opened: dict[str, Row] = {}
        self.proofs = {"keys of other patients": 0, "names confirmed": 0, "caps raised": 0, "locks lifted": 0}
        keys = Keys(read_key_file(heist.home / "safe" / "master.key"))  # the judge's, to read the trace by session
        heist.sessions = {keys.session(SESSION)}

    def work(self) -> None:
        """Take minute after minute what the safe gives."""
        with tables(self.heist.home, self.heist.site.copy.database) as base:
            people = self.people(base)
            rows = base.patients()
            self.chance.shuffle(rows)
            self.heist.accounts = {liar.who.account for liar in people}
            self.minutes(base, people, rows)
            self.swap(base, people, rows)
            self.create_again(base, people, rows)
            self.confirm(base, people)
            self.proofs["locks on accounts"] = self.locks()
        self.client.close()

    def people(self, base: Tables) -> list[Liar]:
        """Return every account with every profession it has, in any order."""
        found = []
        for account, word in base.ask(ACCOUNTS):
            rights = self.policy.professions.get(Profession(word), Rights())
            who = Who(
                account=account, profession=word, session=SESSION, acr="aal2", amr=("pwd", "hwk"), address="127.0.0.1"
            )
            found.append(Liar(who, rights))
        self.chance.shuffle(found)
        return found

    def minutes(self, base: Tables, people: list[Liar], rows: list[Row]) -> None:
        """Go round all accounts; at the establishment's cap, raise caps, lift locks, wait for the next minute."""
        pool = deque(rows)
        while time.monotonic() < self.until:
            self.full = ""
            for liar in people:
                self.fill(base, liar, pool)
                if self.full:
                    break
            if self.full.endswith(("hour", "day", "month")):
                self.proofs["the hour is full"] = 1
                return
            self.rise(people)
            time.sleep(PAUSE_S)

    def fill(self, base: Tables, liar: Liar, pool: deque[Row]) -> None:
        """Ask for as many as one account is given in a minute, on each ground; who was not given is asked for again."""
        for ground, caps in liar.rights.caps.items():
            if ground is not Ground.APPROVED and liar.rights.read and not self.full:
                rows = [pool.popleft() for _ in range(min(len(pool), BATCH, caps.minute))]
                self.open(base, liar, rows, ground)
                pool.extend(row for row in rows if row.ref not in self.opened)

    def open(self, base: Tables, liar: Liar, rows: list[Row], ground: Ground) -> None:
        """Ask for some patients at once, with whatever reason the profession accepts; read what opens."""
        duty = next(iter(sorted(liar.rights.duties)), None) if ground is Ground.EXPLAINED else None
        items = tuple(
            Item(patient=row.ref, salt=row.salt, compartments=parts, ground=ground, duty=duty)
            for row in rows
            if (parts := self.parts(liar, row))
        )
        if not items:
            return
        purpose = min(liar.rights.purposes)
        request = Open(who=liar.who, action=Action.READ, purpose=purpose, items=items, request=self.name())
        answers = self.client.call(request).answers
        by_ref = {row.ref: row for row in rows}
        for item, answer in zip(items, answers, strict=True):
            if answer.rule.startswith(WHOLE):
                self.full = answer.rule
            if answer.decision is Decision.ALLOW:
                self.take(base, by_ref[item.patient], answer.keys)

    @staticmethod
    def parts(liar: Liar, row: Row) -> tuple[Compartment, ...]:
        """Return what is there and the profession may read."""
        return tuple(part for part in Compartment if part in row.kept & liar.rights.read)

    def take(self, base: Tables, row: Row, keys: dict[Compartment, bytes]) -> None:
        """Open what the keys open."""
        self.opened[row.ref] = row
        for text in base.opened(row, keys):
            self.heist.haul.take(text, "keys of the safe")

    def rise(self, people: list[Liar]) -> None:
        """Raise caps and lift locks, playing both of the two people it takes."""
        officers = [one for one in people if one.who.profession in {Profession.SECURITY_OFFICER, Profession.DPO}]
        readers = [one for one in people if one.rights.read]
        for reader in readers if not self.proofs["caps raised"] else ():
            raised = Proposal(
                kind=ProposalKind.RAISE_CAP,
                account=reader.who.account,
                ground=Ground.EXPLAINED,
                window=Window.HOUR,
                limit=100_000,
                seconds=3600,
            )
            self.proofs["caps raised"] += self.as_two(officers, raised)
        for kind, target, _ in self.client.call(Status()).locks:
            if kind == TargetKind.ACCOUNT:
                lift = Proposal(kind=ProposalKind.UNLOCK, target_kind=TargetKind.ACCOUNT, target=target)
                self.proofs["locks lifted"] += self.as_two(officers, lift)

    def as_two(self, officers: list[Liar], proposal: Proposal) -> bool:
        """Propose as one officer, approve as another, from two invented sessions."""
        if len(officers) < 2:  # noqa: PLR2004 - two people
            return False
        first, second = officers[0].who, officers[1].who
        asked = self.client.call(Propose(who=first, proposal=proposal, request=self.name()))
        if asked.decision is not Decision.ALLOW:
            return False
        other = Who(account=second.account, profession=second.profession, session=f"{SESSION} too", acr="aal2")
        done = self.client.call(Approve(who=other, proposal=asked.sequence, request=self.name()))
        return done.decision is Decision.ALLOW

    def swap(self, base: Tables, people: list[Liar], rows: Iterable[Row]) -> None:
        """Ask again for a patient who was given, with the salt of somebody who was not."""
        liar = next(one for one in people if Ground.UNEXPLAINED in one.rights.caps)
        given = list(self.opened.values())[:SWAPPED]
        others = [row for row in rows if row.ref not in self.opened][:SWAPPED]
        for mine, other in zip(given, others, strict=False):
            parts = self.parts(liar, mine)
            if not parts:
                continue
            item = Item(patient=mine.ref, salt=other.salt, compartments=parts, ground=Ground.UNEXPLAINED)
            purpose = min(liar.rights.purposes)
            ask = Open(who=liar.who, action=Action.READ, purpose=purpose, items=(item,), request=self.name())
            for answer in self.client.call(ask).answers:
                self.foreign(base, other, answer.keys)

    def foreign(self, base: Tables, row: Row, keys: dict[Compartment, bytes]) -> None:
        """See whether keys given for another patient open this one."""
        for text in base.opened(row, keys):
            self.proofs["keys of other patients"] += 1
            self.heist.haul.take(text, "keys of other patients")

    def create_again(self, base: Tables, people: list[Liar], rows: Iterable[Row]) -> None:
        """Create patients who exist: the keys of a birth, perhaps, open the one who is there."""
        others = [row for row in rows if row.ref not in self.opened][:SWAPPED]
        for liar in people:
            if Action.CREATE in liar.rights.actions:
                born = tuple(Newcomer(patient=row.ref) for row in others)
                purpose = min(liar.rights.purposes)
                try:
                    made = self.client.call(Create(who=liar.who, purpose=purpose, newcomers=born, request=self.name()))
                except SafeUnavailableError:
                    continue
                for row, birth in zip(others, made.births, strict=True):
                    self.foreign(base, row, birth.keys)

    def confirm(self, base: Tables, people: list[Liar]) -> None:
        """Ask for the tokens of names one knows, and look in the index who bears them: a name confirmed, no more."""
        hospital = self.heist.hospital
        for number, liar in zip(range(NAMES), itertools.cycle(people), strict=False):
            term = (Term.IPP, hospital.markers.ipp(number))
            ask = Tokens(who=liar.who, action=Action.SEARCH, terms=(term,), request=self.name())
            for token in self.client.call(ask).tokens:
                self.proofs["names confirmed"] += bool(base.ask(TOKENED, token))

    def locks(self) -> int:
        """Return how many accounts are locked now, by the safe itself."""
        return sum(kind == TargetKind.ACCOUNT for kind, *_ in self.client.call(Status()).locks)

    def name(self) -> str:
        """Return a fresh name for a request."""
        self.requests += 1
        return f"taken-{next(self.numbers)}"
