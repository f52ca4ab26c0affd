"""A browser of few words: cookies, pages, forms with their hidden fields, links.

It runs no script, but signs with a key of its own what the site's script would sign.
"""

import re
from html.parser import HTMLParser
from typing import Any

import httpx
import msgspec

from ecluse.drill.device import DeviceKey

TIMEOUT_S = 60.0
MOST_HOPS = 6
CHALLENGE = re.compile(r'<meta name="device" content="([^"]+)"')
Attributes = list[tuple[str, str | None]]


class Form(msgspec.Struct):
    """A form as a person finds it: where it goes, what stands in its fields, which choices its lists offer."""

    action: str
    method: str
    fields: dict[str, str] = {}
    choices: dict[str, list[str]] = {}


class Page(HTMLParser):
    """Links and forms of one page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._select = ""
        self._open = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Note a link, a form or a field."""
        given = {name: value or "" for name, value in attrs}
        for name in ("href", "hx-get", "data-href"):
            if given.get(name):
                self.links.append(given[name])
        if given.get("hx-post"):
            self.forms.append(Form(given["hx-post"], "POST"))
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get").upper()))
            self._open = True
        elif self._open:
            self._field(tag, given)

    def handle_endtag(self, tag: str) -> None:
        """Leave a form or a list."""
        if tag == "form":
            self._open = False
        elif tag == "select":
            self._select = ""

    def _field(self, tag: str, given: dict[str, str]) -> None:
        form, name = self.forms[-1], given.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            form.choices.setdefault(self._select, []).append(given.get("value", ""))
            if "selected" in given or self._select not in form.fields:
                form.fields[self._select] = given.get("value", "")
        elif tag == "textarea" and name:
            form.fields[name] = ""
        elif tag in {"input", "button"} and name:
            self._input(form, name, given)

    @staticmethod
    def _input(form: Form, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in {"radio", "checkbox"}:
            form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given:
                form.fields[name] = given.get("value", "on")
        elif kind not in {"submit", "button", "image"}:
            form.fields[name] = given.get("value", "")
        else:
            form.choices.setdefault(name, []).append(given.get("value", ""))


class Browser:
    """One person's browser, at the address ``source`` of this machine (empty: any).

    Redirects are followed by hand, so that the last address is known.
    """

    def __init__(
        self,
        url: str,
        *,
        headers: dict[str, str] | None = None,
        cookies: httpx.Cookies | None = None,
        device: DeviceKey | None = None,
        auth: httpx.Auth | None = None,
        source: str = "",
    ) -> None:
        self.device = device or DeviceKey()
        self.challenge = ""
        asked = {"Accept-Language": "fr", **(headers or {})}
        way = httpx.HTTPTransport(local_address=source) if source else None
        self.http = httpx.Client(
            base_url=url, timeout=TIMEOUT_S, headers=asked, cookies=cookies, auth=auth, transport=way
        )
        self.requests = 0

    def ask(self, method: str, url: str, **more: Any) -> httpx.Response:
        """Send one request, with the proof of this browser's key, and return the answer as it is.

        Told that the proof is missing, give it once and look again, as the script does.
        """
        answer = self._once(method, url, **more)
        if answer.status_code == httpx.codes.UNAUTHORIZED and method == "GET" and "data-then" in answer.text:
            answer = self._once(method, url, **more)
        return answer

    def _once(self, method: str, url: str, **more: Any) -> httpx.Response:
        self.requests += 1
        if self.challenge:
            self.http.cookies.delete("proof") if "proof" in self.http.cookies else None
            self.http.cookies.set("proof", self.device.proof(self.challenge))
        answer = self.http.request(method, url, **more)
        told = CHALLENGE.search(answer.text) if "html" in answer.headers.get("content-type", "") else None
        self.challenge = told[1] if told else self.challenge
        return answer

    def get(self, url: str, **more: Any) -> httpx.Response:
        """Look at a page, following redirects."""
        return self._follow(self.ask("GET", url, **more))

    def submit(self, form: Form, here: httpx.Response, **values: str) -> httpx.Response:
        """Fill in and send a form found on page ``here``."""
        fields = {**form.fields, **values}
        url = str(here.url.join(form.action or str(here.url)))
        headers: dict[str, str] = {"Referer": str(here.url), "Origin": str(here.url.join("/")).rstrip("/")}
        if form.method == "GET":
            return self._follow(self.ask("GET", url, params=fields))
        if "csrfmiddlewaretoken" not in fields:
            headers["X-CSRFToken"] = self.http.cookies.get("csrftoken") or ""
        return self._follow(self.ask("POST", url, data=fields, headers=headers))

    def _follow(self, answer: httpx.Response) -> httpx.Response:
        for _ in range(MOST_HOPS):
            if answer.next_request is None:
                break
            answer = self.ask("GET", str(answer.next_request.url))
        return answer

    def close(self) -> None:
        """Close the connections."""
        self.http.close()


def page(answer: httpx.Response) -> Page:
    """Read the links and forms of an answer."""
    return Page(answer.text if "html" in answer.headers.get("content-type", "") else "")
