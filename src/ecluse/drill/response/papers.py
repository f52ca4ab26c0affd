"""What follows from a theft, by the ordinary commands: the list compared with the loot, the breach, its notices."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from ecluse.core.errors import BrokenWorldError, Exit
from ecluse.drill.establishment import command, command_status
from ecluse.drill.registry import Known
from ecluse.drill.response.results import Exact, NoticeMade
from ecluse.drill.response.words import written
from ecluse.drill.theft import Theft, exposures
from ecluse.respond.notices.base import From
from ecluse.respond.notices.drafting_shape import Draft

KINDS = ("cnil-initial", "cert-sante", "nis2-early", "controller", "people")
LIST = "exposure.zip"
ANSWERS = "answers.json"


class Papers:
    """The files of one replay, in ``folder``; ``scope`` are the words of a command that say whose accesses of when."""

    def __init__(self, theft: Theft, folder: Path, language: str) -> None:
        self.theft, self.home, self.folder, self.language = theft, theft.home, folder, language
        folder.mkdir(mode=0o700, parents=True)
        self.scope = ("--account", theft.victim.username, "--since", theft.since.isoformat())
        self.refs: list[str] = []
        self.breach = ""

    @property
    def vkey(self) -> str:
        """Return the public key of the trace."""
        return (self.home / "safe" / "key.vkey").read_text(encoding="utf-8").strip()

    def exposure(self, known: Known) -> Exact:
        """List what was exposed, with proofs; check each; compare it with what the thief received."""
        file = str(self.folder / LIST)
        said = self._json("exposure", "list", *self.scope, "--out", file, "--language", self.language, "--json")
        proven = self._json("exposure", "check", file, "--key", self.vkey, "--json")
        self.refs = sorted(row["patient"] for row in said["patients"])
        told, found = exposures(msgspec.json.encode(said).decode(), known.numbers), self.theft.haul.found
        whole = command_status(self.home, "trace", "verify") == Exit.OK
        return Exact(
            patients=len(self.refs),
            pairs=len(told),
            unsaid=len(found - told),
            unseen=len(told - found),
            lines=proven["lines"],
            verified=whole and proven["patients"] == len(self.refs),
        )

    def open(self, case: str, aware: datetime) -> None:
        """Open the breach of a case."""
        words = ("--case", case, "--aware", aware.isoformat(), "--json")
        self.breach = self._json("notices", "open", *self.scope, *words)["breach"]

    def drafts(self) -> dict[str, Draft]:
        """Return each notice as it stands."""
        return {kind: self._draft("draft", kind) for kind in KINDS}

    def refused(self, kind: str) -> bool:
        """Tell whether a notice with a needed field empty is refused, and leaves no file."""
        out = self.folder / f"too-soon-{kind}"
        status = command_status(self.home, "notices", "finish", self.breach, kind, "--out", str(out))
        return status == Exit.BAD_INPUT and not list(self.folder.glob(f"{out.name}*"))

    def write(self, drafts: dict[str, Draft]) -> None:
        """Write what a person has to, of each notice."""
        words = written(self.language)
        answers = {kind: {key: words[key] for key in draft.missing} for kind, draft in drafts.items()}
        file = self.folder / ANSWERS
        file.write_bytes(msgspec.json.encode({kind: fields for kind, fields in answers.items() if fields}))
        command(self.home, "notices", "fill", self.breach, "--file", str(file))

    def finish(self, before: dict[str, Draft]) -> list[NoticeMade]:
        """Finish each notice; its files are in the folder."""
        return [self._finished(kind, before[kind].missing) for kind in KINDS]

    def _finished(self, kind: str, asked: tuple[str, ...]) -> NoticeMade:
        out = self.folder / kind
        words = ("--out", str(out), "--language", self.language, "--json")
        told = self._json("notices", "finish", self.breach, kind, *words)
        paper, plain = out.with_name(f"{kind}.pdf"), out.with_name(f"{kind}.json")
        made = msgspec.json.decode(plain.read_bytes(), type=Draft)
        if told["digest"] != sha256(plain):
            raise BrokenWorldError(f"{plain} is not what the trace was told.", "Look at `ecluse notices register`.")
        return NoticeMade(
            kind=kind,
            title=made.title,
            complete=not made.missing,
            asked_of_a_person=asked,
            still_empty=tuple(one.key for one in made.fields if one.source is From.PERSON and not one.text),
            people=made.facts.patients,
            deadline=made.clock.deadline.isoformat() if made.clock.deadline else "",
            late=made.clock.late,
            file=paper.name,
            sha256=sha256(paper),
            json_file=plain.name,
            json_sha256=told["digest"],
        )

    def _draft(self, verb: str, kind: str) -> Draft:
        said = command(self.home, "notices", verb, self.breach, kind, "--language", self.language, "--json")
        return msgspec.json.decode(said, type=Draft)

    def _json(self, *words: str) -> dict[str, Any]:
        return msgspec.json.decode(command(self.home, *words), type=dict[str, Any])


def sha256(file: Path) -> str:
    """Return the digest of a file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
