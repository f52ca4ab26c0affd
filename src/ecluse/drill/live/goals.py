"""What the drill has to show, and what fell short, read from the figures."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from ecluse.drill.attacks import collusion, dump, fast_grab, takeover, tampering
from ecluse.drill.attacks.base import WEB
from ecluse.drill.live.results import Trial, p95
from ecluse.safe.policy import DEFAULT_FILE, load

MOST = 50
WAYS = 8


class Goal(NamedTuple):
    """Something to be shown."""

    what: str
    promised: str
    measured: str
    held: bool


def goals(trials: Sequence[Trial]) -> list[Goal]:
    """Return every goal for which there is a run."""
    found = [*grabs(trials)]
    for name, make in CHECKS.items():
        some = [one for one in trials if one.attack == name]
        if some:
            found.append(make(some))
    one_account = [one for one in trials if one.accounts == 1 and one.role != WEB]
    found.append(most("any other attack with one account", one_account))
    refused = sum(one.care_refused for one in trials)
    found.append(Goal("people at work refused anything, during a takeover too", "0", str(refused), refused == 0))
    exact = sum(one.exact and one.verified for one in trials)
    found.append(
        Goal("exposure list exact, trace verified", "always", f"{exact} of {len(trials)}", exact == len(trials))
    )
    return found


def most(what: str, trials: Sequence[Trial]) -> Goal:
    """Return the goal that nothing exposes more than fifty."""
    exposed = max((one.exposed for one in trials), default=0)
    return Goal(what, f"≤ {MOST}", str(exposed), exposed <= MOST)


def grabs(trials: Sequence[Trial]) -> Iterable[Goal]:
    """Yield the goal of the fast grab for each size of base."""
    some = [one for one in trials if one.attack == fast_grab.STORY.name]
    for population in sorted({one.population for one in some}):
        exposed = [one.exposed for one in some if one.population == population]
        high = p95(exposed)
        what = f"fast grab of {population:,}, 95th percentile of {len(exposed)} runs"
        yield Goal(what, f"≤ {MOST}", f"{high:g}", high <= MOST)


def dumped(trials: Sequence[Trial]) -> Goal:
    """Nothing is readable in a stolen copy."""
    exposed = max(one.exposed for one in trials)
    size = sum(one.proofs.get("bytes", 0) for one in trials)
    return Goal(f"readable in {size / 1e6:,.0f} MB of dumps and copies", "0", str(exposed), exposed == 0)


def tampered(trials: Sequence[Trial]) -> Goal:
    """Every way of tampering is proven."""
    proven = min(one.proofs.get("proven", 0) for one in trials)
    return Goal("ways of tampering proven", f"{WAYS} of {WAYS}", str(proven), proven == WAYS)


def taken(trials: Sequence[Trial]) -> Goal:
    """A takeover stays below the establishment's cap, and shows."""
    cap = load(DEFAULT_FILE).establishment.caps.hour
    exposed, seen = max(one.exposed for one in trials), all(one.detected_after_s is not None for one in trials)
    what = "web process taken over: within the establishment's cap of an hour, and seen"
    return Goal(what, f"≤ {cap:,}, seen", f"{exposed:,}, {'seen' if seen else 'not seen'}", exposed <= cap and seen)


def shared(trials: Sequence[Trial]) -> Goal:
    """Accounts that share the work have no more than their caps together."""
    worst = max(trials, key=lambda one: one.exposed / one.accounts)
    each = worst.exposed / worst.accounts
    what = "accounts that share the work: patients for each account"
    return Goal(what, f"≤ {MOST}", f"{each:.0f} ({worst.exposed} with {worst.accounts})", each <= MOST)


CHECKS: dict[str, Callable[[Sequence[Trial]], Goal]] = {
    dump.STORY.name: dumped,
    tampering.STORY.name: tampered,
    takeover.STORY.name: taken,
    collusion.STORY.name: shared,
}


def shortfalls(trials: Sequence[Trial]) -> list[str]:
    """Return what fell short in these runs."""
    found = [f"{goal.what}: {goal.measured} instead of {goal.promised}." for goal in goals(trials) if not goal.held]
    for one in trials:
        where = f"{one.name}, {one.role}, {one.database}, {one.population:,} patients"
        found += [f"{where}: {missed}." for missed in one.missed]
        if one.care_refused:
            found.append(f"{where}: {one.care_refused} refused at work ({'; '.join(one.reasons)[:200]}).")
        if not one.exact or not one.verified:
            found.append(f"{where}: the exposure list was not exact.")
    return list(dict.fromkeys(found)) or ["Nothing, in these runs."]
