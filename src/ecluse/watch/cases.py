"""From tables of findings to a queue of cases, never longer than the team asked for.

One case for each actor and episode: alarms of one account less than ``APART`` days from each other are one story, and
accounts that share the work (``GROUPED`` detectors gave them the same value on the same day) are one actor.

**How many.** The team says how many cases a day it can read; by default one a day for 1,000 users, ``LEAST`` in a log
at least. The limit of the evidence is the account-days of a day / that number / ``LOOSE``, never below ``LEAST_LIMIT``:
without any theft the bound of ``evidence`` allows ``LOOSE`` times the cases asked for, and quiet hospitals used for
fitting showed fewer than were asked for. Of all cases only the strongest, that number × days of the log, stay in the
queue. The order is total: score, then patients, then account, then first day.
"""

import hashlib
import math
from collections.abc import Mapping
from datetime import date, timedelta

import msgspec
import numpy as np
import pyarrow as pa

from ecluse.watch.episodes import Episode, episodes
from ecluse.watch.evidence import alarms
from ecluse.watch.facts import facts, patients_of, story_days
from ecluse.watch.panel import Panel, panel_of
from ecluse.watch.reasons import MOST_REASONS, Fact, Reason, reason, wave_reason
from ecluse.watch.tails import Trait, surprises

USERS_A_CASE = 1000  # accounts that bring one case a day, unless the team says otherwise
LEAST = 5.0  # cases in a whole log
LEAST_LIMIT = 20.0
LOOSE = 2.0  # times: how much more the bound allows than quiet hospitals need


class Day(msgspec.Struct, frozen=True):
    """One day of a case's account, for the plot: patients shown, its habit before, the peers' 95th percent."""

    day: str
    patients: int
    usual: int
    peers: int
    in_case: bool


class Case(msgspec.Struct, frozen=True, rename={"begin": "from", "end": "to"}):
    """What a person should look at. ``score`` is the power of ten of the evidence; times are the establishment's clock.

    ``days_of`` are the odd days, of any of the accounts; ``days`` all days around them of the one that leads.

    ``patients`` and the times are those of whole days until ``exposure`` has looked at the accesses.
    """

    id: str
    account: str
    accounts: list[str]
    profession: str
    begin: str
    end: str
    score: float
    patients: int
    at_least: bool
    detectors: list[str]
    reasons: list[str]
    reasons_fr: list[str]
    told: list[Reason]
    days: list[Day]
    days_of: list[str]


class Queue(msgspec.Struct, frozen=True):
    """The cases, strongest first, and the promise they are made under.

    ``expected_false`` is the most false cases to be expected in it if nothing was stolen; ``left_out`` how many cases
    did not fit.
    """

    cases: list[Case]
    limit: float
    expected_false: float
    cases_per_day: float
    left_out: int


def queue(
    findings: pa.Table, days: pa.Table, staff: pa.Table, traits: Mapping[str, Trait], cases_per_day: float | None = None
) -> Queue:
    """Return the cases in ``findings``. By default one a day and 1,000 users."""
    panel = panel_of(findings, days, staff)
    asked = cases_per_day or max(LEAST / max(panel.span, 1), len(panel.accounts) / USERS_A_CASE)
    limit = max(LEAST_LIMIT, panel.size / max(panel.span, 1) / asked / LOOSE)
    found = surprises(panel, traits)
    stories = episodes(panel, found, alarms(panel, found, limit), traits, limit)
    told = _cases(panel, stories)
    most = max(1, math.floor(asked * panel.span + 1e-9))
    told.sort(key=lambda case: (-case.score, -case.patients, case.account, case.begin))
    false = round(min(panel.size / limit, most), 2)
    return Queue(told[:most], limit, false, asked, max(len(told) - most, 0))


def _cases(panel: Panel, stories: list[Episode]) -> list[Case]:
    known = facts(panel, [episode.signs[:MOST_REASONS] for episode in stories])
    patients = patients_of(panel, stories)
    plots = story_days(panel, stories)
    return [
        _case(panel, episode, _lines(panel, episode, known[number]), patients[number], plots[number])
        for number, episode in enumerate(stories)
    ]


def _lines(panel: Panel, episode: Episode, known: list[Fact]) -> list[Reason]:
    shared = [wave_reason(panel.accounts[episode.account], wave) for wave in episode.waves]
    return [*shared, *(reason(fact, named=len(episode.accounts) > 1) for fact in known)]


def _case(
    panel: Panel, episode: Episode, told: list[Reason], patients: int, plot: list[tuple[int, int, int, int, bool]]
) -> Case:
    account = panel.accounts[episode.account]
    first, last = (_date(int(panel.day[row])) for row in (episode.rows[0], episode.rows[-1]))
    accounts = sorted(panel.accounts[number] for number in episode.accounts)
    detectors = list(dict.fromkeys(sign.detector for sign in episode.signs))
    return Case(
        id=case_id(account, first),
        account=account,
        accounts=accounts,
        profession=panel.professions[episode.account],
        begin=f"{first.isoformat()}T00:00:00",
        end=f"{last.isoformat()}T23:59:59",
        score=round(float(np.log10(episode.evidence)), 2),
        patients=patients,
        at_least=False,
        detectors=detectors,
        reasons=[line.en for line in told],
        reasons_fr=[line.fr for line in told],
        told=told,
        days=[Day(_date(day).isoformat(), *rest) for day, rest in ((row[0], row[1:]) for row in plot)],
        days_of=sorted({_date(int(panel.day[row])).isoformat() for row in episode.rows}),
    )


def case_id(account: str, first: date) -> str:
    """Return the name of a case: the same for the same account and first day, whatever the log that tells of it."""
    digest = hashlib.blake2b(f"{account}\x00{first.isoformat()}".encode(), digest_size=5)
    return digest.hexdigest()


def _date(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)
