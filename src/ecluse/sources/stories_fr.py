"""The stories of the readers in French: every sentence by its English (``stories_fr.toml``)."""

import tomllib
from importlib import resources

import msgspec

from ecluse.sources.base import Story

_DATA = resources.files("ecluse.sources").joinpath("stories_fr.toml").read_text(encoding="utf-8")
FRENCH = msgspec.convert(tomllib.loads(_DATA), dict[str, str])


def french(story: Story) -> Story:
    """Return ``story`` in French; a sentence that has no French yet stays English."""
    return Story(
        name=story.name,
        title=_said(story.title),
        reads=_said(story.reads),
        shows=tuple(map(_said, story.shows)),
        blind=tuple(map(_said, story.blind)),
    )


def blind(story: Story) -> list[tuple[str, str]]:
    """Return what a log cannot show, each sentence with its title, in English and in French."""
    pairs = zip(story.blind, french(story).blind, strict=True)
    return [(f"{story.title}: {ours}", f"{_said(story.title)}\N{NO-BREAK SPACE}: {theirs}") for ours, theirs in pairs]


def _said(sentence: str) -> str:
    return FRENCH.get(sentence, sentence)
