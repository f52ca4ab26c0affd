"""D1, D2, D3: every address of the site, walked as nobody and as each profession."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RegexPattern, RoutePattern

from ecluse.core.words import SERVICES, Profession
from ecluse.web.doors import DOORS, OFFICE, READERS, Reach, door, may_reach

SAMPLE = {
    "ref": "0" * 32,
    "part": "contact",
    "number": 1,
    "signed": "x",
    "sequence": 1,
    "username": "x",
    "pk": 1,
    "kind": "Patient",
    "id_": "0" * 32,
    "version": 1,
    "rest": "x",
    "key": "x",
    "name": "x",
}
CLOSED = {302, 401, 403, 404, 405}
PEOPLE = [word for word in Profession if word not in SERVICES]


def views(
    patterns: list[URLPattern | URLResolver], space: str = "", needs: tuple[str, ...] = ()
) -> Iterator[tuple[str, list[str]]]:
    """Yield the full name and the arguments of every view."""
    for one in patterns:
        if isinstance(one, URLResolver):
            inside = f"{space}{one.namespace}:" if one.namespace else space
            yield from views(one.url_patterns, inside, (*needs, *arguments(one.pattern)))
        else:
            yield f"{space}{one.name or ''}", [*needs, *arguments(one.pattern)]


def arguments(pattern: object) -> list[str]:
    assert isinstance(pattern, RoutePattern | RegexPattern), "no address depends on the language"
    return list(pattern.converters) if isinstance(pattern, RoutePattern) else list(pattern.regex.groupindex)


def every_view() -> list[tuple[str, list[str]]]:
    return list(views(get_resolver().url_patterns))


def address(name: str, needs: list[str]) -> str:
    return reverse(name, kwargs={need: SAMPLE[need] for need in needs})


def names() -> list[str]:
    return sorted({name for name, _ in every_view()})


def test_every_view_has_a_name_and_stands_in_the_table() -> None:
    assert [name for name in names() if not name or door(name) is None] == []


def test_the_table_holds_no_door_that_leads_nowhere() -> None:
    assert sorted(set(DOORS) - set(names())) == []


def test_a_view_without_a_door_is_closed_to_all() -> None:
    assert [word for word in Profession if may_reach("somewhere_new", word)] == []


def test_nobody_reaches_anything_but_the_public_doors(db: None) -> None:
    open_to_all = []
    for name, needs in every_view():
        for method in ("get", "post"):
            status = getattr(Client(), method)(address(name, needs)).status_code
            if status not in CLOSED and door(name) is not Reach.PUBLIC:
                open_to_all.append((name, method, status))
    assert sorted(open_to_all) == [
        ("fhir:metadata", "get", 200),
        ("fhir:smart", "get", 200),
        ("oauth_token", "post", 400),
    ]


def test_nobody_is_sent_to_sign_in_and_back(db: None) -> None:
    answer = Client().get("/search/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/accounts/login/?next=/search/"


@pytest.mark.parametrize("profession", PEOPLE)
def test_a_profession_is_refused_at_each_door_that_is_not_its_own(
    someone: Callable[..., Client], profession: Profession
) -> None:
    client = someone(profession.value)
    let_in = []
    for name, needs in every_view():
        found = door(name)
        if isinstance(found, Reach) or (found is not None and profession in found):
            continue
        if client.get(address(name, needs)).status_code != 403:
            let_in.append(name)
    assert let_in == []


def test_those_who_run_the_place_open_no_door_of_records() -> None:
    records = [name for name in DOORS if name in {"search", "patient"} or name.startswith("patient_")]
    reached = {name for word in OFFICE for name in records if may_reach(name, word)}
    assert reached == {"patient_opened"}, "who opened a record is theirs to see; what is in it is not"


def test_a_service_has_no_pages() -> None:
    assert Profession.INTERFACE_SERVICE not in READERS
