"""A real establishment on this machine, made and served by the ordinary commands and by nothing else."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.drill import files
from ecluse.drill.hospital import Hospital

READY_WITHIN_S = 300.0
STOPS_WITHIN_S = 30.0
POLL_S = 0.2
LAST_LINES = 12
Tell = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing."""


def command(home: Path, *arguments: str) -> str:
    """Run ``ecluse …`` on the establishment at ``home`` and return what it printed.

    Raises:
        BrokenWorldError: it ended with an error; its last lines are in the message.
    """
    done = _run(home, arguments)
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-LAST_LINES:])
        raise BrokenWorldError(f"`ecluse {arguments[0]}` ended with {done.returncode}:\n{said}", f"Its home is {home}.")
    return done.stdout


def command_status(home: Path, *arguments: str) -> int:
    """Run ``ecluse …`` and return its exit status."""
    return _run(home, arguments).returncode


def _run(home: Path, arguments: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    """Run a command in a session of its own: when we are interrupted, it ends with everything it started."""
    words = [sys.executable, "-m", "ecluse.cli.main", *arguments, "--home", str(home)]
    with subprocess.Popen(
        words,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            said, complained = process.communicate()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        return subprocess.CompletedProcess(words, process.returncode, said, complained)


def environment() -> dict[str, str]:
    """Return the environment of a command: ours, without what would name another establishment."""
    return {name: value for name, value in os.environ.items() if name not in {"ECLUSE_HOME", "DJANGO_SETTINGS_MODULE"}}


def free_port(wanted: int = 0) -> int:
    """Return ``wanted`` if nobody listens there, else a free port of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return free_port()
        return int(probe.getsockname()[1])


SETTINGS = """\
# A demonstration: passwords and second factors of this folder are public. Never put a real patient here.

[site]
name = {name}
language = "fr"
port = {port}
demo = true

[database]
url = {url}

[accounts]
demo_codes_for_all = true
"""


def make(home: Path, *, database: str = "", port: int = 0, name: str = "Hôpital de démonstration") -> None:
    """Make the home folder of a demonstration, in a new or an empty folder: never over an establishment.

    Raises:
        BadInputError: there is something in it, or it cannot be made.
    """
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        taken = any(home.iterdir())
    except OSError as error:
        raise BadInputError(f"{home} cannot be made: {error.strerror}.", "Name a new folder.") from error
    if taken:
        raise BadInputError(f"{home} is not empty.", "Name a new folder: what is there stays as it is.")
    settle(home, database=database, port=port, name=name)
    command(home, "init", str(home))


def settle(home: Path, *, database: str = "", port: int = 0, name: str = "Hôpital de démonstration") -> None:
    """Write the settings of a demonstration."""
    text = SETTINGS.format(
        name=json.dumps(name, ensure_ascii=False), port=port or free_port(), url=json.dumps(database)
    )
    (home / "ecluse.toml").write_text(text, encoding="utf-8")


def fill(
    hospital: Hospital, home: Path, tell: Tell = silent, *, world: Path | None = None, decoys: Collection[int] = ()
) -> None:
    """Bring people and records into a served establishment, by the ordinary commands.

    ``world``: where the files of the world go (``HOME/world`` by default). ``decoys``: patients planted as such.
    """
    folder = world or home / "world"
    tell(f"inventing {hospital.patients:,} patients and {len(hospital.members)} people")
    files.write(hospital, folder, decoys=decoys)
    tell("hiring the people")
    command(home, "accounts", "load", str(folder / "staff.json"), "--demo-credentials")
    command(home, "accounts", "close-setup")
    tell("importing the records")
    command(home, "import", str(folder / "fhir"))
    if decoys:
        command(home, "import", str(folder / "decoys"), "--decoys")


class Server:
    """A served establishment. It outlives us unless it is stopped."""

    def __init__(self, home: Path, port: int = 0) -> None:
        self.log = home / "serve.log"
        self.url = f"http://127.0.0.1:{port or free_port()}"
        arguments = ["serve", "--home", str(home), "--port", self.url.rpartition(":")[2]]
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ecluse.cli.main", *arguments],
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def wait_until_open(self) -> None:
        """Wait until a page can be had.

        Raises:
            BrokenWorldError: it does not answer in time, or ended.
        """
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                httpx.get(f"{self.url}/accounts/login/", timeout=5)
            except httpx.HTTPError:
                time.sleep(POLL_S)
            else:
                return
        said = "\n".join(self.log.read_text(errors="replace").splitlines()[-LAST_LINES:])
        raise BrokenWorldError(f"`ecluse serve` does not answer:\n{said}", f"See {self.log}.")

    def stop(self) -> None:
        """Stop it."""
        self.process.terminate()
        try:
            self.process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@contextmanager
def serving(home: Path, port: int = 0) -> Iterator[str]:
    """Serve the establishment for as long as the block lasts; yield its address."""
    server = Server(home, port)
    try:
        server.wait_until_open()
        yield server.url
    finally:
        server.stop()
