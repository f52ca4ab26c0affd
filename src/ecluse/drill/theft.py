"""One theft from beginning to end on a served establishment: people at work, a session stolen, all tried, all judged.

The judge compares, patient by patient and compartment by compartment, what the thief received (bytes) with what the
trace says was shown to that account since the theft began; and has the whole trace verified.
"""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from joserfc.jwk import ECKey

from ecluse.accounts.services.possession import Service
from ecluse.core.words import Compartment, Profession
from ecluse.drill import registry
from ecluse.drill.attacks import stolen_account
from ecluse.drill.browser import Browser
from ecluse.drill.cast import Member
from ecluse.drill.establishment import command, command_status
from ecluse.drill.hospital import Hospital
from ecluse.drill.markers import Found
from ecluse.drill.measure import Haul
from ecluse.drill.signin import sign_in
from ecluse.drill.staff import Interface, Shift, Work, Worker
from ecluse.drill.thief import Known, Thief, Tip
from ecluse.safe.policy import load as load_policy

TOLD = 20_000
CLOCK_S = 0.05


class Result(msgspec.Struct, rename={"profession": "as"}):
    """What one theft came to. ``exposed``: distinct patients in the bytes received."""

    attack: str
    profession: str
    population: int
    seed: int
    requests: int
    exposed: int
    exposed_by_route: dict[str, int]
    exposed_compartments: dict[str, int]
    contained: bool
    contained_after_s: float
    legitimate_refused: int
    trace_ok: bool


class Scene(msgspec.Struct, frozen=True):
    """A served establishment: the world it was made from, its home folder, its address."""

    hospital: Hospital
    home: Path
    url: str


class Knobs(msgspec.Struct, frozen=True):
    """What a thief has: seconds, requests, and the patience to begin quietly."""

    seconds: float = 90.0
    requests: int = 4000
    patient: bool = True


class Theft:
    """One thief, from the theft of the session on."""

    def __init__(self, scene: Scene, profession: Profession) -> None:
        self.hospital, self.home, self.url = scene.hospital, scene.home, scene.url
        self.profession = profession
        self.victim = victim(self.hospital, profession)
        self.haul = Haul(self.hospital.markers)
        self.report: stolen_account.Report | None = None
        self.since = dt.datetime.now(dt.UTC)
        self.unseen: Found = set()
        self.unsaid: Found = set()
        self.verified = False

    def session(self) -> Browser:
        """Take over a live session, its second factor done; or a service's private key.

        The thief is malware on the victim's own workstation: it has the cookies and can use the browser's key.
        """
        if self.profession is Profession.INTERFACE_SERVICE:
            return Browser(self.url, auth=service_of(self.home, self.url, self.victim))
        owner = Browser(self.url)
        try:
            sign_in(owner, self.victim)
            return Browser(self.url, cookies=owner.http.cookies, device=owner.device)
        finally:
            owner.close()

    def run(self, known: registry.Known, knobs: Knobs) -> None:
        """Steal."""
        browser = self.session()
        time.sleep(CLOCK_S)
        self.since = dt.datetime.now(dt.UTC)
        self.haul.began = time.monotonic()
        told = knowledge(self.hospital, self.home, self.victim, known)
        thief = Thief(browser, told, self.haul, requests=knobs.requests, seconds=knobs.seconds, seed=self.hospital.seed)
        self.report = stolen_account.steal(thief, patient=knobs.patient)
        browser.close()

    def judge(self, known: registry.Known) -> None:
        """Have the trace verified and compared with the bytes."""
        since = self.since.isoformat()
        said = command(self.home, "trace", "exposure", "--account", self.victim.username, "--since", since, "--json")
        traced = exposures(said, known.numbers)
        self.unsaid, self.unseen = self.haul.found - traced, traced - self.haul.found
        self.verified = command_status(self.home, "trace", "verify") == 0

    def result(self, work: Work) -> Result:
        """Return the figures."""
        report = self.report or stolen_account.Report(0, False, 0.0, {}, {}, "did not run")  # noqa: FBT003
        return Result(
            attack=stolen_account.NAME,
            profession=self.profession.value,
            population=self.hospital.patients,
            seed=self.hospital.seed,
            requests=report.requests,
            exposed=len(self.haul.patients),
            exposed_by_route=self.haul.by_route(),
            exposed_compartments=self.haul.compartments(),
            contained=report.contained,
            contained_after_s=report.contained_after_s,
            legitimate_refused=work.refused,
            trace_ok=self.verified and not self.unsaid and not self.unseen,
        )


def service_of(home: Path, url: str, member: Member) -> Service:
    """Return the credentials of a service, as they stand on its own machine: its private key. One pair for each."""
    private = home / "world" / f"{member.username}.jwk"
    if not private.exists():
        private.parent.mkdir(mode=0o700, exist_ok=True)
        made = msgspec.json.decode(command(home, "accounts", "client-key", str(private), "--json"))
        words = ("--jwks", made["public"], "--scope", "system/*.crus", "--json")
        command(home, "accounts", "client", member.username, *words)
    return Service(url, member.username, ECKey.import_key(msgspec.json.decode(private.read_bytes())))


