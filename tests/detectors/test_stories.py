import re
from pathlib import Path

import pytest

from ecluse.watch import detectors
from ecluse.watch.detectors import BY_NAME, DETECTORS, Detector, Kind, fresh

ASKED_FOR = {
    "harvest", "unexplained", "slow", "pace", "order", "scraping", "export", "gained", "device", "overlap", "dormant",
    "guessing", "shared", "kin", "tamper",
}  # fmt: skip
ALL = pytest.mark.parametrize("detector", DETECTORS, ids=list(BY_NAME))


def test_the_list_holds_every_family_asked_for() -> None:
    assert {detector.STORY.family for detector in DETECTORS} >= ASKED_FOR


def test_no_two_detectors_have_the_same_name() -> None:
    assert len(BY_NAME) == len(DETECTORS)


def test_the_list_names_every_file_of_the_folder() -> None:
    beside = {"__init__", "base", "rows", "fresh"}
    (folder,) = detectors.__path__
    files = {path.stem for path in Path(folder).glob("*.py")}
    assert files - beside == set(BY_NAME)


@ALL
def test_a_detector_is_called_as_its_file(detector: Detector) -> None:
    assert detector.STORY.name == detector.__name__.rpartition(".")[2]  # type: ignore[attr-defined]


@ALL
def test_every_story_is_complete(detector: Detector) -> None:
    story = detector.STORY
    for text in (story.sees, story.misses, story.false_alarms, story.do):
        assert len(text) > 30, text
        assert text[0].isupper(), text
        assert text[-1] in ".?", text
    assert story.floor >= 1
    assert story.kind in Kind


@ALL
def test_every_technique_has_the_form_of_attack(detector: Detector) -> None:
    assert re.fullmatch(r"T\d{4}(\.\d{3})?", detector.STORY.attack)


@ALL
def test_every_detector_is_defined_exactly(detector: Detector) -> None:
    assert "**Definition.**" in (detector.__doc__ or "")


@ALL
def test_every_constant_of_a_definition_is_the_one_in_the_code(detector: Detector) -> None:
    for name, value in re.findall(r"``([A-Z_]+)`` = ([\d,]+)", detector.__doc__ or ""):
        where = detector if hasattr(detector, name) else fresh
        assert getattr(where, name) == int(value.replace(",", "")), name


@ALL
def test_a_detector_finds_the_columns_promised(detector: Detector, duck: object) -> None:
    found = detector.find(duck.tables)  # type: ignore[attr-defined]
    assert {name: str(kind).removeprefix("!") for name, kind in found.schema().items()} == {
        "account": "string",
        "day": "date",
        "value": "int64",
    }
