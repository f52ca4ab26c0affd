"""Facts turned into duties: for whom, from when, until when. What is over makes no row."""

import pytest
from django.db import IntegrityError, transaction

from ecluse.accounts.models import Account, Unit
from ecluse.core.words import DutyKind
from ecluse.gate.feeds import (
    AFTER_APPOINTMENT,
    AFTER_ORDER,
    AFTER_STAY,
    AT_THE_DESK,
    BILLING_WITHIN,
    CODING_WITHIN,
    COLUMNS,
    DAY,
    HOUR,
    ORDER_LASTS,
    PREPARE,
    Maker,
    Places,
    Row,
    add,
    of_appointment,
    of_care_team,
    of_encounter,
    of_list,
    of_order,
    of_treating_doctor,
    put,
    settled,
)
from ecluse.gate.models import FOREVER, Duty

NOW = 1_800_000_000
K = DutyKind
MAKER = Maker("feed", NOW, {K.ADMISSION: (90,), K.CODING: (91,), K.BILLING: (92,)})


def spans(rows: list[Row]) -> list[tuple[str, int | None, int, int]]:
    return [(row.kind, row.unit_id, row.since, row.until) for row in rows]


def test_a_stay_that_lasts_opens_the_ward_and_the_desk_of_its_start() -> None:
    start = NOW - DAY
    assert spans(of_encounter(MAKER, 1, 7, start, None, "Encounter/1")) == [
        ("encounter-in-unit", 7, start - PREPARE, FOREVER),
        ("admission", 90, start - AT_THE_DESK, start + AT_THE_DESK),
    ]


def test_a_stay_that_ended_leaves_time_to_write_code_and_bill() -> None:
    start, end = NOW - 20 * DAY, NOW - DAY
    assert spans(of_encounter(MAKER, 1, 7, start, end, "Encounter/1")) == [
        ("encounter-in-unit", 7, start - PREPARE, end + AFTER_STAY),
        ("admission", 90, end - AT_THE_DESK, end + AT_THE_DESK),
        ("coding", 91, end, end + CODING_WITHIN),
        ("billing", 92, end, end + BILLING_WITHIN),
    ]


@pytest.mark.parametrize(
    ("ended", "kinds"),
    [
        (8 * DAY, {"coding", "billing"}),
        (61 * DAY, {"billing"}),
        (91 * DAY, set()),
        (4000 * DAY, set()),
    ],
)
def test_g9_a_stay_of_the_past_explains_less_and_less_then_nothing(ended: int, kinds: set[str]) -> None:
    end = NOW - ended
    assert {row.kind for row in of_encounter(MAKER, 1, 7, end - 3 * DAY, end, "E/1")} == kinds


def test_g9_a_short_visit_gives_admissions_one_row_not_two() -> None:
    rows = of_encounter(MAKER, 1, 7, NOW - HOUR, NOW, "E/1")
    assert [row.kind for row in rows].count("admission") == 1


def test_g9_an_encounter_of_no_unit_opens_no_ward() -> None:
    assert of_encounter(Maker("feed", NOW), 1, None, NOW, None, "E/1") == []


def test_an_appointment_is_with_a_person_or_in_a_consultation_and_never_open_ended() -> None:
    rows = of_appointment(MAKER, 1, NOW, None, "Appointment/1", account=5, unit=8)
    assert [(row.account_id, row.unit_id) for row in rows] == [(5, None), (None, 8)]
    assert {row.until for row in rows} == {NOW + HOUR + AFTER_APPOINTMENT}
    assert of_appointment(MAKER, 1, NOW, None, "A/1") == []
    assert of_appointment(MAKER, 1, NOW - 30 * DAY, None, "A/1", account=5) == []


def test_an_order_is_open_for_a_month_at_most() -> None:
    [waiting] = of_order(MAKER, 1, 8, NOW, None, "ServiceRequest/1")
    [done] = of_order(MAKER, 1, 8, NOW - DAY, NOW, "ServiceRequest/1")
    assert (waiting.until, done.until) == (NOW + ORDER_LASTS, NOW + AFTER_ORDER)
    assert of_order(MAKER, 1, None, NOW, None, "S/1") == []
    assert of_order(MAKER, 1, 8, NOW - 31 * DAY, None, "S/1") == []


def test_teams_doctors_and_lists() -> None:
    team = of_care_team(MAKER, 1, [5, 6], [8], NOW - DAY, None, "CareTeam/1")
    assert [(row.account_id, row.unit_id) for row in team] == [(5, None), (6, None), (None, 8)]
    assert of_care_team(MAKER, 1, [], [], NOW, None, "CareTeam/1") == []
    assert of_care_team(MAKER, 1, [5], [], NOW - DAY, NOW - 1, "CareTeam/1") == []
    assert of_treating_doctor(MAKER, 1, None, NOW, "Patient/0") == []
    [doctor] = of_treating_doctor(MAKER, 1, 5, NOW, "Patient/0")
    assert (doctor.kind, doctor.account_id, doctor.until) == ("treating-doctor", 5, FOREVER)
    listed = of_list(MAKER, K.FEED, [1, 2, 3], 9, NOW, NOW + DAY, "hl7")
    assert [(row.patient_id, row.kind, row.unit_id) for row in listed] == [(n, "feed", 9) for n in (1, 2, 3)]


