"""What a browser calls itself, in two words a person knows: for pages only. Anything may call itself anything."""

BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("HeadlessChrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""In this order: Edge and Opera say Chrome too, and Chrome says Safari."""
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
SHOWN_CHARS = 40


def browser_of(agent: str) -> str:
    """Return ``Firefox, Windows`` for what a browser sent as its name; its beginning when it is another program."""
    browser = next((name for word, name in BROWSERS if word in agent), "")
    system = next((name for word, name in SYSTEMS if word in agent), "")
    return ", ".join(filter(None, (browser, system))) if browser else agent[:SHOWN_CHARS]
