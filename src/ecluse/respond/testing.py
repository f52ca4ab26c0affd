"""Receivers on this machine: an HTTP server, a mail server and a syslog that keep what they are sent."""

import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar


class Post(BaseHTTPRequestHandler):
    """Keeps each POST; answers what the test says."""

    status: ClassVar[int] = 202
    taken: ClassVar[list[tuple[dict[str, str], bytes]]]

    def do_POST(self) -> None:
        """Keep it."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.taken.append(({name.lower(): value for name, value in self.headers.items()}, body))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def http() -> Iterator[tuple[str, type[Post]]]:
    """Serve; yield the address, and the handler that keeps what came."""
    handler = type("Kept", (Post,), {"taken": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/hook", handler
        server.shutdown()


class Smtp(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as one message needs."""

    taken: ClassVar[list[str]]

    def handle(self) -> None:
        """Answer one client."""
        self.wfile.write(b"220 here\r\n")
        for raw in self.rfile:
            word = raw.decode().strip().upper()
            if word == "DATA":
                self.wfile.write(b"354 go on\r\n")
                self.taken.append(self._message())
            self.wfile.write(b"221 bye\r\n" if word == "QUIT" else b"250 well\r\n")
            if word == "QUIT":
                return

    def _message(self) -> str:
        lines: list[str] = []
        for raw in self.rfile:
            if raw == b".\r\n":
                break
            lines.append(raw.decode())
        return "".join(lines)


@contextmanager
def smtp() -> Iterator[tuple[int, list[str]]]:
    """Serve; yield the port and what came."""
    taken: list[str] = []
    handler = type("Kept", (Smtp,), {"taken": taken})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], taken
        server.shutdown()


@contextmanager
def stream(context: ssl.SSLContext | None = None) -> Iterator[tuple[int, list[bytes]]]:
    """Listen on TCP (over TLS with ``context``); yield the port and what came."""
    taken: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
                with context.wrap_socket(plain, server_side=True) if context else plain as link:
                    taken.append(link.recv(65536))
            except ssl.SSLError:
                continue
            except OSError:
                return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1], taken
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
