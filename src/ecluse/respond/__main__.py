"""``python -m ecluse.respond live`` and ``… deep``: the processes of the watch, for the home named by ECLUSE_HOME.

Each ends with the process that started it; that one may say who it is (``… deep 4711``), in case it dies before it is
looked for.
"""

import importlib
import os
import sys

import django

from ecluse.core.errors import EcluseError, Exit
from ecluse.core.processes import end_with

JOBS = ("live", "deep")


def main() -> int:
    """Run the job that is named."""
    if sys.argv[1:2] not in [[job] for job in JOBS]:
        sys.stderr.write(f"Name a job: {' or '.join(JOBS)}.\n")
        return Exit.USAGE
    end_with(int(sys.argv[2]) if sys.argv[2:] else os.getppid())
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
