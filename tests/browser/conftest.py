"""A real establishment, really served, and a real browser in front of it."""

import hashlib
import hmac
import os
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from playwright.sync_api import BrowserContext, Page

from ecluse.cli.init import init_home
from ecluse.core.home import Accounts, Home, Settings, Site
from ecluse.drill.live.results import Report, Trial, lines

HERE = Path(__file__).parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "une-peniche-par-bief"
ANSWERABLE = """
[breach]
controller = "Clinique du Halage"
controller_contact = "1 quai du Halage, 99999 Valbreuse-sur-Onde"
dpo = "Dominique Rossi"
dpo_contact = "dpo@halage.example"
finess = "990000001"
"""
READY_WITHIN_S = 60
IMAGES = HERE.parents[1] / "docs" / "img"
DESK = {"width": 1280, "height": 800}
Enter = Callable[..., Page]


def wait_for_proof(page: Page) -> None:
    """Wait until the page's own script has written its proof."""
    for _ in range(100):
        if any(cookie.get("name", "").endswith("proof") for cookie in page.context.cookies()):
            return
        page.wait_for_timeout(100)
    raise AssertionError("the browser has written no proof")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run these last: while a browser is driven, its event loop would make Django refuse to touch the database."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Use Debian's Chromium, without what would call outside."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no {CHROMIUM}")
    return {"executable_path": CHROMIUM, "args": FLAGS}


@pytest.fixture(scope="session")
def establishment(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Make an establishment with its small cast."""
    folder = tmp_path_factory.mktemp("e") / "h"
    site = Site(name="Clinique du Halage", port=free_port(), demo=True)
    home = init_home(folder, Settings(site=site, accounts=Accounts(demo_codes_for_all=True)))
    with (home.path / "ecluse.toml").open("a", encoding="utf-8") as more:
        more.write(ANSWERABLE)
    drills = home.path / "drills"
    drills.mkdir()
    (drills / "2026-11-20.json").write_bytes(drilled())
    environment = {**os.environ, "ECLUSE_HOME": str(home.path)}
    subprocess.run([sys.executable, HERE / "seed.py"], env=environment, check=True, timeout=120)
    return home


def drilled() -> bytes:
    """Return the figures of the drill that docs/drill.md tells of, as ``ecluse drill run --json`` prints them."""
    trials = msgspec.json.decode((HERE.parents[1] / "docs" / "drill.json").read_bytes(), type=list[Trial])
    return msgspec.json.encode(Report(lines(trials), {}))


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(establishment: Home) -> Iterator[str]:
    """Serve it, and give its address. WebAuthn wants the name localhost."""
    url = f"http://localhost:{establishment.settings.site.port}"
    environment = {**os.environ, "ECLUSE_HOME": str(establishment.path)}
    with (establishment.path / "serve.log").open("wb") as log:
        command = [sys.executable, "-m", "ecluse.cli.main", "serve"]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        wait_for(f"{url}/accounts/login/", server, establishment.path / "serve.log")
        yield url
    finally:
        server.terminate()
        server.wait(30)


def wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a page answers."""
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 - our own address
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"the site did not open:\n{log.read_text(errors='replace')}")


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """Collect what the browser complains of; the test fails on any: refused scripts and styles, errors of ours."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def enter(site: str, new_context: Callable[..., BrowserContext], complaints: list[str]) -> Enter:
    """Open a browser of one's own, in a language, on a screen."""

    def opened(language: str = "en-GB", screen: dict[str, int] | None = None, **more: Any) -> Page:
        context = new_context(base_url=site, locale=language, viewport=screen or DESK, **more)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaint(said.type, said.text, complaints))
        return page

    return opened


def complaint(kind: str, text: str, heard: list[str]) -> None:
    """Keep errors of the console, but for pages that answer with a refusal on purpose."""
    if kind == "error" and "the server responded with a status of 4" not in text:
        heard.append(text)


used_codes: dict[bytes, int] = {}


def code(username: str) -> str:
    """Return a code of somebody's authenticator app that was not used yet, waiting for one when needed."""
    return totp(username.ljust(20, "=").encode()[:20])


