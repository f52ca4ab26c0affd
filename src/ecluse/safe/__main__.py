"""``python -m ecluse.safe serve --home DIR``: the safe alone, free of any Django import.

``ecluse serve`` starts this.
"""

import argparse
import os
import sys
from pathlib import Path

from ecluse.core.errors import EcluseError, Exit
from ecluse.core.home import home_path
from ecluse.safe.passphrase import read_passphrase
from ecluse.safe.serving import serve


def main() -> int:
    """Serve; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ecluse.safe")
    parser.add_argument("command", choices=["serve"])
    parser.add_argument("--home", type=Path, help="folder of the establishment (or ECLUSE_HOME)")
    parser.add_argument("--passphrase-file", type=Path, help="file that holds the passphrase of the master key")
    parser.add_argument("--leash", action="store_true", help="stop when standard input ends")
    given = parser.parse_args()
    try:
        home = given.home.absolute() if given.home else home_path()
        passphrase = read_passphrase(given.passphrase_file, os.environ)
        serve(home / "safe", home / "run" / "safe.sock", passphrase=passphrase, leash=given.leash)
    except EcluseError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return Exit.OK


if __name__ == "__main__":
    sys.exit(main())
