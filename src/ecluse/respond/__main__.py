"""``python -m ecluse.respond live`` and ``… deep``: the processes of the watch, for the home named by ECLUSE_HOME."""

import importlib
import os
import sys

import django

from ecluse.core.errors import EcluseError, Exit

JOBS = ("live", "deep")


def main() -> int:
    """Run the job that is named."""
    if sys.argv[1:2] not in [[job] for job in JOBS]:
        sys.stderr.write(f"Name a job: {' or '.join(JOBS)}.\n")
        return Exit.USAGE
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecluse.web.settings")
    django.setup()
    try:
        status: int = importlib.import_module(f"ecluse.respond.{sys.argv[1]}").main()
    except EcluseError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return status


if __name__ == "__main__":
    sys.exit(main())
