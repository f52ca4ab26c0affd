"""How long a session lives and what it may do: *profession × factor × device × ages × act*, and the reason.

Plain functions of plain values: no request, no clock, no database. The middleware and the API ask here; so does the
table of the tests. Ages are in seconds.

Standards: NIST SP 800-63B-4 (AAL2: 24 h and 1 h idle; AAL3: 12 h and 15 min idle), RFC 8176 (words of factors),
RFC 9470 (step-up), ASVS 5.0 7.3 and 7.5.3.
"""

from enum import StrEnum
from typing import NamedTuple

from ecluse.core.words import Decision, Profession

MINUTE, HOUR = 60, 3600


class Factor(StrEnum):
    """The strongest second factor of a session. ``tap``: a badge alone, its PIN given earlier in the shift."""

    NONE = "none"
    TAP = "tap"
    CODE = "code"
    PASSKEY = "passkey"
    KEY = "key"


class Device(StrEnum):
    """Where a request comes from, compared with where its session was proved.

    ``bound``: proved by a key that this browser cannot give away. ``ward``: the same, on a registered ward
    workstation. ``unbound``: told by cookies, address and browser alone. ``elsewhere``: not there.
    """

    BOUND = "bound"
    WARD = "ward"
    UNBOUND = "unbound"
    ELSEWHERE = "elsewhere"


class Act(StrEnum):
    """What is asked for.

    ``enrol``: a first factor, or a better one. ``choose``: what is settled before any work, such as the profession.
    """

    LEAVE = "leave"
    PROVE = "prove"
    ENROL = "enrol"
    CHOOSE = "choose"
    WORK = "work"
    SENSITIVE = "sensitive"


class Limits(NamedTuple):
    """Longest life of a session, longest time left alone, oldest proof for a sensitive act."""

    total: int
    idle: int
    fresh: int


class Facts(NamedTuple):
    """Everything the answer depends on. ``unusual``: signed in from a device, place or hour never seen before."""

    profession: str
    factor: Factor
    device: Device
    act: Act
    age: int = 0
    idle: int = 0
    proof_age: int = 0
    unusual: bool = False


class Answer(NamedTuple):
    """``allow``, ``step-up`` or ``refuse``, the rule that says so, and how old a proof may be when one is asked."""

    decision: Decision
    rule: str
    max_age: int = 0


P = Profession
STRICT = Limits(12 * HOUR, 15 * MINUTE, 5 * MINUTE)
USUAL = Limits(24 * HOUR, HOUR, 5 * MINUTE)
PRIVILEGED = frozenset({P.IT_ADMINISTRATOR, P.SECURITY_OFFICER, P.DPO, P.DIM_PHYSICIAN, P.AUDITOR})
LIMITS: dict[str, Limits] = {
    **{word.value: USUAL for word in P if word is not P.INTERFACE_SERVICE},
    **{word.value: STRICT for word in PRIVILEGED},
}
"""One line a profession; a service is in none: it has no session."""
BY_DEVICE: dict[Device, Limits] = {
    Device.WARD: Limits(12 * HOUR, 10 * MINUTE, 5 * MINUTE),
    Device.UNBOUND: Limits(HOUR, 10 * MINUTE, 5 * MINUTE),
}
"""What a place narrows further: a ward workstation is left quickly and tapped again; cookies alone can be copied."""
RESISTANT = frozenset({Factor.PASSKEY, Factor.KEY})


def limits(profession: str, device: Device, *, unusual: bool = False) -> Limits:
    """Return the limits of a session: the narrowest of profession, place and circumstance.

    Before a profession is chosen they are the strict ones.
    """
    rows = [LIMITS.get(profession, STRICT)]
    if device in BY_DEVICE:
        rows.append(BY_DEVICE[device])
    if unusual:
        rows.append(STRICT)
    return Limits(*(min(column) for column in zip(*rows, strict=True)))


def decide(facts: Facts, *, any_factor: bool = False) -> Answer:
    """Answer one request. ``any_factor``: a demonstration, where privileged people may use a code.

    The order is fixed: leaving, who, how old, how sure, where, how strong, how fresh.
    """
    if facts.act is Act.LEAVE:
        return Answer(Decision.ALLOW, "leaving")
    bounds = limits(facts.profession, facts.device, unusual=facts.unusual)
    for found in (_over(facts, bounds), _unsure(facts), _weak(facts, any_factor=any_factor), _stale(facts, bounds)):
        if found is not None:
            return found
    return Answer(Decision.ALLOW, "strong-enough")


def _over(facts: Facts, bounds: Limits) -> Answer | None:
    """Refuse whoever has no session at all, and a session past its limits."""
    if facts.profession and facts.profession not in LIMITS:
        return Answer(Decision.REFUSE, "no-session-for-it")
    if facts.age > bounds.total:
        return Answer(Decision.REFUSE, "session-too-old")
    return Answer(Decision.REFUSE, "left-alone") if facts.idle > bounds.idle else None


def _unsure(facts: Facts) -> Answer | None:
    """Ask for a second factor, or for a proof on this very device."""
    if facts.factor is Factor.NONE:
        proving = facts.act in {Act.PROVE, Act.ENROL}
        return Answer(Decision.ALLOW, "proving") if proving else Answer(Decision.STEP_UP, "second-factor")
    if facts.factor is Factor.TAP and facts.device is not Device.WARD:
        return Answer(Decision.REFUSE, "tap-off-ward")
    if facts.act is Act.PROVE:
        return Answer(Decision.ALLOW, "proving")
    return Answer(Decision.STEP_UP, "new-device") if facts.device is Device.ELSEWHERE else None


def _weak(facts: Facts, *, any_factor: bool) -> Answer | None:
    """Refuse a badge to privileged people; ask them for a factor that no fake page can take."""
    if facts.profession not in PRIVILEGED:
        return None
    if facts.factor is Factor.TAP:
        return Answer(Decision.REFUSE, "tap-privileged")
    if facts.act in {Act.ENROL, Act.CHOOSE} or any_factor or facts.factor in RESISTANT:
        return None
    return Answer(Decision.STEP_UP, "phishing-resistant")


def _stale(facts: Facts, bounds: Limits) -> Answer | None:
    """Ask for a fresh proof, and for more than a tap, before a sensitive act."""
    if facts.act is not Act.SENSITIVE:
        return None
    if facts.factor is Factor.TAP:
        return Answer(Decision.STEP_UP, "more-than-a-tap", bounds.fresh)
    if facts.unusual and facts.factor not in RESISTANT and facts.proof_age > MINUTE:
        return Answer(Decision.STEP_UP, "unusual", MINUTE)
    return Answer(Decision.STEP_UP, "fresh-proof", bounds.fresh) if facts.proof_age > bounds.fresh else None
