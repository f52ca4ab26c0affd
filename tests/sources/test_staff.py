"""Staff lists of any usual make become people; passwords and pictures are never read."""

from base64 import b64encode
from datetime import date
from pathlib import Path

import pytest

from ecluse.core.errors import BadInputError
from ecluse.core.events import Person
from ecluse.core.words import Profession
from ecluse.sources import staff
from ecluse.sources.base import Context, Reject, Tally
from ecluse.sources.clean import phone
from ecluse.sources.opening import head
from ecluse.sources.professions import profession

FRENCH = (
    "Identifiant;Nom;Prénom;Métier;Service;Date d'entrée;Date de sortie;CP;Téléphone;RPPS\n"
    "a.essai;ESSAI;Alix;Médecin;UF-120;01/02/2020;;99999;+33 6 00 00 00 01;99900000001\n"
    'b.essai;"ESSAI; B";Basile;Infirmière;UF-120;2021-03-01;31/12/2024;99999;;\n'
)
PEOPLE = [
    Person(
        "a.essai", "physician", "UF-120", since=date(2020, 2, 1), family="ESSAI", given="Alix", postal="99999",
        phone="0600000001", known_as=("99900000001",),
    ),
    Person(
        "b.essai", "nurse", "UF-120", since=date(2021, 3, 1), until=date(2024, 12, 31), family="ESSAI; B",
        given="Basile", postal="99999",
    ),
]  # fmt: skip
LDIF = """version: 1

# a comment
dn: uid=a.essai,ou=people,dc=example,dc=org
objectClass: inetOrgPerson
uid: a.essai
sn:: RVNTQUk=
givenName: Al
 ix
title: Infirmier
departmentNumber: UF-120
employeeNumber: 99900000001
userPassword:: c2VjcmV0
jpegPhoto:< file:///etc/passwd

dn: cn=poste-1,dc=example
objectClass: computer
cn: poste-1

dn: cn=svc-labo,dc=example
objectClass: user
sAMAccountName: svc-labo
servicePrincipalName: http/labo
accountExpires: 133485408000000000

dn: cn=nobody,dc=example
objectClass: person

dn: uid=gone,dc=example
changetype: delete
"""


class Found:
    def __init__(self, path: Path, data: str | bytes, name: str = "staff.csv") -> None:
        file = path / name
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        self.rejects: list[Reject] = []
        self.tally = Tally(self.rejects.append)
        self.score = staff.sniff(file, head(file))
        self.people = list(staff.read(file, self.tally, Context()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_french_list_is_read_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    found = Found(tmp_path, FRENCH.encode(encoding))
    assert found.people == PEOPLE
    assert found.rejects == []
    assert found.score >= 60


@pytest.mark.parametrize("separator", [",", "\t", "|"])
def test_an_english_list_is_read_with_any_separator(tmp_path: Path, separator: str) -> None:
    lines = ["account,role,ward,technical", "x.test,Staff nurse,W1,no", "lab-robot,,,yes"]
    found = Found(tmp_path, "\n".join(lines).replace(",", separator))
    assert found.people == [Person("x.test", "nurse", "W1"), Person("lab-robot", service=True)]


def test_the_surest_of_two_columns_is_taken_and_the_report_says_which(tmp_path: Path) -> None:
    found = Found(tmp_path, "matricule,login,title,service\n007,x.test,Physician,W1\n")
    assert isinstance(found.people[0], Person)
    assert (found.people[0].account, found.people[0].unit) == ("x.test", "W1")
    assert "account from 'login'" in next(iter(found.tally.said))


def test_a_line_without_account_is_rejected_and_a_day_that_is_none_is_left_out(tmp_path: Path) -> None:
    found = Found(tmp_path, "login;metier;debut\n;Médecin;\nx;Médecin;hier\n\n")
    assert [reject.line for reject in found.rejects] == [2]
    assert found.people == [Person("x", "physician")]
    assert any("no days" in said for said in found.tally.said)


def test_a_list_without_account_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="Call it `account`"):
        Found(tmp_path, "metier;service\nMédecin;W1\n")


@pytest.mark.parametrize(
    "header",
    [
        "date,user,patient,action",
        "horodatage;utilisateur;ipp",
        "login",
        "id,name",
        "user;timestamp;role",
        "log_id,user,patient_id,event",
    ],
)
def test_logs_and_bare_tables_are_not_taken_for_staff(tmp_path: Path, header: str) -> None:
    assert staff.sniff(tmp_path / "x.csv", f"{header}\n1,2,3,4\n".encode()) == 0


def test_a_directory_is_read_and_only_its_people(tmp_path: Path) -> None:
    found = Found(tmp_path, LDIF, "people.ldif")
    assert found.people == [
        Person("a.essai", "nurse", "UF-120", family="ESSAI", given="Alix", known_as=("99900000001",)),
        Person("svc-labo", service=True, until=date(2024, 1, 1)),
    ]
    assert found.score >= 90
    assert found.tally.skipped.total() == 2
    assert [reject.reason for reject in found.rejects] == ["no account is named (uid, sAMAccountName)"]


def test_l3_passwords_and_files_that_a_directory_points_to_are_never_read(tmp_path: Path) -> None:
    found = Found(tmp_path, LDIF, "people.ldif")
    assert "secret" not in repr(found.people)
    assert "root:" not in repr(found.people)


def test_base64_that_is_none_is_left_empty(tmp_path: Path) -> None:
    found = Found(
        tmp_path, "dn: x\nobjectClass: person\nuid: x\nsn:: ####\ntitle:: " + b64encode("Médecin".encode()).decode()
    )
    assert found.people == [Person("x", "physician")]


@pytest.mark.parametrize(
    ("title", "ours"),
    [
        ("Médecin", "physician"),
        ("Cardiologue", "physician"),
        ("PH", "physician"),
        ("Interne", "resident"),
        ("Infirmière DE", "nurse"),
        ("Registered Nurse", "nurse"),
        ("Aide-soignante", "aide"),
        ("Nursing assistant", "aide"),
        ("Sage-femme", "midwife"),
        ("Secrétaire médicale", "secretary"),
        ("Agent des admissions", "admissions"),
        ("Médecin DIM", "dim-physician"),
        ("TIM", "dim-coder"),
        ("Manipulatrice radio", "radiology"),
        ("Technicien de laboratoire", "laboratory"),
        ("Administrateur système", "it-administrator"),
        ("RSSI", "security-officer"),
        ("Compte de service", "interface-service"),
        ("Kinésithérapeute", "kinesitherapeute"),
        ("", ""),
    ],
)
def test_titles_become_professions_and_unknown_ones_stay(title: str, ours: str) -> None:
    assert profession(title) == ours


@pytest.mark.parametrize("word", list(Profession))
def test_our_own_words_stay_as_they_are(word: Profession) -> None:
    assert profession(word.value) == word.value


@pytest.mark.parametrize("text", ["06 00 00 00 01", "+33 6 00 00 00 01", "0033600000001", "06.00.00.00.01"])
def test_one_telephone_number_is_one_however_it_is_written(text: str) -> None:
    assert phone(text) == "0600000001"
