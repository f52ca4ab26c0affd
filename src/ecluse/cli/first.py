"""The half of ``ecluse init`` that needs Django: tables, and the account that imports. Every step may be repeated."""

import os

import django
from django.apps import apps
from django.core.management import call_command

from ecluse.cli.child import safe_running
from ecluse.core.errors import BrokenWorldError
from ecluse.core.home import Home, load
from ecluse.core.words import Profession
from ecluse.safe.client import SafeClient
from ecluse.safe.protocol import Enrol, Noted, Who

IMPORTER = "import"


def tables() -> None:
    """Create or bring up to date the tables of the database."""
    call_command("migrate", interactive=False, verbosity=0)


def importer(home: Home) -> None:
    """Make the account that imports, known to the database and to the safe.

    Raises:
        BrokenWorldError: the safe does not take the account.
    """
    account, new = apps.get_model("accounts", "Account").objects.get_or_create(
        username=IMPORTER, defaults={"display_name": "Import", "service": True, "password": "!"}
    )
    apps.get_model("accounts", "AccountProfession").objects.get_or_create(
        account=account, profession=Profession.INTERFACE_SERVICE
    )
    if not new:
        return
    with safe_running(home) as state:
        if state.setup_closed:
            return
        who = Who(account=IMPORTER, profession=Profession.INTERFACE_SERVICE, session="init")
        client = SafeClient(home.socket)
        reply = client.call(Enrol(who=who, accounts={IMPORTER: (Profession.INTERFACE_SERVICE,)}, request="init"))
        client.close()
    if not isinstance(reply, Noted):
        raise BrokenWorldError("The safe did not take the account that imports.", "Run `ecluse init` again.")


def main() -> None:
    """Do both for the home folder named by ``ECLUSE_HOME``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.web.settings")
    django.setup()
    tables()
    importer(load())


if __name__ == "__main__":
    main()