def totp(secret: bytes) -> str:
    """Return a code (RFC 6238) that was not used yet, waiting for one when needed.

    Never the code of the step before: it would be too old if the clock passed to the next step before it was typed.
    """
    step = max(int(time.time()) // 30, used_codes.get(secret, 0) + 1)
    while step > int(time.time()) // 30 + 1:
        time.sleep(0.5)
    used_codes[secret] = step
    mac = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


@pytest.fixture
def code_of() -> Callable[[str], str]:
    """Give the next code of somebody's authenticator app."""
    return code


@pytest.fixture(scope="session")
def cookies() -> dict[str, Any]:
    """Keep the open sessions of the cast."""
    return {}


KEEP = """async ([scalar, x, y]) => {
  const jwk = { kty: "EC", crv: "P-256", d: scalar, x, y };
  const privateKey = await crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  const bytes = (text) => atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const raw = btoa("\\x04" + bytes(x) + bytes(y)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const opened = await new Promise((resolve, reject) => {
    const request = indexedDB.open("ecluse", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("keys");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  await new Promise((resolve, reject) => {
    const change = opened.transaction("keys", "readwrite");
    change.objectStore("keys").put({ privateKey, publicKey: raw }, "device");
    change.oncomplete = resolve;
    change.onerror = () => reject(change.error);
  });
}"""
"""Puts a key that the test holds where a browser keeps its own: the test stands for one browser, closed and opened."""


def keep_key(page: Page, key: ec.EllipticCurvePrivateKey) -> None:
    """Make the browser of ``page`` the one that has this key."""
    numbers = key.private_numbers()
    parts = (numbers.private_value, numbers.public_numbers.x, numbers.public_numbers.y)
    page.goto("/accounts/login/")
    page.evaluate(KEEP, [urlsafe_b64encode(part.to_bytes(32)).decode().rstrip("=") for part in parts])
    page.goto("about:blank")
    page.context.clear_cookies(name="proof")


@pytest.fixture(scope="session")
def keys() -> dict[str, ec.EllipticCurvePrivateKey]:
    """Keep the key of each person's browser."""
    return {}


@pytest.fixture
def sign_in(cookies: dict[str, Any], keys: dict[str, ec.EllipticCurvePrivateKey]) -> Callable[[Page, str], Page]:
    """Sign in with password and code, as a person does; the second time, go on with the session that is open.

    A code is good once, and a new one comes every 30 seconds: nobody wants to wait for each test. The session goes on
    only where the key of the browser it was opened in is: it is put there first. Whoever proved again who they are in
    another test has a new session: then they sign in once more.
    """

    def signed_in(page: Page, username: str) -> Page:
        key = keys.setdefault(username, ec.generate_private_key(ec.SECP256R1()))
        keep_key(page, key)
        if username in cookies:
            page.context.add_cookies(cookies[username])
            page.goto("/")
            page.wait_for_selector("details.menu, [name=login]")
            if page.locator("details.menu").count():
                return page
        page.goto("/accounts/login/")
        wait_for_proof(page)
        page.fill("[name=login]", username)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.fill("[name=code]", code(username))
        page.press("[name=code]", "Enter")
        page.wait_for_selector("details.menu")
        cookies[username] = [one for one in page.context.cookies() if one["name"] != "proof"]
        return page

    return signed_in


@pytest.fixture
def meanwhile(establishment: Home) -> Callable[..., None]:
    """Let something happen beside the browser: see meanwhile.py."""

    def done(*words: str) -> None:
        environment = {**os.environ, "ECLUSE_HOME": str(establishment.path)}
        subprocess.run([sys.executable, HERE / "meanwhile.py", *words], env=environment, check=True, timeout=60)

    return done


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """Keep a picture for README and docs as docs/img/NAME.png, when somebody asks for pictures: TAKE_SCREENSHOTS=1."""

    def kept(page: Page, name: str) -> None:
        if os.environ.get("TAKE_SCREENSHOTS") == "1":
            IMAGES.mkdir(parents=True, exist_ok=True)
            page.evaluate("document.activeElement && document.activeElement.blur()")
            page.screenshot(path=IMAGES / f"{name}.png", animations="disabled", caret="hide")

    return kept


@pytest.fixture
def look() -> Callable[[Page, str], None]:
    """Keep a picture of a whole page as NAME.png for somebody to look at, when they say where: LOOK_AT=FOLDER."""

    def kept(page: Page, name: str) -> None:
        folder = os.environ.get("LOOK_AT")
        if folder:
            page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled", full_page=True)

    return kept
