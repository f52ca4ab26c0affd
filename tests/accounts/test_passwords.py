"""Which passwords may be chosen: length and lists, nothing else."""

from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from ecluse.accounts.breached import sha1
from ecluse.accounts.breached_import import build
from ecluse.accounts.common import words
from ecluse.accounts.models import Account
from ecluse.accounts.registry import set_first_password
from ecluse.accounts.testing import person
from ecluse.core.errors import BadInputError
from ecluse.core.home import Home


@pytest.fixture
def newcomer() -> Account:
    return person("j.delmas", "nurse", display_name="Jeanne Delmas")


def refused(password: str, account: Account) -> bool:
    try:
        validate_password(password, account)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize("password", ["péniche au bief", "twelve lentils!!", "ocre lavoir tuba"])
def test_a31_fifteen_characters_stand_alone(newcomer: Account, password: str) -> None:
    assert not refused(password, newcomer)
    assert refused(password[:14], newcomer)


def test_a31_a_first_password_is_as_long_as_one_that_stands_alone(newcomer: Account) -> None:
    with pytest.raises(BadInputError, match="15"):
        set_first_password(newcomer, "lavoir tuba")
    set_first_password(newcomer, "ocre lavoir tuba")
    assert newcomer.check_password("ocre lavoir tuba")


def test_a31_eight_are_enough_beside_a_second_factor(nurse: Account) -> None:
    assert not refused("tuba ocr", nurse)
    assert refused("tuba oc", nurse)


@pytest.mark.parametrize("length", [64, 200, 1024])
def test_a31_long_passwords_of_any_letters_are_taken(nurse: Account, length: int) -> None:
    password = ("lavoir ocré 水門 \N{CANOE} tuba " * 60)[:length]
    assert not refused(password, nurse)
    nurse.set_password(password)
    assert nurse.check_password(password)
    assert not nurse.check_password(password[:-1])


def test_an_absurd_password_is_refused(nurse: Account) -> None:
    assert refused("lavoir tuba " * 100, nurse)


@pytest.mark.parametrize("password", ["only small letters here", "ONLY CAPITALS HERE", "quatre mots sans chiffre"])
def test_a31_no_rule_of_composition(newcomer: Account, password: str) -> None:
    assert not refused(password, newcomer)


def test_a31_one_letter_typed_in_two_ways_is_one_letter(nurse: Account) -> None:
    nurse.set_password("pe\u0301niche au bief")
    assert nurse.check_password("p\u00e9niche au bief")


@pytest.mark.parametrize(
    "password",
    [
        "motdepasse2026!!",
        "Azertyuiop123456",
        "jetaimejetaime",
        "chouchouchouchou",
        "Marseille13013!!!",
        "MotDeP@sse!2026",
        "Printemps2026!!!!",
        "Bienvenue-2026-!",
        "infirmiere123456",
        "qwertyuiopasdfgh",
        "1234567890123456",
        "aaaaaaaaaaaaaaaa",
        "abababababababab",
        "P@ssw0rd123456789",
        "jeanne.delmas.2026",
        "Delmas1978Jeanne!!",
        "EcluseEcluse2026",
        "hôpitalhôpital",
    ],
)
def test_a32_what_anybody_would_try_is_refused_without_any_list(newcomer: Account, password: str) -> None:
    assert refused(password, newcomer)


def test_a_name_of_the_place_is_refused(nurse: Account, settings: Settings) -> None:
    settings.SITE = None
    assert not refused("Bellerive 1994", nurse)
    settings.SITE = settings.HOME.settings.site.__class__(name="CH de Bellerive")
    assert refused("Bellerive 1994", nurse)


def test_thousands_of_common_words_ship() -> None:
    assert len(words()) > 5000


@pytest.fixture
def listed(tmp_path: Path, settings: Settings) -> str:
    """Import a list that holds one password that is otherwise fine."""
    password = "quai lentille rouet"
    (tmp_path / "list.txt").write_text(f"{sha1(password).hex().upper()}:3\n")
    settings.HOME = Home(tmp_path, settings.HOME.settings)
    build(tmp_path / "list.txt", settings.HOME.known_passwords)
    return password


def test_a33_a_breached_password_is_refused(newcomer: Account, listed: str) -> None:
    assert refused(listed, newcomer)
    assert not refused(listed + "s", newcomer)


def test_a33_a_list_that_cannot_be_read_lets_no_password_through(
    newcomer: Account, listed: str, settings: Settings
) -> None:
    settings.HOME.known_passwords.write_bytes(b"half a fil")
    with pytest.raises(Exception, match="import"):
        validate_password("ocre lavoir tuba", newcomer)
