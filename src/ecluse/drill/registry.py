"""What the judge knows and the white-box thief is told, read from the establishment itself and never from its answers.

``python -m ecluse.drill.registry ACCOUNT…`` (ECLUSE_HOME names the establishment) opens the sealed identity of every
patient with the master key and prints which pseudonym is whom, which patients are explained to each account, and every
address of the site. The thief may know all of it: that must not help.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import django
import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from ecluse.core.errors import BrokenWorldError
from ecluse.core.home import Home, load
from ecluse.core.words import Compartment
from ecluse.drill.establishment import environment
from ecluse.drill.hospital import Hospital
from ecluse.gate import duties
from ecluse.gate.rules import kinds
from ecluse.record import seal
from ecluse.safe.keys import Keys, read_key_file
from ecluse.safe.policy import load as load_policy

KIND = "Patient"
MOST = 100_000


class Registry(msgspec.Struct):
    """``patients``: reference → IPP. ``own``: account → references explained to it. ``doors``: addresses."""

    patients: dict[str, str]
    own: dict[str, list[str]]
    doors: list[str]


class Known(msgspec.Struct):
    """The registry with numbers of the world in place of IPPs; whoever is not of this world is left out."""

    numbers: dict[str, int]
    own: dict[str, list[str]]
    doors: list[str]


def ask(hospital: Hospital, home: Path, *accounts: str) -> Known:
    """Ask a process of its own, which may use the tables, and match its answer with the world.

    Raises:
        BrokenWorldError: the record cannot be read, or holds another world.
    """
    done = subprocess.run(
        [sys.executable, "-m", "ecluse.drill.registry", *accounts],
        env={**environment(), "ECLUSE_HOME": str(home)},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace")[-2000:]
        raise BrokenWorldError(f"The judge cannot read the record:\n{said}", f"Its home is {home}.")
    told = msgspec.json.decode(done.stdout, type=Registry)
    by_ipp = {hospital.markers.ipp(number): number for number in range(hospital.patients)}
    numbers = {ref: by_ipp[ipp] for ref, ipp in told.patients.items() if ipp in by_ipp}
    if len(numbers) < hospital.patients:
        raise BrokenWorldError(
            f"{home} holds {len(numbers)} of the {hospital.patients} patients of this world.",
            "Name the world it was made from, and import all of it.",
        )
    return Known(numbers, told.own, told.doors)


def opened(home: Home) -> dict[str, str]:
    """Open the identity of every patient and return reference → IPP."""
    keys = Keys(read_key_file(home.safe / "master.key"))
    rows = apps.get_model("record", "Part").objects.filter(n=0, compartment=Compartment.IDENTITY, current=True)
    found: dict[str, str] = {}
    for ref, salt, version, sealed in rows.values_list("patient__ref", "patient__salt", "version", "sealed").iterator(
        2000
    ):
        key = keys.patient(ref, bytes(salt), (Compartment.IDENTITY,))[Compartment.IDENTITY]
        clear = seal.open_(AESGCM(key), sealed, seal.place(ref, KIND, 0, version, Compartment.IDENTITY))
        found[ref] = ipp_in(msgspec.json.decode(clear))
    return found


def ipp_in(body: dict[str, object]) -> str:
    """Return the IPP among the identifiers of a Patient."""
    identifiers = body.get("identifier")
    for one in identifiers if isinstance(identifiers, list) else ():
        if any(coding.get("code") == "PI" for coding in one.get("type", {}).get("coding", ())):
            return str(one["value"])
    return ""


def explained(home: Home, username: str) -> list[str]:
    """Return the references of the patients explained to an account, latest duties first."""
    held = apps.get_model("accounts", "AccountProfession").objects.filter(account__username=username)
    policy = load_policy(home.safe / "policy.toml")
    found: list[int] = []
    for profession in held.values_list("profession", flat=True):
        worker = duties.worker(username, kinds(policy, profession))
        found += list(duties.patients_of(worker, limit=MOST)) if worker else []
    refs = dict(apps.get_model("record", "Patient").objects.filter(pk__in=found).values_list("pk", "ref"))
    return [refs[pk] for pk in found if pk in refs]


def addresses(patterns: Iterable[URLPattern | URLResolver], prefix: str = "/") -> list[str]:
    """Return every address of the site, as ``/patient/<ref>/print/``."""
    found: list[str] = []
    for pattern in patterns:
        text = prefix + simple(str(pattern.pattern))
        found += addresses(pattern.url_patterns, text) if isinstance(pattern, URLResolver) else [text]
    return found


def simple(pattern: str) -> str:
    """Write a route or a regular expression with ``<name>`` where something varies."""
    text, depth = "", 0
    for place, letter in enumerate(pattern):
        escaped = place > 0 and pattern[place - 1] == "\\"
        if letter == "(" and not escaped:
            if depth == 0:
                text += f"<{pattern[place:].partition('<')[2].partition('>')[0] or 'ref'}>"
            depth += 1
        elif letter == ")" and not escaped:
            depth -= 1
        elif depth == 0 and (letter not in "^$?\\" or (escaped and letter == "$")) and not (escaped and letter == "Z"):
            text += letter
    return text


def main() -> None:
    """Print the registry of the establishment named by ``ECLUSE_HOME`` for the accounts named."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "ecluse.web.settings"
    django.setup()
    home = load()
    own = {username: explained(home, username) for username in sys.argv[1:]}
    told = Registry(opened(home), own, addresses(get_resolver().url_patterns))
    sys.stdout.buffer.write(msgspec.json.encode(told))


if __name__ == "__main__":
    main()
