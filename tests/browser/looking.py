"""What is looked for on every page: what shuts people out, what scrolls sideways, what is not in their language."""

import ast
import re
from functools import cache
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

import ecluse

PHONE = {"width": 390, "height": 844}
WORDS = Path(ecluse.__file__).parent / "web" / "locale" / "fr" / "LC_MESSAGES" / "django.po"
PAIR = re.compile(r'^msgid ("[^\n]{12,}")\nmsgstr ("[^\n]+")$', re.MULTILINE)


def shut_out(page: Page) -> list[str]:
    """Return what axe calls serious or critical on a page."""
    response = Axe().run(page).response
    assert response["passes"], "axe looked at nothing"
    return [
        f"{page.url} {one['id']}: {one['nodes'][0]['html'][:160]}"
        for one in response["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


def sideways(page: Page) -> bool:
    """Tell whether a page scrolls sideways on a phone; the window is left as wide as a phone."""
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    return bool(page.evaluate("document.documentElement.scrollWidth") > PHONE["width"])


@cache
def pairs() -> tuple[tuple[str, str], ...]:
    """Return what the screens say in English and in French, where the two differ."""
    found = [(ast.literal_eval(one), ast.literal_eval(two)) for one, two in PAIR.findall(WORDS.read_text("utf-8"))]
    return tuple((english, french) for english, french in found if english != french and "%(" not in english)


def foreign(page: Page, language: str) -> list[str]:
    """Return the sentences of the other language that a page shows."""
    shown = page.locator("body").inner_text()
    others = {english if language == "fr" else french for english, french in pairs()}
    own = {french if language == "fr" else english for english, french in pairs()}
    return sorted(one for one in others - own if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", shown))
