"""Importing from an LDAP server that runs on this machine."""

import datetime as dt
import ipaddress
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import Client
from msgspec.structs import replace
from pytest_django.fixtures import DjangoAssertNumQueries, Settings
from typer.testing import CliRunner

from ecluse.accounts.ldap import leaving, rows
from ecluse.accounts.ldap.sync import Synced, gaining, sync, with_numbers
from ecluse.accounts.models import Account, AccountProfession, Membership
from ecluse.accounts.staff_list import Row
from ecluse.accounts.testing import person, sign_in
from ecluse.cli.accounts import app
from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.core.identity import Directory
from ecluse.core.words import Profession
from ecluse.safe.entry import Entry

BASE = "dc=hopital,dc=test"
PEOPLE = [
    {"uid": "m.ldap", "displayName": "Maya Ldap", "employeeNumber": "10002222222", "ou": "CARD", "title": "IDE"},
    {"uid": "l.eaves", "displayName": "Lou Eaves", "ou": "CARD", "shadowExpire": "20200131120000Z"},
    {"uid": "Not Good", "displayName": "Space"},
    {"uid": "w.rong", "displayName": "Wrong Number", "employeeNumber": "12"},
    {"uid": "o.dd", "displayName": "Odd Title", "title": "Roi"},
    {"uid": "hr.box", "displayName": "Harriet Box"},
]


def ldif() -> str:
    lines = [f"dn: {BASE}", "objectClass: dcObject", "dc: hopital", ""]
    for one in [*PEOPLE, {"uid": "reader", "displayName": "Reader", "userPassword": "read"}]:
        kind = "account" if one["uid"] == "reader" else "inetOrgPerson"
        lines += [f"dn: uid={one['uid']},{BASE}", f"objectClass: {kind}"]
        lines += [*(f"{name}: {value}" for name, value in one.items()), ""]
    return "\n".join(lines) + "\n"


def certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(1)
    )
    pem = made.add_extension(names, critical=False).sign(key, hashes.SHA256())
    cert, secret = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(pem.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return cert, secret


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    folder = tmp_path_factory.mktemp("ldap")
    file = folder / "people.ldif"
    file.write_text(ldif())
    cert, key = certificate(folder)
    command = [sys.executable, "-W", "ignore", "-m", "ecluse.accounts.ldap.testing", str(file), str(cert), str(key)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline()), cert
        finally:
            process.kill()


@pytest.fixture
def directory(served: tuple[int, Path], tmp_path: Path) -> Directory:
    port, cert = served
    secret = tmp_path / "ldap.password"
    secret.write_text("read\n")
    return Directory(
        url=f"ldap://127.0.0.1:{port}",
        base=BASE,
        bind_dn=f"uid=reader,{BASE}",
        password_file=str(secret),
        ca_file=str(cert),
        attributes={
            "username": "uid",
            "display_name": "displayName",
            "rpps": "employeeNumber",
            "ends": "shadowExpire",
            "units": "ou",
            "professions": "title",
        },
        units={"CARD": "cardiology"},
        professions={"IDE": "nurse", "API": "interface-service"},
    )


@pytest.fixture(autouse=True)
def service() -> Account:
    return person("hr.box", "interface-service", service=True)


def told(done: Synced) -> dict[str, str]:
    return {change.username: change.kind for change in done.changes}


def test_people_units_and_last_days_are_taken_over_tls(directory: Directory) -> None:
    done = sync(directory, dry=False)
    assert told(done) == {"m.ldap": "new", "l.eaves": "new"}
    maya, lou = Account.objects.get(username="m.ldap"), Account.objects.get(username="l.eaves")
    assert (maya.display_name, maya.rpps, maya.service) == ("Maya Ldap", "10002222222", False)
    assert lou.ends == dt.date(2020, 1, 31)
    assert Membership.objects.get(account=maya).unit.code == "cardiology"


def test_y2_a_dry_run_writes_nothing(directory: Directory, trace: Callable[[], list[Entry]]) -> None:
    before = Account.objects.count()
    done = sync(directory, dry=True)
    assert (told(done)["m.ldap"], done.written) == ("new", False)
    assert Account.objects.count() == before
    assert trace() == []


def test_a_second_run_finds_no_difference_but_what_waits(directory: Directory) -> None:
    calm = replace(directory, attributes={**directory.attributes, "professions": "nothing"})
    sync(calm, dry=False)
    assert sync(calm, dry=True).changes == ()


def test_y3_what_may_not_be_an_account_is_kept_aside_with_its_reason(directory: Directory) -> None:
    rejects = dict(sync(directory, dry=False).rejects)
    reasons = {name.partition(",")[0]: reason for name, reason in rejects.items()}
    assert "username" in reasons["uid=Not Good"]
    assert "rpps" in reasons["uid=w.rong"]
    assert "professions" in reasons["uid=o.dd"]
    assert reasons["hr.box"] == "a service has this name"
    assert not Account.objects.filter(username__in=["w.rong", "o.dd"]).exists()


def test_y4_a_profession_is_proposed_never_granted(directory: Directory, officer: Account) -> None:
    done = sync(directory, dry=False, requester=officer.username)
    assert done.proposed == 1
    assert not AccountProfession.objects.filter(account__username="m.ldap").exists()


def test_y4_a_number_is_not_changed(directory: Directory) -> None:
    person("m.ldap", rpps="10009999990", enrol=False)
    done = sync(directory, dry=False)
    assert dict(done.rejects)["m.ldap"].startswith("rpps")
    assert Account.objects.get(username="m.ldap").rpps == "10009999990"


def test_y4_the_number_of_another_is_not_taken(directory: Directory) -> None:
    person("o.ther", rpps="10002222222", enrol=False)
    assert "another account" in dict(sync(directory, dry=False).rejects)["m.ldap"]


def test_y4_a_last_day_that_has_passed_ends_the_sessions_at_once(directory: Directory) -> None:
    browser = sign_in(Client(), person("l.eaves", "nurse"))
    assert browser.get("/accounts/sessions/").status_code == 200
    sync(directory, dry=False)
    assert browser.get("/accounts/sessions/").status_code == 302


def test_y4_a_directory_makes_nobody_a_service(directory: Directory) -> None:
    with pytest.raises(ValueError, match="professions"):
        rows.profession(directory, "API")


def test_y1_a_directory_elsewhere_is_not_asked_in_clear(directory: Directory) -> None:
    with pytest.raises(BadInputError):
        sync(replace(directory, url="ldap://192.0.2.9", start_tls=False), dry=True)


def test_y1_a_certificate_of_somebody_else_is_refused(directory: Directory) -> None:
    with pytest.raises(BrokenWorldError):
        sync(replace(directory, ca_file=""), dry=True)


def test_a_wrong_password_reads_nothing(directory: Directory, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("guess")
    with pytest.raises(BrokenWorldError):
        sync(replace(directory, password_file=str(wrong)), dry=True)


def test_a_filter_that_finds_nobody_is_an_error_not_a_departure_of_all(directory: Directory) -> None:
    with pytest.raises(BadInputError):
        sync(replace(directory, filter="(uid=nobody)"), dry=False)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-31", dt.date(2026, 12, 31)),
        ("20261231235959Z", dt.date(2026, 12, 31)),
        ("133801632000000000", dt.date(2024, 12, 31)),
        ("9223372036854775807", None),
        ("0", None),
        ("", None),
    ],
)
def test_days_of_directories_are_read(text: str, day: dt.date | None) -> None:
    assert rows.day([text]) == day


