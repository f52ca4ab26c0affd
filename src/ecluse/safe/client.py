"""How the web process speaks to the safe: one kept connection, one request at a time.

1. (S6) When the safe cannot be reached, or answers a fault, the caller gets an error and nothing to show.
2. A request is sent again, once, only when the connection was found closed before any byte of an answer came.
"""

import socket
import struct
import threading
from pathlib import Path
from typing import overload

from ecluse.core.errors import BrokenWorldError
from ecluse.safe import codec
from ecluse.safe.files import socket_name
from ecluse.safe.protocol import (
    Approve,
    Check,
    Checked,
    CloseSetup,
    Create,
    Created,
    DirectoryKey,
    Enrol,
    Fault,
    Key,
    Lock,
    Note,
    Noted,
    Open,
    Opened,
    Pending,
    Propose,
    Reply,
    Request,
    Revoke,
    Ruled,
    State,
    Status,
    Tokened,
    Tokens,
    Waiting,
)

TIMEOUT_SECONDS = 30.0
FIRST_BYTES = 8_192
TIMEVAL = struct.Struct("@ll")


class SafeUnavailableError(BrokenWorldError):
    """The safe cannot be reached or answered a fault; ``code`` is the fault's, or ``unreachable``."""

    def __init__(self, message: str, next_step: str = "", code: str = "unreachable") -> None:
        super().__init__(message, next_step)
        self.code = code


class SafeClient:
    """A connection to the safe. Not to be shared between threads: see :func:`local`."""

    def __init__(self, socket_path: Path, timeout: float = TIMEOUT_SECONDS) -> None:
        self.path = socket_path
        self.timeout = timeout
        self._socket: socket.socket | None = None

    def __del__(self) -> None:
        self.close()

    @overload
    def call(self, request: Open) -> Opened: ...
    @overload
    def call(self, request: Create) -> Created: ...
    @overload
    def call(self, request: Tokens) -> Tokened: ...
    @overload
    def call(self, request: DirectoryKey) -> Key: ...
    @overload
    def call(self, request: Note | Enrol | CloseSetup) -> Noted: ...
    @overload
    def call(self, request: Check) -> Checked: ...
    @overload
    def call(self, request: Propose | Approve | Lock | Revoke) -> Ruled: ...
    @overload
    def call(self, request: Pending) -> Waiting: ...
    @overload
    def call(self, request: Status) -> State: ...

    def call(self, request: Request) -> Reply:
        """Send ``request`` and return its reply.

        Raises:
            SafeUnavailableError: no safe, or a fault: nothing was released.
        """
        data = codec.frame(request)
        try:
            reply = self._exchange(data)
        except OSError as error:
            self.close()
            raise SafeUnavailableError(f"The safe cannot be reached: {error}.", "Is `ecluse serve` running?") from error
        if isinstance(reply, Fault):
            raise SafeUnavailableError(f"The safe answered {reply.code}: {reply.message}.", code=reply.code)
        return reply

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _exchange(self, data: bytes) -> Reply:
        kept = self._socket is not None
        try:
            return self._once(data)
        except ConnectionError:
            self.close()
            if not kept:
                raise
        return self._once(data)

    def _once(self, data: bytes) -> Reply:
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._socket.settimeout(self.timeout)
            with socket_name(self.path) as name:
                self._socket.connect(name)
            wait_in_kernel(self._socket, self.timeout)
        self._socket.sendall(data)
        return self._receive(self._socket)

    def _receive(self, sock: socket.socket) -> Reply:
        data = sock.recv(FIRST_BYTES)
        if not data:
            raise ConnectionResetError("the safe closed the connection")
        try:
            whole = len(data) >= codec.HEADER.size and len(data) == codec.HEADER.size + codec.length(data)
            return codec.reply(memoryview(data)[codec.HEADER.size :] if whole else self._whole(sock, bytearray(data)))
        except (OSError, codec.FrameError) as error:
            self.close()
            raise SafeUnavailableError(f"The answer of the safe was cut: {error}.", "Try again.") from error

    @staticmethod
    def _whole(sock: socket.socket, data: bytearray) -> memoryview:
        end = None
        while end is None or len(data) < end:
            if end is None and len(data) >= codec.HEADER.size:
                end = codec.HEADER.size + codec.length(data)
                continue
            more = sock.recv(1 << 20)
            if not more:
                raise ConnectionResetError("the safe closed the connection")
            data += more
        return memoryview(data)[codec.HEADER.size : end]


def wait_in_kernel(sock: socket.socket, seconds: float) -> None:
    """Let the kernel watch the time limit.

    Python's own way asks with ``poll`` before each send and receive: two more calls, and two more hand-overs of the
    interpreter's lock, a request. Past the limit ``BlockingIOError``, an ``OSError``, is raised.
    """
    limit = TIMEVAL.pack(int(seconds), int(seconds % 1 * 1_000_000))
    sock.settimeout(None)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)


_kept = threading.local()


def local(socket_path: Path) -> SafeClient:
    """Return this thread's kept client of the safe at ``socket_path``."""
    clients: dict[Path, SafeClient] = _kept.__dict__.setdefault("clients", {})
    if socket_path not in clients:
        clients[socket_path] = SafeClient(socket_path)
    return clients[socket_path]
