"""Addresses of static files carry the program's version, so that a browser never mixes two versions of a page."""

from django.contrib.staticfiles.storage import StaticFilesStorage

from ecluse import __version__


class Versioned(StaticFilesStorage):
    """Adds ``?v=…`` to every address."""

    def url(self, name: str | None) -> str:
        """Return the address of ``name``."""
        return f"{super().url(name)}?v={__version__}"
