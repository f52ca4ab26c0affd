"""The stories of the readers of databases are whole, in both languages."""

import pytest

from ecluse.sources import keycloak, mediboard, openemr, openmrs
from ecluse.sources.base import Reader
from ecluse.sources.stories_fr import FRENCH, french


@pytest.mark.parametrize("reader", [mediboard, openemr, openmrs, keycloak])
def test_each_sentence_of_a_story_has_its_french(reader: Reader) -> None:
    story = reader.STORY
    assert story.shows
    assert story.blind
    assert not [words for words in (story.reads, *story.shows, *story.blind) if words not in FRENCH]
    told = french(story)
    assert (told.name, len(told.shows), len(told.blind)) == (story.name, len(story.shows), len(story.blind))
    assert told.reads != story.reads
