"""A synthetic hospital that is the same for the same seed: units, people, patients, a month of what happened to them.

``Hospital`` gives the world as values: ``members`` (staff), ``activity`` (stays, appointments), ``bundle(number)`` (the
FHIR resources of one patient). ``files.write`` puts it on disk; ``markers`` recognises its patients in bytes.
"""

import datetime as dt
import random
from functools import cached_property

from ecluse.core.words import Profession
from ecluse.drill import resources as fhir
from ecluse.drill.activity import Activity, Stay
from ecluse.drill.cast import DEPARTMENTS, WARDS, Member, Unit, hire
from ecluse.drill.markers import Markers
from ecluse.drill.patients import Facts, facts, one
from ecluse.drill.professions.catalogue import BY_PROFESSION
from ecluse.drill.resources import Coded, Resource, Visitable

DRUGS = (
    Coded("N02BE01", "Paracétamol 1 g"),
    Coded("J01CA04", "Amoxicilline 1 g"),
    Coded("C07AB07", "Bisoprolol 2,5 mg"),
    Coded("A10BA02", "Metformine 850 mg"),
    Coded("C10AA05", "Atorvastatine 20 mg"),
    Coded("B01AB05", "Énoxaparine 4000 UI"),
    Coded("A02BC01", "Oméprazole 20 mg"),
    Coded("N06AB06", "Sertraline 50 mg"),
)
DIAGNOSES = (
    Coded("I10", "Hypertension essentielle"),
    Coded("E11.9", "Diabète de type 2"),
    Coded("J18.9", "Pneumopathie"),
    Coded("I50.9", "Insuffisance cardiaque"),
    Coded("S72.0", "Fracture du col du fémur"),
    Coded("K35.8", "Appendicite aiguë"),
    Coded("N39.0", "Infection urinaire"),
    Coded("F32.9", "Épisode dépressif"),
)
PREGNANCY = Coded("O80", "Accouchement")
ALLERGIES = (
    Coded("", "Pénicilline"),
    Coded("", "Arachide"),
    Coded("", "Latex"),
    Coded("", "Produit de contraste iodé"),
)
MEASURES = (
    ("8867-4", "Fréquence cardiaque", 55, 110, "/min"),
    ("8310-5", "Température", 36, 40, "°C"),
    ("2339-0", "Glycémie", 70, 190, "mg/dL"),
)
ORDERS = (
    ("LABO", Coded("", "Numération formule sanguine")),
    ("RADIO", Coded("", "Radiographie du thorax")),
    ("PHAR", Coded("", "Analyse de l’ordonnance")),
)