@pytest.mark.parametrize("wrong_end", [NOW - 5 * DAY, NOW - 1])
def test_an_end_before_the_start_is_taken_as_the_start(wrong_end: int) -> None:
    [row] = of_order(MAKER, 1, 8, NOW, wrong_end, "S/1")
    assert row.since < row.until == NOW + AFTER_ORDER


def test_g3_every_row_says_who_caused_it() -> None:
    rows = of_encounter(MAKER, 1, 7, NOW, None, "E/1") + of_order(MAKER, 1, 8, NOW, None, "S/1")
    assert {(row.made_by, row.made_at) for row in rows} == {("feed", NOW)}


def test_the_columns_are_those_of_the_table() -> None:
    fields = {field.column for field in Duty._meta.get_fields() if field.column != "id"}  # type: ignore[union-attr]
    assert set(COLUMNS) == fields


@pytest.fixture
def places(db: None) -> Places:
    """Read a small hospital."""
    for code, kind in (("ward", "ward"), ("adm", "admissions"), ("dim", "coding"), ("bil", "billing")):
        Unit.objects.create(code=code, name=code, kind=kind)
    Account.objects.create(username="d.treating", display_name="D", rpps="10000000001", password="!")
    return Places.read()


def test_places_know_units_people_and_desks(places: Places) -> None:
    assert set(places.units) == {"ward", "adm", "dim", "bil"}
    assert places.rpps["10000000001"] == places.accounts["d.treating"]
    assert {kind: len(units) for kind, units in places.desks.items()} == {K.ADMISSION: 1, K.CODING: 1, K.BILLING: 1}


def test_put_replaces_what_the_same_resource_gave_and_nothing_else(places: Places) -> None:
    maker, ward = places.maker("feed", NOW), places.units["ward"]
    put(of_encounter(maker, 1, ward, NOW, None, "Encounter/1"), patient=1, source="Encounter/1")
    put(of_encounter(maker, 1, ward, NOW, None, "Encounter/2"), patient=1, source="Encounter/2")
    put(of_encounter(maker, 2, ward, NOW, None, "Encounter/1"), patient=2, source="Encounter/1")
    before = Duty.objects.count()
    put(of_encounter(maker, 1, ward, NOW - 40 * DAY, NOW - 30 * DAY, "Encounter/1"), patient=1, source="Encounter/1")
    kinds = set(Duty.objects.filter(patient_id=1, source="Encounter/1").values_list("kind", flat=True))
    assert kinds == {"coding", "billing"}
    put([], patient=1, source="Encounter/1")
    assert Duty.objects.count() == before - 2
    assert not Duty.objects.filter(patient_id=1, source="Encounter/1").exists()


def test_rows_of_many_patients_are_added_in_one_go(places: Places) -> None:
    maker = places.maker("import:op", NOW)
    add([row for number in range(600) for row in of_order(maker, number, places.units["ward"], NOW, None, "S/1")])
    assert Duty.objects.count() == 600


def test_a_row_that_names_nobody_is_refused_by_the_database_too(places: Places) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        add([Row("feed", 1, None, None, NOW, NOW + 1, "feed", NOW, "")])


def stay(made_by: str, until: int | None = None, unit: int = 7) -> Row:
    [made] = of_encounter(Maker(made_by, NOW), 1, unit, NOW - DAY, until, "Encounter/1")
    return made


def test_g3_amending_an_encounter_does_not_lend_ones_name_to_its_author() -> None:
    """X forged an encounter; an honest Y corrects it. It still explains nothing to X."""
    assert settled([stay("x")], [stay("y")]) == [stay("x")]
    assert settled([stay("x")], [stay("y", NOW)]) == [stay("x", NOW)]


def test_g3_amending_an_encounter_does_not_take_ones_own_duty_away() -> None:
    assert settled([stay("feed")], [stay("y", NOW)]) == [stay("feed", NOW)]


def test_g3_going_beyond_what_was_said_is_the_work_of_who_says_it() -> None:
    short, long = stay("feed", NOW), stay("x", NOW + 300 * DAY)
    assert settled([short], [long]) == [short, long]
    assert settled([short, long], [stay("y", NOW + 300 * DAY)]) == [short, long]
    other_ward = stay("x", unit=8)
    assert settled([stay("feed")], [other_ward]) == [other_ward]


def test_g3_what_is_no_longer_said_is_gone_and_the_same_author_replaces_their_own() -> None:
    assert settled([stay("feed")], []) == []
    assert settled([stay("x")], [stay("x", NOW)]) == [stay("x", NOW)]