def victim(hospital: Hospital, profession: Profession) -> Member:
    """Return whose account is stolen: the last of the profession, so that the fixed cast stays usable if it can."""
    return [member for member in hospital.members if member.profession is profession][-1]


def knowledge(hospital: Hospital, home: Path, member: Member, known: registry.Known) -> Known:
    """Tell the thief everything."""
    tips = {ref: tip(hospital, ref, number) for ref, number in list(known.numbers.items())[:TOLD]}
    own = [
        tips.get(ref) or tip(hospital, ref, known.numbers[ref])
        for ref in known.own[member.username]
        if ref in known.numbers
    ]
    colleagues = [one.username for one in hospital.members if one.username != member.username]
    return Known(
        victim=member,
        policy=load_policy(home / "safe" / "policy.toml"),
        tips=list(tips.values()),
        doors=known.doors,
        helpers=colleagues,
        own=own,
    )


def tip(hospital: Hospital, ref: str, number: int) -> Tip:
    """Return a patient as the thief knows one."""
    who = hospital.facts(number)
    return Tip(ref, number, who.used_name or who.birth_name, who.given[0], who.birth.isoformat(), who.ipp, who.ins)


def exposures(said: str, numbers: dict[str, int]) -> Found:
    """Read the exposure list of the trace; a patient who is not of this world counts as number -1."""
    rows = msgspec.json.decode(said)
    listed = rows if isinstance(rows, list) else rows.get("patients", rows.get("exposed", []))
    return {(numbers.get(row["patient"], -1), Compartment(word)) for row in listed for word in row["compartments"]}


def run(
    scene: Scene, professions: Sequence[Profession], knobs: Knobs, tell: Callable[[str], None]
) -> tuple[list[Theft], Work]:
    """Run one theft for each profession, all at the same time, while people work; then judge each.

    Raises:
        BrokenWorldError: a theft could not be carried out; nothing is concluded from it.
    """
    thefts = [Theft(scene, profession) for profession in professions]
    tell("asking the judge who is who")
    staff = at_work(scene.hospital, [theft.victim for theft in thefts])
    names = [*(theft.victim.username for theft in thefts), *(one.username for one in staff)]
    known = registry.ask(scene.hospital, scene.home, *names)
    shift = Shift(workers(scene, staff, known))
    tell(f"{', '.join(professions)}: stealing, while people work")
    with ThreadPoolExecutor(len(thefts)) as pool:
        stolen = [pool.submit(theft.run, known, knobs) for theft in thefts]
    work = shift.end()
    for future in stolen:
        future.result()
    tell("verifying the trace and comparing it with the loot")
    for theft in thefts:
        theft.judge(known)
    return thefts, work


def at_work(hospital: Hospital, victims: Sequence[Member]) -> list[Member]:
    """Return who is at work: one of each profession that meets patients, never somebody whose account is stolen."""
    stolen = {victim.username for victim in victims}
    cast = (
        next((m for m in hospital.members if m.profession is one and m.username not in stolen), None) for one in AT_WORK
    )
    return [member for member in cast if member is not None]


def workers(scene: Scene, staff: Sequence[Member], known: registry.Known) -> list[Worker]:
    """Give everybody their work."""
    made: list[Worker] = []
    arriving = iter(arrivals(scene.hospital))
    for member in staff:
        if member.profession is Profession.INTERFACE_SERVICE:
            proof, own = service_of(scene.home, scene.url, member), known.own[member.username]
            made.append(Interface(scene.url, member, scene.hospital.seed, proof, own))
        else:
            made.append(Worker(scene.url, member, scene.hospital.seed, next(arriving, None)))
    return made


def people_at_work(scene: Scene, seconds: float) -> Work:
    """Let people work with no thief about."""
    staff = at_work(scene.hospital, ())
    known = registry.ask(scene.hospital, scene.home, *(member.username for member in staff))
    shift = Shift(workers(scene, staff, known))
    time.sleep(seconds)
    return shift.end()


AT_WORK = (
    Profession.PHYSICIAN,
    Profession.RESIDENT,
    Profession.NURSE,
    Profession.MIDWIFE,
    Profession.PHARMACIST,
    Profession.SECRETARY,
    Profession.ADMISSIONS,
    Profession.BILLING,
    Profession.DIM_PHYSICIAN,
    Profession.INTERFACE_SERVICE,
)


def arrivals(hospital: Hospital) -> list[tuple[str, str]]:
    """Return names and birth dates of people who come to the desk."""
    step = max(1, hospital.patients // 40)
    facts = (hospital.facts(number) for number in range(3, hospital.patients, step))
    return [(f"{one.birth_name} {one.given[0]}", one.birth.isoformat()) for one in facts if one.died is None][
        : len(AT_WORK)
    ]