@pytest.mark.parametrize("text", ["soon", "31/12/2026", "2026-13-01"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        rows.day([text])


def test_the_command_shows_the_difference_and_tells_what_was_not_taken(
    directory: Directory, settings: Settings
) -> None:
    settings.HOME = replace(settings.HOME, settings=replace(settings.HOME.settings, directory=directory))
    done = CliRunner().invoke(app, ["sync-ldap", "--dry-run", "--json"])
    assert done.exit_code == 4
    assert json.loads(done.stdout)["written"] is False
    assert not Account.objects.filter(username="m.ldap").exists()


def test_without_a_directory_the_command_says_so() -> None:
    assert isinstance(CliRunner().invoke(app, ["sync-ldap"]).exception, BadInputError)


def calm(directory: Directory) -> Directory:
    """Return a directory whose professions are all in its table, Maya a midwife there."""
    return replace(directory, professions={**directory.professions, "IDE": "midwife", "Roi": "nurse", "RSSI": "dpo"})


def test_y5_a_unit_that_the_directory_no_longer_says_is_closed_at_once_and_traced(
    directory: Directory, trace: Callable[[], list[Entry]]
) -> None:
    maya = person("m.ldap", "nurse", units=["emergency", "cardiology"])
    sync(directory, dry=False)
    assert [row.unit.code for row in Membership.objects.filter(account=maya, until=None)] == ["cardiology"]
    assert [(one.rule, one.detail) for one in trace() if one.rule == "leaves-unit"] == [("leaves-unit", "emergency")]


def test_y5_a_lost_profession_is_taken_away_at_once_by_whoever_runs_it(directory: Directory, officer: Account) -> None:
    maya = person("m.ldap", "nurse")
    browser = sign_in(Client(), maya)
    done = sync(calm(directory), dry=False, requester=officer.username)
    assert "m.ldap" not in dict(done.rejects)
    assert not AccountProfession.objects.filter(account=maya).exists()
    assert browser.get("/accounts/sessions/").status_code == 302


def test_y5_without_somebody_who_asks_a_profession_stays_and_it_is_said(directory: Directory) -> None:
    maya = person("m.ldap", "nurse")
    done = sync(calm(directory), dry=False)
    assert any(name == "m.ldap" and "--as" in reason for name, reason in done.rejects)
    assert AccountProfession.objects.filter(account=maya, profession="nurse").exists()


def test_y5_what_the_directorys_tables_cannot_give_is_not_taken_away(directory: Directory, officer: Account) -> None:
    maya = person("m.ldap", "nurse", "radiology", units=["cardiology"])
    sync(directory, dry=False, requester=officer.username)
    assert set(AccountProfession.objects.filter(account=maya).values_list("profession", flat=True)) == {
        "nurse",
        "radiology",
    }


def test_y5_a_privileged_profession_is_never_taken_away_by_a_directory(directory: Directory, officer: Account) -> None:
    lou = person("l.eaves", "dpo")
    sync(calm(directory), dry=False, requester=officer.username)
    assert AccountProfession.objects.filter(account=lou, profession="dpo").exists()


def test_y5_units_that_are_not_mapped_stay(directory: Directory) -> None:
    maya = person("m.ldap", "nurse", units=["emergency"])
    fields = {name: text for name, text in directory.attributes.items() if name != "units"}
    sync(replace(directory, attributes=fields), dry=False)
    assert [row.unit.code for row in Membership.objects.filter(account=maya, until=None)] == ["emergency"]


@pytest.mark.parametrize(("losing", "listed"), [(6, 23), (100, 399), (6, 6)])
def test_y5_when_suddenly_many_would_lose_something_nothing_is_written(losing: int, listed: int) -> None:
    with pytest.raises(BadInputError, match="nothing was written"):
        leaving.not_too_many(losing, listed)


def test_y5_a_run_that_would_take_from_many_writes_nothing_unless_it_is_right(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "FEW", 0)
    maya = person("m.ldap", "nurse", units=["emergency"])
    lou = person("l.eaves", "nurse", units=["emergency"])
    with pytest.raises(BadInputError):
        sync(directory, dry=False)
    assert Membership.objects.filter(account__in=[maya, lou], until=None).count() == 2
    sync(directory, dry=False, many_leave=True)
    assert not Membership.objects.filter(unit__code="emergency", until=None).exists()


@pytest.mark.parametrize(("losing", "listed"), [(5, 5), (6, 24), (0, 0)])
def test_few_leave_on_any_day(losing: int, listed: int) -> None:
    leaving.not_too_many(losing, listed)


def test_what_people_have_is_asked_once_however_many_they_are(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    accounts = [person(f"many.{n}", Profession.NURSE) for n in range(5)]
    listed = [Row(one.username, professions=(Profession.DPO,)) for one in accounts]
    listed.append(Row(accounts[0].username, professions=(Profession.NURSE,)))
    with django_assert_num_queries(1):
        found = gaining(listed)
    assert [(row.username, row.professions) for row in found] == [
        (one.username, (Profession.DPO, Profession.NURSE)) for one in accounts
    ]


def test_the_number_of_whoever_the_directory_has_none_for_is_asked_once_and_kept(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    person("has.number", Profession.NURSE)
    Account.objects.filter(username="has.number").update(rpps="10003333333")
    listed = [Row("has.number"), Row("is.new"), Row("brings.one", rpps="10004444444")]
    with django_assert_num_queries(1):
        assert [row.rpps for row in with_numbers(listed)] == ["10003333333", "", "10004444444"]
