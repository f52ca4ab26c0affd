"""Every sentence that is told of a log has its French."""

import pytest

from ecluse.sources import readers, stories_fr


@pytest.mark.parametrize("name", readers.NAMES)
def test_every_sentence_of_every_reader_has_its_french(name: str) -> None:
    story = readers.load(name).STORY
    said = (story.title, story.reads, *story.shows, *story.blind)
    assert not [sentence for sentence in said if sentence not in stories_fr.FRENCH]
    for english, french in stories_fr.blind(story):
        assert english.startswith(story.title)
        assert french != english


def test_no_french_is_left_of_a_sentence_that_is_gone() -> None:
    stories = [reader.STORY for reader in readers.every()]
    said = {part for story in stories for part in (story.title, story.reads, *story.shows, *story.blind)}
    assert set(stories_fr.FRENCH) == said
