"""Mediboard's tables: who looked, exported, changed; the same row once, whatever form it comes in."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from ecluse.core.events import (
    Access,
    AccountAct,
    AccountEvent,
    Care,
    CareKind,
    Deed,
    Event,
    Fault,
    Integrity,
    PatientFacts,
    Person,
)
from ecluse.sources import mediboard
from ecluse.sources.base import Reject, Tally

Rows = dict[str, list[dict[str, str | None]]]
Dump = Callable[..., Path]
Listed = Callable[..., list[Path]]
Told = Callable[..., tuple[list[Event], Tally, list[Reject]]]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def person(number: str, login: str, kind: str = "13", **more: str | None) -> dict[str, str | None]:
    return {
        "user_id": number,
        "user_username": login,
        "user_type": kind,
        "user_first_name": "Prénom",
        "user_last_name": f"ESSAI-{login.upper()}",
        "template": "0",
        "dont_log_connection": "0",
        **more,
    }


def names(*family: str | None) -> list[dict[str, str | None]]:
    return [
        {"patient_id": str(number), "nom": name, "nom_jeune_fille": None, "prenom": "A", "naissance": "1950-01-01"}
        for number, name in enumerate(family, 1)
    ]


def export(number: int, time: str, start: int, **more: object) -> dict[str, str | None]:
    asked = {"m": "patients", "dosql": "do_export_patients", "start": str(start), "step": "2", "all_prats": "true"}
    return {
        "long_request_log_id": str(number),
        "datetime": f"2031-03-14 {time}:00",
        "duration": "12.5",
        "user_id": "7",
        "query_params_get": None,
        "query_params_post": json.dumps({**asked, "login": "x:Zq9secret", **more}),
    }


def view(number: int, time: str, stay: str = "20", user: str = "7", **more: str) -> dict[str, str | None]:
    row: dict[str, str | None] = {"access_id": str(number), "user_id": user, "datetime": time, "object_id": stay}
    return {**row, "object_class": "CSejour", "group_id": "1", **more}


def change(number: int, kind: str, act: str = "store", **more: str | None) -> dict[str, str | None]:
    row: dict[str, str | None] = {"user_log_id": str(number), "user_id": "7", "object_id": "33", "object_class": kind}
    return {**row, "type": act, "date": "2031-03-05 09:12:05", "fields": "", "ip_address": "0x0A14010C", **more}


def login(number: int, **more: str | None) -> dict[str, str | None]:
    row: dict[str, str | None] = {"user_authentication_id": str(number), "user_id": "7", "auth_method": "basic"}
    row |= {"datetime_login": "2031-03-14 02:06:52", "id_address": "203.0.113.45", "session_id": "Zq9session"}
    return {**row, "screen_width": "1024", "screen_height": "768", "user_agent_id": "3", **more}


STAY: dict[str, str | None] = {
    "sejour_id": "20",
    "patient_id": "1020",
    "praticien_id": "8",
    "entree": "2031-03-01 10:00:00",
    "sortie": "2031-03-09 10:00:00",
    "annule": "0",
}
WORLD: Rows = {
    "functions_mediboard": [{"function_id": "4", "group_id": "1", "text": "Étage A"}],
    "sejour": [STAY],
    "user_agent": [
        {"user_agent_id": "3", "user_agent_string": "x", "browser_name": "Firefox", "browser_version": "128"}
    ],
    "users": [person("7", "essai.lynx"), person("8", "essai.ours"), person("2", "Profil", template="1")],
    "users_mediboard": [{"user_id": "8", "function_id": "4", "actif": "1", "fin_activite": "2031-12-31"}],
}


def of(kind: type[Event], events: list[Event]) -> list[Event]:
    return [event for event in events if isinstance(event, kind)]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_l5_the_same_row_is_the_same_event_from_dump_and_csv(
    dump: Dump, listed: Listed, told: Told, encoding: str
) -> None:
    override: dict[str, str | None] = {"bris_id": "5", "date": "2031-03-08 22:47:09", "user_id": "7", "group_id": "1"}
    override |= {"object_id": "20", "object_class": "CSejour", "comment": "Zq9clinical"}
    logs: Rows = {
        "bris_de_glace": [override],
        "log_access_medical_object": [view(1, "2031-03-03 06:00:00"), view(2, "2031-03-03 07:00:00")],
        "user_authentication": [login(11)],
        "user_log": [change(512, "CSejour", object_id="20"), change(513, "CPatient", "create", object_id="9")],
    }
    whole: Rows = {**logs, **WORLD}
    from_dump, tally, rejects = told(mediboard, dump(whole, "a.sql.gz", encoding))
    from_csv, *_ = told(mediboard, *listed(whole))
    key = repr
    assert sorted(from_dump, key=key) == sorted(from_csv, key=key)
    assert not rejects
    assert tally.lines == 13
    assert "Zq9" not in repr(from_dump)
    assert [event for event in from_dump if isinstance(event, Access)] == [
        Access(
            at("2031-03-08T22:47:09"), "essai.lynx", Deed.BREAK_GLASS, "1020", site="1", route="CSejour",
            request="reason of 11 characters", source="mediboard/bris_de_glace", row=5,
        ),
        Access(
            at("2031-03-03T06:00:00"), "essai.lynx", Deed.READ, "1020", grain=3600, site="1", route="CSejour",
            source="mediboard/log_access_medical_object", row=1,
        ),
        Access(
            at("2031-03-03T07:00:00"), "essai.lynx", Deed.READ, "1020", grain=3600, site="1", route="CSejour",
            source="mediboard/log_access_medical_object", row=2,
        ),
        Access(
            at("2031-03-05T09:12:05"), "essai.lynx", Deed.WRITE, "1020", address="10.20.1.12", route="CSejour",
            source="mediboard/user_log", row=512,
        ),
        Access(
            at("2031-03-05T09:12:05"), "essai.lynx", Deed.CREATE, "9", address="10.20.1.12", route="CPatient",
            source="mediboard/user_log", row=513,
        ),
    ]  # fmt: skip


def test_l5_a_page_of_the_screen_adds_only_rows_that_no_table_holds(tmp_path: Path, dump: Dump, told: Told) -> None:
    page = tmp_path / "page.csv"
    lines = [
        '"Classe";"Id";"IP";"Utilisateur";"Date";"Type";"Champs";',
        '"Séjour";"20";"10.20.1.12";"ESSAI-ESSAI.LYNX Prénom";"05/03/2031 09:12:05";"Modification";"annule, type";',
        '"Patient";"9";"10.20.1.12";"ESSAI-ESSAI.LYNX Prénom";"06/03/2031 10:00:00";"Création";"nom";',
        '"Patient";"9";"10.20.1.12";"Inconnu";"pas une date";"Création";"nom";',
    ]
    page.write_bytes("\r\n".join(lines).encode("latin-1"))
    table = dump({"user_log": [change(512, "CSejour", object_id="20")], **WORLD})
    events, tally, rejects = told(mediboard, page, table)
    accesses = [event for event in events if isinstance(event, Access)]
    assert [(event.account, event.patient, event.deed, event.source) for event in accesses] == [
        ("essai.lynx", "9", Deed.CREATE, "mediboard/view_history"),
        ("essai.lynx", "1020", Deed.WRITE, "mediboard/user_log"),
    ]
    assert tally.skipped["a page of the screen: the row is in the table too"] == 1
    assert [reject.line for reject in rejects] == [4]


@pytest.mark.parametrize(
    ("times", "grain"),
    [
        (["06:00:00", "07:00:00"], 3600),
        (["06:00:00", "07:10:00"], 600),
        (["06:00:00", "07:11:00"], 60),
        (["06:00:00", "07:11:12"], 0),
        (["00:00:00", "00:00:00"], 86400),
    ],
)
def test_l9_the_rounding_of_views_is_found_in_the_times(dump: Dump, told: Told, times: list[str], grain: int) -> None:
    rows = [view(number, f"2031-03-0{number} {time}") for number, time in enumerate(times, 1)]
    events, *_ = told(mediboard, dump({"log_access_medical_object": rows}))
    assert {event.grain for event in events if isinstance(event, Access)} == {grain}


def test_views_of_stays_that_no_table_tells_are_counted_by_the_stay(dump: Dump, told: Told) -> None:
    events, tally, _ = told(mediboard, dump({"log_access_medical_object": [view(1, "2031-03-03 06:00:00")]}))
    assert [(event.account, event.patient) for event in events if isinstance(event, Access)] == [("7", "CSejour-20")]
    assert any("by the stay" in said for said in tally.said)


def test_l9_the_steps_of_an_export_name_their_patients_in_the_program_s_order(dump: Dump, told: Told) -> None:
    family = ["ÉTÉ", "Zorro", "ÖSTER", "abel", "ÅKE", None, "ete", "Ü", "ÄRLA", "Ylva"]
    rows = [export(1, "02:09", 0), export(2, "02:10", 2), export(3, "02:11", 6), export(4, "02:12", 10)]
    events, tally, _ = told(mediboard, dump({"long_request_log": rows, "patients": names(*family), **WORLD}))
    exports = [event for event in events if isinstance(event, Access)]
    named = [event.patient for event in exports]
    by_name = {str(number): name for number, name in enumerate(family, 1)}
    assert [by_name.get(patient, patient) for patient in named] == [
        None, "abel", "ÉTÉ", "ete", "", "Zorro", "ÅKE", "", "",
    ]  # fmt: skip
    assert [event.shown for event in exports] == [1, 1, 1, 1, 2, 1, 1, 2, 0]
    assert all(event.at_least and event.account == "essai.lynx" and event.grain == 60 for event in exports)
    assert exports[4].request.startswith("start=4 step=2: no row of its own")
    assert len({(event.source, event.row) for event in exports}) == len(exports)
    assert "Zq9" not in repr(events)
    assert any("only steps slower" in said for said in tally.said)


@pytest.mark.parametrize(
    ("more", "tables"),
    [({}, {}), ({"date_min": "2031-01-01"}, {"patients": names("a", "b", "c")})],
)
def test_l9_a_step_whose_patients_cannot_be_told_counts_at_least(
    dump: Dump, told: Told, more: dict[str, object], tables: Rows
) -> None:
    events, *_ = told(mediboard, dump({"long_request_log": [export(1, "02:09", 0, **more)], **tables}))
    (event,) = [event for event in events if isinstance(event, Access)]
    assert (event.patient, event.shown, event.at_least, event.row) == ("", 2, True, 1)


def test_an_export_for_one_practitioner_names_that_practitioner_s_patients(dump: Dump, told: Told) -> None:
    stays = [{**STAY, "patient_id": patient, "praticien_id": doctor} for patient, doctor in [("3", "8"), ("1", "9")]]
    row = export(1, "11:03", 0, all_prats="", praticien_id=["8"])
    events, *_ = told(mediboard, dump({"long_request_log": [row], "patients": names("a", "b", "c"), "sejour": stays}))
    assert [event.patient for event in events if isinstance(event, Access)] == ["3"]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (export(1, "02:09", 0), export(2, "02:59", 6)),
        (export(1, "02:09", 0), {**export(2, "02:10", 6), "user_id": "8"}),
        (export(1, "02:09", 0), export(2, "02:10", 6, step="3")),
        (export(1, "02:09", 6), export(2, "02:10", 0)),
        (export(1, "02:09", 0), export(2, "02:10", 2)),
    ],
)
def test_no_step_is_made_up_between_two_that_are_no_run(
    dump: Dump, told: Told, earlier: dict[str, str | None], later: dict[str, str | None]
) -> None:
    events, *_ = told(mediboard, dump({"long_request_log": [earlier, later]}))
    assert len(of(Access, events)) == 2


@pytest.mark.parametrize(
    ("asked", "deed", "patient", "shown"),
    [
        ({"m": "soins", "a": "offline_sejours", "service_id": "1"}, Deed.PRINT, "", 1),
        ({"m": "system", "a": "export_object", "object_guid": "CPatient-42"}, Deed.EXPORT, "42", 1),
        ({"m": "system", "a": "export_object", "object_guid": "CSejour-20"}, Deed.EXPORT, "1020", 1),
        ({"m": "dPpatients", "a": "vw_full_patients", "patient_id": "42"}, Deed.EVERYTHING, "42", 1),
        ({"m": "dPpatients", "a": "ajax_recherche_dossier_clinique", "export": "0"}, Deed.SEARCH, "", 1),
        ({"m": "dPpatients", "a": "ajax_recherche_dossier_clinique", "export": "1"}, Deed.EXPORT, "", 1),
        ({"m": "dPstats", "tab": "vw_hospitalisation"}, Deed.REPORT, "", 0),
        ({"m": "dPcabinet", "a": "edit", "patient_id": "42"}, Deed.READ, "42", 1),
        ({"m": "dPcabinet", "a": "vw_planning"}, None, "", 0),
        ({"m": "dPpatients", "a": "vw_export_patients"}, None, "", 0),
    ],
)
def test_a_slow_request_is_judged_by_what_it_asked_for(
    dump: Dump, told: Told, asked: dict[str, str], deed: Deed | None, patient: str, shown: int
) -> None:
    row = {**export(1, "10:00", 0), "query_params_get": json.dumps(asked), "query_params_post": None}
    events, tally, _ = told(mediboard, dump({"long_request_log": [row], **WORLD}))
    found = [(event.deed, event.patient, event.shown) for event in events if isinstance(event, Access)]
    assert found == ([(deed, patient, shown)] if deed else [])
    assert bool(deed) != any("shows no patient" in why for why in tally.skipped)


def test_l9_counts_of_exports_are_told_of_nobody_and_other_counts_skipped(dump: Dump, told: Told) -> None:
    def count(number: int, action: str, queries: str) -> dict[str, str | None]:
        row: dict[str, str | None] = {"accesslog_id": str(number), "module_action_id": action, "hits": "2"}
        return {**row, "period": "2031-03-14 02:10:00", "nb_requests": queries, "aggregate": "10"}

    actions = [("1", "dPpatients", "1"), ("2", "dPpatients", "do_export_patients"), ("3", "soins", "vw_idx_sejour")]
    tables: Rows = {
        "access_log": [count(1, "1", "30000"), count(2, "1", "30"), count(3, "2", "9"), count(4, "3", "99999")],
        "module_action": [{"module_action_id": a, "module": b, "action": c} for a, b, c in actions],
    }
    events, tally, _ = told(mediboard, dump(tables))
    found = [event for event in events if isinstance(event, Access)]
    assert [(event.row, event.account, event.at_least, event.grain) for event in found] == [
        (1, "", True, 600),
        (3, "", True, 600),
    ]
    assert tally.skipped.total() == 2 + 3


def test_logins_carry_device_and_address_and_never_the_session_itself(dump: Dump, told: Told) -> None:
    old = login(3, session_id="", id_address="")
    events, tally, _ = told(mediboard, dump({"user_authentication": [old, login(11), login(12), login(14)], **WORLD}))
    first = next(event for event in events if isinstance(event, AccountEvent))
    assert (first.account, first.act, first.row) == ("essai.lynx", AccountAct.LOGIN, 11)
    assert (first.device, first.address) == ("Firefox 128 1024x768", "203.0.113.45")
    assert len(first.session) == 16
    assert "Zq9" not in repr(events)
    assert any("copied from an older log" in why for why in tally.skipped)
    missing = [event for event in events if isinstance(event, Integrity)]
    assert [(event.fault, event.first, event.last) for event in missing] == [(Fault.ROWS_MISSING, 13, 13)]


def test_a_link_that_opens_a_session_is_a_factor_and_its_secret_is_not_kept(dump: Dump, told: Told) -> None:
    row: dict[str, str | None] = {"view_access_token_id": "8", "user_id": "7", "datetime_start": "2031-03-14 02:19:50"}
    row |= {"ttl_hours": "720", "params": "m=dPpatients&a=vw_export_patients&x=Zq9", "hash": "Zq9", "restricted": "0"}
    events, *_ = told(mediboard, dump({"view_access_token": [row]}))
    (event,) = [event for event in events if isinstance(event, AccountEvent)]
    assert event.act is AccountAct.FACTOR
    assert event.detail == "link without password for 720 h to dPpatients/vw_export_patients, not bound to one screen"


@pytest.mark.parametrize(
    ("kind", "act", "fields", "extra", "expected"),
    [
        ("CPermModule", "create", "permission", None, AccountAct.GRANT),
        ("CPermModule", "delete", "", "a label", AccountAct.REVOKE),
        ("CPermObject", "create", "", None, AccountAct.GRANT),
        ("CViewAccessToken", "create", "hash", None, AccountAct.FACTOR),
        ("CUser", "create", "", None, AccountAct.CREATED),
        ("CUser", "delete", "", None, AccountAct.DISABLED),
        ("CUser", "store", "user_password user_salt", "{}", AccountAct.PASSWORD),
        ("CUser", "store", "dont_log_connection", '{"dont_log_connection":"0"}', AccountAct.LOG_OFF),
        ("CUser", "store", "dont_log_connection", '{"dont_log_connection":"1"}', None),
        ("CUser", "store", "profile_id", '{"profile_id":"5"}', AccountAct.GRANT),
        ("CUser", "store", "user_login_errors", '{"user_login_errors":"5"}', AccountAct.UNLOCK),
        ("CUser", "store", "user_login_errors", '{"user_login_errors":"1"}', None),
        ("CUser", "store", "user_last_login", "not json", None),
        ("CMediusers", "store", "actif", '{"actif":"1"}', AccountAct.DISABLED),
        ("CMediusers", "store", "actif", '{"actif":"0"}', AccountAct.GRANT),
        ("CMediusers", "store", "use_bris_de_glace", '{"use_bris_de_glace":"1"}', AccountAct.LOG_OFF),
        ("CProductStock", "store", "quantity", "{}", None),
    ],
)
def test_work_on_accounts_and_rights_is_told_as_such(
    dump: Dump, told: Told, kind: str, act: str, fields: str, extra: str | None, expected: AccountAct | None
) -> None:
    row = change(1, kind, act, fields=fields, extra=extra, object_id="8")
    rights = [{"perm_module_id": "8", "user_id": "8", "mod_id": "5", "permission": "2", "view": "2"}]
    events, tally, _ = told(mediboard, dump({"perm_module": rights, "user_log": [row], **WORLD}))
    assert not of(Access, events)
    assert [event.act for event in events if isinstance(event, AccountEvent)] == ([expected] if expected else [])
    assert (expected is None) == any("neither a patient" in why for why in tally.skipped)


def test_a_grant_names_who_got_it_and_who_gave_it(dump: Dump, told: Told) -> None:
    tables: Rows = {
        "modules": [{"mod_id": "5", "mod_name": "dPpatients"}],
        "perm_module": [{"perm_module_id": "33", "user_id": "8", "mod_id": "5", "permission": "2", "view": "1"}],
        "user_log": [change(1, "CPermModule", "create")],
    }
    events, *_ = told(mediboard, dump({**tables, **WORLD}))
    (event,) = [event for event in events if isinstance(event, AccountEvent)]
    assert (event.account, event.by, event.detail) == (
        "essai.ours", "essai.lynx", "module dPpatients, permission 2, view 1",
    )  # fmt: skip


def test_the_newer_split_of_the_log_of_changes_is_read_too(dump: Dump, told: Told) -> None:
    row: dict[str, str | None] = {"user_action_id": "4", "user_id": "7", "object_class_id": "2", "object_id": "20"}
    row |= {"type": "store", "date": "2031-03-05 09:12:05"}
    classes: Rows = {"object_class": [{"object_class_id": "2", "object_class": "CSejour"}], "user_action": [row]}
    events, *_ = told(mediboard, dump({**classes, **WORLD}))
    (event,) = [event for event in events if isinstance(event, Access)]
    assert (event.patient, event.route, event.source, event.row) == ("1020", "CSejour", "mediboard/user_action", 4)


def test_staff_stays_and_patients_give_people_care_and_blind_spots(dump: Dump, told: Told) -> None:
    tables: Rows = {
        **WORLD,
        "patients": [{**names("ESSAI-A")[0], "cp": "99001", "tel": "0639980000", "vip": "1"}],
        "user_log": [change(1, "CSejour", "create", object_id="20")],
        "users": [
            *WORLD["users"],
            person("14", "svc-planning", "14", dont_log_connection="1"),
            person("15", "telemaint", "1", dont_log_connection="1"),
        ],
    }
    events, *_ = told(mediboard, dump(tables))
    people = {event.account: event for event in events if isinstance(event, Person)}
    assert set(people) == {"essai.lynx", "essai.ours", "svc-planning", "telemaint"}
    ours = people["essai.ours"]
    assert (ours.profession, ours.unit, str(ours.until)) == ("physician", "Étage A", "2031-12-31")
    assert ours.known_as == ("8",)
    assert people["svc-planning"].service
    assert not people["telemaint"].service
    silent = [event.account for event in events if isinstance(event, Integrity)]
    assert silent == ["svc-planning", "telemaint"]
    (care,) = [event for event in events if isinstance(event, Care)]
    assert (care.patient, care.kind, care.account) == ("1020", CareKind.ENCOUNTER_IN_UNIT, "essai.ours")
    assert (care.unit, care.made_by, care.until) == ("Étage A", "essai.lynx", at("2031-03-09T10:00:00"))
    (patient,) = [event for event in events if isinstance(event, PatientFacts)]
    assert (patient.family, patient.postal, patient.vip) == ("ESSAI-A", "99001", True)


def test_appointments_and_operations_explain_accesses(dump: Dump, told: Told) -> None:
    operation: dict[str, str | None] = {"operation_id": "60", "sejour_id": "20", "date": "2031-03-02", "annulee": "0"}
    tables: Rows = {
        "consultation": [{"consultation_id": "50", "patient_id": "9", "plageconsult_id": "6", "annule": "0"}],
        "operations": [{**operation, "chir_id": "7", "anesth_id": "8"}],
        "plageconsult": [{"plageconsult_id": "6", "chir_id": "8", "date": "2031-03-05"}],
        "user_log": [change(1, "COperation", object_id="60"), change(2, "CConsultation", object_id="50")],
    }
    events, *_ = told(mediboard, dump({**tables, **WORLD}))
    care = {(event.patient, event.kind.value, event.account) for event in events if isinstance(event, Care)}
    assert care == {
        ("9", "appointment", "essai.ours"),
        ("1020", "care-team", "essai.lynx"),
        ("1020", "care-team", "essai.ours"),
        ("1020", "encounter-in-unit", "essai.ours"),
    }
    assert [event.patient for event in events if isinstance(event, Access)] == ["1020", "9"]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("log_access_medical_object", view(1, "0000-00-00 00:00:00")),
        ("log_access_medical_object", view(1, "2031-03-03 06:00:00", user="")),
        ("user_authentication", login(1, datetime_login="soon")),
        ("user_log", change(1, "CSejour", "unheard-of")),
        ("user_log", change(1, "CSejour", date=None)),
        ("long_request_log", {**export(1, "10:00", 0), "query_params_post": '{"m":"pati'}),
        ("sejour", {**STAY, "entree": None}),
        ("bris_de_glace", {"bris_id": "1", "user_id": "7", "object_id": None, "date": "2031-01-01"}),
    ],
)
def test_a_row_that_says_too_little_is_rejected_with_its_reason(
    dump: Dump, told: Told, table: str, row: dict[str, str | None]
) -> None:
    events, tally, rejects = told(mediboard, dump({table: [row]}))
    assert not of(Access, events)
    assert (tally.lines, tally.rejected) == (1, 1)
    assert rejects[0].reason.startswith(f"{table}: ")


@pytest.mark.parametrize(
    ("head", "score"),
    [
        (b'"Classe";"Id";"IP";"Utilisateur";"Date";"Type";"Champs";\n', 90),
        (b"access_id,user_id,datetime,object_id,object_class,group_id\n1,2,x,3,CSejour,1\n", 90),
        (b"sejour_id,patient_id,praticien_id,entree\n", 80),
        (b"mod_id,mod_name\n", 60),
        (b"user_id,username,password\n", 0),
        (b"time,user,patient\n", 0),
        (b"{}", 0),
        (b"\x00\x01", 0),
    ],
)
def test_a_file_is_known_by_its_columns(tmp_path: Path, head: bytes, score: int) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(head)
    assert mediboard.sniff(file, head) == score


def test_a_dump_is_known_wherever_its_tables_stand(dump: Dump) -> None:
    filler: Rows = {f"a{number}": [{"x": "y" * 9000}] for number in range(20)}
    path = dump({**filler, "user_authentication": [login(1)]})
    head = path.read_bytes()[: 1 << 16]
    assert b"user_authentication" not in head
    assert mediboard.sniff(path, head) == 90
    assert mediboard.sniff(dump(filler, "other.sql"), head) == 0