class Hospital:
    """The world. ``now`` is the instant at which it stands (whole hour, UTC)."""

    def __init__(
        self,
        patients: int = 2000,
        staff: int = 60,
        units: int = 6,
        days: int = 30,
        seed: int = 1,
        now: dt.datetime | None = None,
    ) -> None:
        moment = now or dt.datetime.now(dt.UTC)
        self.now = moment.replace(minute=0, second=0, microsecond=0)
        self.patients, self.seed, self.days = patients, seed, days
        self.wards = WARDS[:units]
        self.units = self.wards + DEPARTMENTS
        self.members = hire(staff, len(self.wards), seed)
        self.markers = Markers(seed, patients)
        self._unit = {unit.code: unit for unit in self.units}
        self._doctors = [member for member in self.members if member.profession is Profession.PHYSICIAN]

    @cached_property
    def activity(self) -> Activity:
        """Return the month of work."""
        return Activity(self.markers, self.wards, self.members, self.days, self.now)

    def member(self, username: str) -> Member:
        """Return somebody by login name."""
        return next(member for member in self.members if member.username == username)

    def first(self, profession: Profession) -> Member:
        """Return the one of the fixed cast for ``profession``."""
        return next(member for member in self.members if member.profession is profession)

    def unit(self, code: str) -> Unit:
        """Return a unit by its code."""
        return self._unit[code]

    def facts(self, number: int) -> Facts:
        """Return what is known of patient ``number`` apart from care."""
        return self._facts(number, random.Random(self.seed << 32 | number))

    def bundle(self, number: int) -> list[Resource]:
        """Return the FHIR resources of patient ``number``: the Patient first, 6 to 12 for nearly everybody."""
        chance = random.Random(self.seed << 32 | number)
        who = self._facts(number, chance)
        stays = self._stays(who, chance)
        return [
            fhir.patient(who, self.activity.treated.get(number)),
            *self._coverage(who),
            *self._care(number, stays),
            *self._clinical(who, stays, chance),
        ]

    def _facts(self, number: int, chance: random.Random) -> Facts:
        return facts(self.markers, number, chance, self.now, may_be_dead=not self._active(number))

    def _active(self, number: int) -> bool:
        activity = self.activity
        return number in activity.stays or number in activity.visits or number in activity.treated

    def _stays(self, who: Facts, chance: random.Random) -> list[Visitable]:
        """Return the stays of the month, or else one of years ago."""
        known = self.activity.stays.get(who.number)
        if known:
            return [_visitable(stay) for stay in known]
        latest = (who.died or self.now - dt.timedelta(days=self.days + 1)) - dt.timedelta(
            hours=int(chance.random() * 30_000)
        )
        ward = one(chance, self.wards)
        return [
            Visitable(
                latest - dt.timedelta(hours=20 + int(chance.random() * 180)), latest, ward, one(chance, self._doctors)
            )
        ]

    def _coverage(self, who: Facts) -> list[Resource]:
        code = self.markers.code("mu", who.number)
        return [fhir.coverage(who, place, code) for place in range(len(who.covers))]

    def _care(self, number: int, stays: list[Visitable]) -> list[Resource]:
        code = self.markers.code("nda", number)
        found = [fhir.encounter(number, place, code, stay) for place, stay in enumerate(stays)]
        if stays[-1].end is None:
            here = [member for member in self.members if member.unit == stays[-1].unit.code]
            carers = [member for member in here if BY_PROFESSION[member.profession].shares_beds]
            found.append(fhir.care_team(number, len(found), code, stays[-1], [stays[-1].member, *carers[:1]]))
        for visit in self.activity.visits.get(number, ()):
            found.append(fhir.appointment(number, len(found), code, visit.at, visit.member, self.now))
        return found

    def _clinical(self, who: Facts, stays: list[Visitable], chance: random.Random) -> list[Resource]:
        number, stay = who.number, stays[-1]
        drug, other = self.markers.code("rx", number), self.markers.code("dx", number)
        diagnosis = PREGNANCY if stay.unit.code == "MAT" and who.female else one(chance, DIAGNOSES)
        found = [fhir.condition(number, 0, other, diagnosis, stay.start)]
        for _ in range(1 + int(chance.random() * 2)):
            found.append(fhir.prescription(number, len(found), drug, one(chance, DRUGS), stay))
        for _ in range(1 + int(chance.random() * 2)):
            code, text, low, high, unit = one(chance, MEASURES)
            value = round(low + chance.random() * (high - low), 1)
            found.append(fhir.observation(number, len(found), other, Coded(code, text), value, unit, stay.start))
        if chance.random() < 0.3:  # noqa: PLR2004
            found.append(fhir.allergy(number, len(found), other, one(chance, ALLERGIES)))
        if chance.random() < 0.25:  # noqa: PLR2004
            found.append(fhir.document(number, len(found), other, "Lettre de sortie", stay.end or stay.start))
        if who.died:
            found.append(fhir.document(number, len(found), other, "Certificat de décès", who.died))
        if stay.end is None:
            for code, what in (ORDERS[0], one(chance, ORDERS[1:])):
                at = max(stay.start, self.now - dt.timedelta(hours=int(chance.random() * 10)))
                found.append(fhir.order(number, len(found), other, what, self.unit(code), stay, at))
        return found


def _visitable(stay: Stay) -> Visitable:
    return Visitable(stay.start, stay.end, stay.ward, stay.attending)
