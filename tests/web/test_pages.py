"""Pages of records: what each profession is not shown, before what it is."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from ecluse.record.models import Part
from ecluse.safe.trace_reader import entries

As = Callable[..., Client]
CARD = ("CARD",)


def text(client: Client, path: str, **more: str) -> str:
    answer = client.get(path, headers=more)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


@pytest.mark.parametrize("profession", ["it-administrator", "security-officer", "dpo"])
def test_whoever_runs_or_controls_the_place_opens_no_record(someone: As, odile: str, profession: str) -> None:
    client = someone(profession, units=CARD)
    for path in ("", "print/", "contact/", "coverage/", "prescribe/", "contacts/", "document/1/"):
        answer = client.get(f"/patient/{odile}/{path}")
        assert answer.status_code == 403
        assert "LEFEBVRE" not in answer.content.decode()


def test_an_unexplained_record_shows_nothing_of_the_patient_but_a_question(someone: As, stranger: str) -> None:
    answer = someone("nurse", units=CARD).get(f"/patient/{stranger}/")
    assert answer.status_code == 403
    said = answer.content.decode()
    assert "MERCIER" not in said
    assert "Bisoprolol" not in said
    assert "Cache-Control" in answer.headers


@pytest.mark.parametrize(
    "path", ["contact/", "coverage/", "print/", "prescribe/", "contacts/", "opened/", "document/1/"]
)
def test_no_side_door_of_an_unexplained_record_is_open(someone: As, stranger: str, path: str) -> None:
    answer = someone("physician", units=CARD).get(f"/patient/{stranger}/{path}")
    assert answer.status_code == 403
    assert "MERCIER" not in answer.content.decode()


def test_a_secretary_sees_no_prescription(someone: As, odile: str) -> None:
    client = someone("secretary", units=CARD)
    said = text(client, f"/patient/{odile}/")
    assert "LEFEBVRE" in said
    assert "Bisoprolol" not in said
    assert "Bisoprolol" not in text(client, f"/patient/{odile}/print/")
    assert client.get(f"/patient/{odile}/prescribe/").status_code == 403


def test_an_aide_sees_no_address_and_prints_nothing(someone: As, odile: str) -> None:
    client = someone("aide", units=CARD)
    assert "06 39 98" not in text(client, f"/patient/{odile}/")
    assert client.get(f"/patient/{odile}/contact/").status_code == 404
    assert client.get(f"/patient/{odile}/print/").status_code == 403


def test_a_nurse_reads_no_coverage_and_does_not_prescribe(someone: As, odile: str) -> None:
    client = someone("nurse", units=CARD)
    said = text(client, f"/patient/{odile}/")
    assert "Bisoprolol" in said
    assert "part-coverage" not in said
    assert client.get(f"/patient/{odile}/coverage/").status_code == 404
    assert client.get(f"/patient/{odile}/prescribe/").status_code == 403
    assert client.post(f"/patient/{odile}/prescribe/", {"drug": "x", "dose": "y"}).status_code == 403


def test_the_summary_asks_for_no_contact_and_no_coverage(someone: As, odile: str) -> None:
    said = text(someone("physician", units=CARD), f"/patient/{odile}/")
    assert "06 39 98" not in said
    assert "Mutuelle" not in said
    assert "Dr Fabre" in said


def test_a_part_opened_inside_the_page_is_a_part_and_no_page(someone: As, odile: str) -> None:
    said = text(someone("physician", units=CARD), f"/patient/{odile}/contact/", HX_Request="true")
    assert "06 39 98" in said
    assert "<html" not in said
    assert "LEFEBVRE" not in said, "the narrowest scope: contacts alone"


def test_without_script_the_part_comes_with_the_record(someone: As, odile: str) -> None:
    said = text(someone("physician", units=CARD), f"/patient/{odile}/coverage/")
    assert "Mutuelle du Halage" in said
    assert "LEFEBVRE" in said


@pytest.mark.parametrize("part", ["identity", "clinical", "care", "everything"])
def test_no_other_part_can_be_named(someone: As, odile: str, part: str) -> None:
    assert someone("physician", units=CARD).get(f"/patient/{odile}/{part}/").status_code == 404


def test_a_reference_that_is_nobody_s(someone: As) -> None:
    assert someone("physician").get(f"/patient/{'0' * 32}/").status_code == 404


def test_the_work_list_holds_one_s_own_patients_alone(someone: As, odile: str, stranger: str) -> None:
    said = text(someone("nurse", units=CARD), "/")
    assert "LEFEBVRE" in said
    assert "MERCIER" not in said
    assert "LEFEBVRE" not in text(someone("midwife", units=("MAT",)), "/")


@pytest.mark.parametrize("page", ["0", "-1", "11", "x", "\uff11"])
def test_the_work_list_has_no_page_beyond_its_end(someone: As, page: str) -> None:
    assert someone("nurse", units=CARD).get("/", {"page": page}).status_code == 400


def test_a_unit_that_is_not_one_s_own_is_not_shown(someone: As, odile: str) -> None:
    client = someone("resident", units=("URG",))
    for unit in ("1", "2", "3", "99", "x"):
        assert "LEFEBVRE" not in text(client, f"/?unit={unit}")


@pytest.mark.parametrize("words", ["le", "", "   ", "%%%", "a b"])
def test_a_search_too_short_finds_nobody(someone: As, odile: str, words: str) -> None:
    answer = someone("nurse", units=CARD).post("/search/", {"words": words})
    assert answer.status_code == 200
    assert "LEFEBVRE" not in answer.content.decode()


def test_a_search_finds_nobody_by_its_address(someone: As, odile: str) -> None:
    assert "LEFEBVRE" not in text(someone("nurse", units=CARD), "/search/?words=Lefebvre&q=Lefebvre")


def test_a_search_finds_one_s_own_patient(someone: As, odile: str) -> None:
    answer = someone("nurse", units=CARD).post("/search/", {"words": "lefebvre"})
    assert "LEFEBVRE Odile" in answer.content.decode()


def test_a_search_by_name_alone_does_not_find_a_stranger(someone: As, stranger: str) -> None:
    client = someone("physician", units=CARD)
    assert "MERCIER" not in client.post("/search/", {"words": "mercier theo"}).content.decode()
    assert "MERCIER" in client.post("/search/", {"words": "mercier theo 1939-07-25"}).content.decode()


def test_a_prescription_without_a_dose_writes_nothing(someone: As, odile: str) -> None:
    before = Part.objects.count()
    answer = someone("physician", units=CARD).post(f"/patient/{odile}/prescribe/", {"drug": "Ramipril", "dose": ""})
    assert answer.status_code == 400
    assert Part.objects.count() == before


def test_a_prescription_is_written_and_shown(someone: As, odile: str) -> None:
    client = someone("physician", units=CARD)
    answer = client.post(f"/patient/{odile}/prescribe/", {"drug": "Ramipril 5 mg", "dose": "le soir", "days": "30"})
    assert answer.status_code == 302
    assert "Ramipril 5 mg" in text(client, f"/patient/{odile}/")


def test_contacts_changed_by_somebody_else_meanwhile_are_not_overwritten(someone: As, odile: str) -> None:
    client = someone("nurse", units=CARD)
    form = {"mobile": "06 39 98 11 11", "version": "1"}
    assert client.post(f"/patient/{odile}/contacts/", form).status_code == 302
    stale = client.post(f"/patient/{odile}/contacts/", form | {"mobile": "06 39 98 22 22"})
    assert stale.status_code == 409
    said = text(client, f"/patient/{odile}/contact/", HX_Request="true")
    assert "06 39 98 11 11" in said
    assert "06 39 98 22 22" not in said


@pytest.mark.parametrize("mobile", ["<script>", "call me", "06" * 40])
def test_contacts_that_are_none_change_nothing(someone: As, odile: str, mobile: str) -> None:
    client = someone("nurse", units=CARD)
    assert client.post(f"/patient/{odile}/contacts/", {"mobile": mobile, "version": "1"}).status_code == 400
    assert "06 39 98 00 17" in text(client, f"/patient/{odile}/contact/", HX_Request="true")


def test_a_carer_sees_which_profession_opened_a_record_and_no_name(someone: As, odile: str) -> None:
    text(someone("physician", units=CARD, name="p.secret"), f"/patient/{odile}/")
    said = text(someone("nurse", units=CARD), f"/patient/{odile}/opened/")
    assert "Physician" in said
    assert "P.Secret" not in said


def test_the_officer_sees_names_of_staff_and_none_of_patients(someone: As, odile: str) -> None:
    text(someone("physician", units=CARD, name="p.secret"), f"/patient/{odile}/")
    said = text(someone("dpo"), f"/patient/{odile}/opened/")
    assert "P.Secret" in said
    assert "LEFEBVRE" not in said


def test_every_page_forbids_to_be_kept_and_to_run_foreign_script(someone: As, odile: str) -> None:
    client = someone("physician", units=CARD)
    for path in ("/", "/search/", f"/patient/{odile}/", f"/patient/{odile}/print/", "/nowhere/"):
        answer = client.get(path)
        assert "no-store" in answer.headers["Cache-Control"], path
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "script-src 'self'" in policy
        assert b"<style" not in answer.content
        assert b" style=" not in answer.content
        assert b" onclick=" not in answer.content


def test_a_redirect_asked_in_part_takes_the_whole_window(db: None) -> None:
    answer = Client().get("/search/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/accounts/login/")


def test_a_form_from_elsewhere_is_refused(odile: str) -> None:
    answer = Client(enforce_csrf_checks=True).post("/search/", {"words": "lefebvre"})
    assert answer.status_code == 403


def test_the_language_follows_the_choice_of_the_person(someone: As, odile: str) -> None:
    client = someone("nurse", units=CARD)
    assert 'lang="en"' in text(client, "/")
    client.post("/language/", {"language": "fr", "next": "/"})
    said = text(client, "/")
    assert 'lang="fr"' in said
    assert "Mes patients" in said


def test_r9_a_search_page_is_the_same_whether_or_not_a_stranger_fits(someone: As, stranger: str) -> None:
    client = someone("dim-physician", units=CARD)
    pages = [
        client.post("/search/", {"words": words}, headers={"HX-Request": "true"})
        for words in ("Théo Mercier 1939-07-25", "Théo Mercier 1939-07-26")
    ]
    assert [page.status_code for page in pages] == [200, 200]
    assert pages[0].content == pages[1].content


def test_r10_whoever_reads_no_care_does_not_read_which_units_opened_a_record(someone: As, odile: str) -> None:
    text(someone("physician", units=CARD), f"/patient/{odile}/")
    assert someone("admissions", units=CARD).get(f"/patient/{odile}/opened/").status_code == 403


@pytest.mark.parametrize("profession", ["dpo", "security-officer"])
def test_r10_reading_who_opened_a_record_is_an_entry_of_the_trace(
    someone: As, odile: str, home: Path, profession: str
) -> None:
    client = someone(profession)
    text(client, f"/patient/{odile}/opened/")
    reading = [entry for entry in entries(home / "safe") if entry.patient == odile and entry.profession == profession]
    assert [(entry.rule, entry.ground) for entry in reading] == [("trace-read", None)]


def test_r11_guessing_references_on_pages_is_traced_and_locks_the_guesser_out(someone: As, home: Path) -> None:
    client = someone("nurse", units=CARD, name="g.guesser")
    for number in range(15):
        assert client.get(f"/patient/{number:032x}/").status_code == 404
    guesses = [entry for entry in entries(home / "safe") if entry.account == "g.guesser" and entry.rule == "absent"]
    assert len(guesses) == 15
    assert client.get("/").status_code == 403
