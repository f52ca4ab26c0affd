"""Every test run gets a home folder of its own, before Django's settings are read, and a real safe on demand."""

import atexit
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest

from ecluse.safe.client import SafeClient
from ecluse.safe.policy import DEFAULT_FILE
from ecluse.safe.testing import running_safe

SHIPPED = DEFAULT_FILE.read_text(encoding="utf-8")
ESTABLISHMENT = "caps = { minute = 300, hour = 2000, day = 8000, month = 60000 }"
ROOM = "caps = { minute = 60000, hour = 60000, day = 60000, month = 60000 }"
HOME = Path(tempfile.mkdtemp(prefix="ecluse-test-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
(HOME / "ecluse.toml").write_text(
    '[site]\nname = "Clinique des Tests"\nlanguage = "en"\nhosts = ["localhost", "127.0.0.1", "testserver"]\n'
    "made_up_identities = true\n"
)
(HOME / "secrets").mkdir(mode=0o700)
(HOME / "secrets" / "django.key").write_text(secrets.token_urlsafe(50))
os.environ["ECLUSE_HOME"] = str(HOME)
# Not in pyproject.toml, where it would be read before this file; not left in the environment, where the workers of
# pytest-xdist would read their parent's settings before making a home of their own.
os.environ["DJANGO_SETTINGS_MODULE"] = "ecluse.web.settings"
django.setup()
del os.environ["DJANGO_SETTINGS_MODULE"]


@pytest.fixture(scope="session")
def home() -> Path:
    """Return the home folder of this test run."""
    return HOME


@pytest.fixture(scope="session")
def safe() -> Iterator[SafeClient]:
    """Yield a client of a real safe in the test home; set-up is open, so tests enrol the accounts they need.

    Its policy is the shipped one, but that all tests together are not an establishment: they see more in a minute.
    """
    before, _, after = SHIPPED.partition(ESTABLISHMENT)
    with running_safe(HOME, policy=before + ROOM + after, accounts={}) as client:
        yield client
