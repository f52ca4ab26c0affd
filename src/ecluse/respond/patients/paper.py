"""Who opened my record, on paper: for a person who asks at the desk, in French or English."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ecluse.respond import typeset
from ecluse.respond.patients.openings import Line
from ecluse.respond.words import Said, moment

TITLE = Said("Qui a ouvert mon dossier", "Who opened my record")
INTRO = Said(
    "Voici chaque consultation de votre dossier informatisé depuis trois ans : la date, le service et la profession, "
    "les données, et pourquoi.",
    "Here is each opening of your electronic record for three years: the date, the unit and profession, the data, and "
    "why.",
)
NONE = Said("Personne n’a ouvert ce dossier pendant cette période.", "Nobody opened this record in this time.")
COLUMNS = (
    Said("Date", "Date"),
    Said("Service, profession", "Unit, profession"),
    Said("Données", "Data"),
    Said("Pourquoi", "Why"),
)
RIGHTS = Said(
    "Une consultation vous surprend ? Posez la question ou déposez une plainte auprès du délégué à la protection des "
    "données : {dpo}. Vous pouvez aussi saisir la CNIL (cnil.fr). Les noms des personnes ne sont communiqués que sur "
    "décision du délégué.",
    "Does one of these surprise you? Ask, or complain to, the data protection officer: {dpo}. You may also complain to "
    "the CNIL (cnil.fr). People’s names are given only when the officer decides so.",
)


def as_pdf(found: Sequence[Line], language: str, zone: str, establishment: str, dpo: str, addressee: str = "") -> bytes:
    """Return the PDF. ``addressee`` is what whoever prints it may show: a name opened through the gate, or nothing."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "title": TITLE.to(language),
        "lang": language,
        "footer": f"{establishment} · {moment(now, language, zone)}",
        "addressee": addressee,
        "intro": INTRO.to(language),
        "none": "" if found else NONE.to(language),
        "columns": [said.to(language) for said in COLUMNS],
        "rows": [row(one, language, zone) for one in found],
        "rights": RIGHTS.to(language).format(dpo=dpo or establishment),
    }
    return typeset.pdf("openings", values, now)


def row(one: Line, language: str, zone: str) -> list[str]:
    """Return one line of the table."""
    who = ", ".join(part for part in (one.who, one.unit, one.profession) if part) or "–"
    data = "; ".join(text.partition(" (")[0] for text in one.data) or "–"
    return [moment(one.at, language, zone), who, f"{one.act}: {data}", one.why or "–"]
