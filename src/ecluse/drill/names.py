"""French-looking names that nobody bears, each for one number only.

A family name is two syllables (consonants, then vowels) and an ending. Letters can be split back in one way only, so
every name gives its number, and 2,560,000 names are there: enough for three for each of 853,333 patients.
"""

import re
import unicodedata

from ecluse.drill.permutation import Permutation

ONSETS = ("b", "br", "c", "ch", "d", "f", "g", "gr", "j", "l", "m", "n", "p", "pl", "r", "s", "t", "tr", "v", "vr")
NUCLEI = ("a", "ai", "au", "é", "i", "o", "ou", "u")
ENDINGS = tuple(
    head + tail
    for head in ("b", "d", "g", "l", "m", "n", "r", "t", "v", "z")
    for tail in ("ac", "ain", "aud", "ay", "eau", "ec", "iec", "ier", "ouc", "oz")
)
SYLLABLES = len(ONSETS) * len(NUCLEI)
NAMES = SYLLABLES**2 * len(ENDINGS)


def words(text: str) -> tuple[str, ...]:
    """Split a list written as running text."""
    return tuple(re.findall(r"\S+", text))


FEMALE = words(
    """
    Adèle Agathe Alice Anaïs Andrée Anne Aurore Béatrice Blanche Camille Cécile Céline Chloé Claire Clémence Corinne
    Denise Élise Élodie Emma Estelle Eugénie Fanny Florence Françoise Gisèle Hélène Inès Irène Jeanne Joséphine Julie
    Juliette Léa Louise Lucie Madeleine Manon Margaux Marie Marthe Mathilde Monique Nadia Nathalie Océane Odette
    Pauline Renée Rose Sarah Simone Solène Sophie Suzanne Sylvie Thérèse Valérie Yvonne Zoé
    """
)
MALE = words(
    """
    Adrien Alain Albert Alexis André Antoine Arthur Aurélien Basile Benoît Bernard Bruno Cédric Charles Christophe
    Clément Daniel Denis Didier Émile Éric Étienne Fabien Fernand François Frédéric Gabriel Gaston Georges Gérard
    Gilles Grégoire Guillaume Hugo Jacques Jean Joël Jules Julien Laurent Léon Louis Lucas Marcel Mathieu Maurice
    Maxime Michel Nicolas Olivier Pascal Patrick Paul Philippe Raphaël Rémi René Robert Théo Yves
    """
)


def fold(text: str) -> str:
    """Return ``text`` in small letters without accents."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()


_ONSET = {letters: place for place, letters in enumerate(ONSETS)}
_NUCLEUS = {fold(letters): place for place, letters in enumerate(NUCLEI)}
_ENDING = {letters: place for place, letters in enumerate(ENDINGS)}
_SYLLABLE = rf"({'|'.join(sorted(_ONSET, key=len, reverse=True))})({'|'.join(sorted(_NUCLEUS, key=len, reverse=True))})"
SHAPE = re.compile(rf"(?<![a-z]){_SYLLABLE}{_SYLLABLE}({'|'.join(sorted(_ENDING, key=len, reverse=True))})(?![a-z])")


class FamilyNames:
    """Numbers to family names and back, shuffled by a seed."""

    def __init__(self, seed: int) -> None:
        self._order = Permutation.of(NAMES, f"names {seed}")

    def name(self, number: int) -> str:
        """Return the name of ``number`` (0 to 2,559,999)."""
        rest, ending = divmod(self._order.there(number), len(ENDINGS))
        first, second = divmod(rest, SYLLABLES)
        return (_letters(first) + _letters(second) + ENDINGS[ending]).capitalize()

    def numbers(self, folded: str) -> set[int]:
        """Return the number of each name that stands in ``folded`` text (see :func:`fold`)."""
        return {self._number(match) for match in SHAPE.findall(folded)}

    def _number(self, parts: tuple[str, ...]) -> int:
        onset, nucleus, onset2, nucleus2, ending = parts
        first = _ONSET[onset] * len(NUCLEI) + _NUCLEUS[nucleus]
        second = _ONSET[onset2] * len(NUCLEI) + _NUCLEUS[nucleus2]
        return self._order.home((first * SYLLABLES + second) * len(ENDINGS) + _ENDING[ending])


def _letters(syllable: int) -> str:
    onset, nucleus = divmod(syllable, len(NUCLEI))
    return ONSETS[onset] + NUCLEI[nucleus]
