"""Every word of the screens has its French, and what is shipped is what is written.

To mend: in src/ecluse, `django-admin makemessages -l fr --no-location --no-obsolete --no-wrap`, translate, and then
`msgfmt -o web/locale/fr/LC_MESSAGES/django.mo web/locale/fr/LC_MESSAGES/django.po`.
"""

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import ecluse

SOURCE = Path(ecluse.__file__).parent
FOLDER = SOURCE / "web" / "locale" / "fr" / "LC_MESSAGES"
IN_TEMPLATES = re.compile(r"""\{%\s*(?:translate|trans)\s+(?:"([^"]+)"|'([^']+)')(?:\s+context\s+"([^"]+)")?""")
MARKS = {"gettext", "gettext_lazy", "_", "gettext_noop"}
Key = tuple[str, str]


def written() -> dict[Key, list[str]]:
    """Read django.po: (context, msgid) and its translations."""
    found: dict[Key, list[str]] = {}
    for block in (FOLDER / "django.po").read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        words = {line.split(" ", 1)[0]: ast.literal_eval(line.split(" ", 1)[1]) for line in lines if line[0] != '"'}
        if words.get("msgid"):
            said = [text for name, text in words.items() if name.startswith("msgstr")]
            found[words.get("msgctxt", ""), words["msgid"]] = said
    return found


def in_templates() -> Iterator[Key]:
    for file in (SOURCE / "web" / "templates").rglob("*.html"):
        for double, single, context in IN_TEMPLATES.findall(file.read_text(encoding="utf-8")):
            yield context, double or single


def in_code() -> Iterator[Key]:
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id not in MARKS:
                continue
            [first, *_] = [*node.args, None]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield "", first.value


def test_no_word_lacks_its_french() -> None:
    assert [key for key, said in written().items() if not all(said)] == []


def test_every_word_of_a_template_is_known() -> None:
    assert sorted(set(in_templates()) - written().keys()) == []


def test_every_word_of_the_code_is_known() -> None:
    assert sorted(set(in_code()) - written().keys()) == []


def test_a_translation_keeps_the_places_to_fill_in() -> None:
    place = re.compile(r"%\((\w+)\)s")
    allowed = {key: set(place.findall(key[1])) | {"count", "n", "counter"} for key in written()}
    odd = [key for key, said in written().items() for one in said if set(place.findall(one)) - allowed[key]]
    assert odd == []


def test_no_line_of_french_breaks_before_its_punctuation() -> None:
    plain = re.compile(r"[ \t][:;?!»]|«[ \t]")
    assert [one for said in written().values() for one in said if plain.search(one)] == [], "write U+00A0 instead"


def test_what_is_shipped_is_what_is_written() -> None:
    with (FOLDER / "django.mo").open("rb") as file:
        shipped = gettext.GNUTranslations(file)
    for (context, word), said in written().items():
        if len(said) == 1:
            found = shipped.pgettext(context, word) if context else shipped.gettext(word)
            assert found == said[0]
        else:
            assert [shipped.ngettext(word, word, count) for count in (1, 2)] == said
