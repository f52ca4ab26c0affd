"""The whole file of an exposure: list, proofs, head and key in one ZIP that a stranger can check.

``accesses.csv`` · ``list.tlog-proof`` · ``proofs/SEQUENCE.tlog-proof`` · ``head.note`` · ``key.vkey`` · and the same
list as FHIR and PDF, for reading: what is proven is the CSV. ``list.tlog-proof`` (C2SP tlog-proof) proves the entry
that holds the digest of the CSV, so that a line taken out together with its proof shows too. Checking reads the key
from elsewhere, never from the file itself.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import msgspec

from ecluse.core.errors import BadInputError, NotProvenError
from ecluse.respond.audit_out.balp import Site
from ecluse.respond.exposure.fhir import as_bundle
from ecluse.respond.exposure.finding import Exposure
from ecluse.respond.exposure.heads import signed_head
from ecluse.respond.exposure.table import COLUMNS, as_csv, row
from ecluse.safe.notes import Verifier, open_head
from ecluse.safe.proof import Prover, check
from ecluse.safe.trace_reader import opens

RULE = "exposure-listed"
SEAL = "list.tlog-proof"
EPOCH = (1980, 1, 1, 0, 0, 0)
LIST, HEAD, KEY = "accesses.csv", "head.note", "key.vkey"
MOST_BYTES = 1 << 31


class Checked(NamedTuple):
    """What was found true: lines, each with its proof, under a head of ``size`` entries."""

    lines: int
    certain: int
    patients: int
    size: int
    origin: str


Tell = Callable[[str], int]
"""Writes the entry (rule ``exposure-listed``) whose detail is the digest given; returns its sequence."""


def write(file: Path, safe: Path, found: Exposure, site: Site, papers: Mapping[str, bytes], tell: Tell) -> None:
    """Write the ZIP at ``file``, which must not exist. ``tell`` traces the digest of the list before it is written.

    Raises:
        BadInputError: the file exists.
    """
    if file.exists():
        raise BadInputError(f"{file} exists already.", "Choose another name.")
    listed = as_csv(found).encode()
    sequence = tell(hashlib.sha256(listed).hexdigest())
    signed_head(safe, sequence + 1)
    try:
        with zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED) as packed:
            for name, content in contents(safe, found, site, papers, sequence):
                packed.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
    except FileExistsError as error:
        raise BadInputError(f"{file} exists already.", "Choose another name.") from error


def contents(
    safe: Path, found: Exposure, site: Site, papers: Mapping[str, bytes], sequence: int
) -> Iterator[tuple[str, bytes]]:
    """Yield the files; all proofs are under one head, which covers the entry ``sequence`` that seals the list."""
    prover = Prover(safe)
    if prover.head.size < found.signed.size:
        raise NotProvenError("The signed head went backwards.", "Run `ecluse trace verify`.")
    yield SEAL, prover.prove(sequence).encode()
    yield LIST, as_csv(found).encode()
    yield "exposure.fhir.json", msgspec.json.format(msgspec.json.encode(as_bundle(found, site)))
    yield from papers.items()
    yield HEAD, prover.checkpoint.encode()
    yield KEY, f"{prover.verifier.text()}\n".encode()
    for place in sorted(entry.seq for entry in (*found.certain, *(one.entry for one in found.possible))):
        yield f"proofs/{place:012d}.tlog-proof", prover.prove(place).encode()


def check_file(file: Path, vkey: str) -> Checked:
    """Check that every line of the list is the entry its proof proves, one head above all, and no proof is left over.

    Raises:
        BadInputError: this is not such a file.
        NotProvenError: a line was changed, added or taken out, or a proof proves nothing.
    """
    return checked(files_of(file), Verifier.of(vkey))


def certain_data(file: Path, vkey: str) -> dict[str, set[str]]:
    """Return patient → words of the compartments, of the certain lines of a list that was checked whole.

    Raises:
        BadInputError, NotProvenError: as :func:`check_file` does.
    """
    files = files_of(file)
    checked(files, Verifier.of(vkey))
    found: dict[str, set[str]] = {}
    for line in csv.DictReader(io.StringIO(files[LIST], newline="")):
        if line["kind"] == "certain":
            found.setdefault(line["patient"], set()).update(line["compartments"].split())
    return found


def files_of(file: Path) -> dict[str, str]:
    """Return the files that are looked at.

    Raises:
        BadInputError: this is not the file of an exposure.
    """
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(one.file_size for one in packed.infolist()) > MOST_BYTES:
                raise BadInputError(f"{file} is too big.", "Check its proofs one by one: ecluse trace check-proof.")
            files = {name: packed.read(name).decode() for name in packed.namelist() if wanted(name)}
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise BadInputError(f"{file} is not the file of an exposure: {error}.", "Name the ZIP.") from error
    if not {LIST, HEAD, SEAL} <= files.keys():
        raise BadInputError(f"{file} lacks its list, its head or its seal.", "Name the ZIP of an exposure.")
    return files


def wanted(name: str) -> bool:
    """Tell whether a file is looked at."""
    return name in {LIST, HEAD, SEAL} or name.startswith("proofs/")


def checked(files: dict[str, str], verifier: Verifier) -> Checked:
    """Compare lines and proofs."""
    head = open_head(files[HEAD], verifier)
    seal = check(files[SEAL], verifier)
    digest = hashlib.sha256(files[LIST].encode()).hexdigest()
    if seal.head != head or (seal.entry.rule, seal.entry.detail) != (RULE, digest):
        raise NotProvenError("This is not the list that the trace says was made.")
    titles, *lines = csv.reader(io.StringIO(files[LIST], newline=""))
    if tuple(titles) != COLUMNS:
        raise BadInputError("The list has other columns.", "Use the version of Écluse that made it.")
    proofs = {name: text for name, text in files.items() if name.startswith("proofs/")}
    for line in lines:
        sequence, kind, why = line[0], line[-2], line[-1]
        text = proofs.pop(f"proofs/{int(sequence):012d}.tlog-proof", None) if sequence.isdigit() else None
        if text is None:
            raise NotProvenError(f"Line {sequence} has no proof of its own.")
        proven = check(text, verifier)
        if proven.head != head or str(proven.place) != sequence or str(proven.entry.seq) != sequence:
            raise NotProvenError(f"The proof of line {sequence} is of another entry or head.")
        if tuple(line) != row(proven.entry, kind, why) or not opens(proven.entry):
            raise NotProvenError(f"Line {sequence} does not say what its entry says.")
    if proofs:
        raise NotProvenError(f"{len(proofs)} proofs have no line: lines were taken out.")
    certain = [line for line in lines if line[-2] == "certain"]
    return Checked(len(lines), len(certain), len({line[2] for line in certain}), head.size, head.origin)
