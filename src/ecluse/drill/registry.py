"""Which pseudonym of the record is which patient of the world: told by the judge, who holds the master key, never by the server.

``python -m ecluse.drill.registry`` (ECLUSE_HOME names the establishment) opens the sealed identity of every patient on disk and
prints ``{"ref": "IPP", …}``. The thief is given the list of references (it may know every one of them: that must not help).
"""

import os
import subprocess
import sys
from pathlib import Path

import django
import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps

from ecluse.core.errors import BrokenWorldError
from ecluse.core.home import Home, load
from ecluse.core.words import Compartment
from ecluse.drill.establishment import environment
from ecluse.drill.hospital import Hospital
from ecluse.record import seal
from ecluse.safe.keys import Keys, read_key_file

KIND = "Patient"


def references(hospital: Hospital, home: Path) -> dict[str, int]:
    """Return reference → number of every patient of ``hospital`` in the establishment at ``home``.

    Raises:
        BrokenWorldError: the record cannot be read, or holds another world.
    """
    done = subprocess.run(
        [sys.executable, "-m", "ecluse.drill.registry"],
        env={**environment(), "ECLUSE_HOME": str(home)},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise BrokenWorldError(f"The judge cannot read the record:\n{done.stderr.decode()[-2000:]}", f"Its home is {home}.")
    numbers = {hospital.markers.ipp(number): number for number in range(hospital.patients)}
    known = {ref: numbers[ipp] for ref, ipp in msgspec.json.decode(done.stdout).items() if ipp in numbers}
    if len(known) < hospital.patients:
        raise BrokenWorldError(
            f"{home} holds {len(known)} of the {hospital.patients} patients of this world.", "Name the world it was made from."
        )
    return known


def opened(home: Home) -> dict[str, str]:
    """Open the identity of every patient and return reference → IPP."""
    keys = Keys(read_key_file(home.safe / "master.key"))
    rows = apps.get_model("record", "Part").objects.filter(n=0, compartment=Compartment.IDENTITY, current=True)
    found: dict[str, str] = {}
    columns = ("patient__ref", "patient__salt", "version", "sealed")
    for ref, salt, version, sealed in rows.values_list(*columns).iterator(2000):
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


def main() -> None:
    """Print the registry of the establishment named by ``ECLUSE_HOME``."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "ecluse.web.settings"
    django.setup()
    sys.stdout.buffer.write(msgspec.json.encode(opened(load())))


if __name__ == "__main__":
    main()
