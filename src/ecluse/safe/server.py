"""The server of the safe: one thread, one epoll loop, group commit.

1. (S1) Read every ready socket, decide and stage all, one write and one fdatasync, then answer all: no reply before
   its entry.
2. (S3) There is no lock, no executor and no await between decision and durability: two requests cannot race past a
   cap.
3. (S6) When the trace cannot be written every request of the batch gets a fault, and so do the next ones until it
   can.
4. The socket is 0600 and its peers must run as the safe's own user (SO_PEERCRED).
"""

import os
import select
import signal
import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ecluse.safe import codec
from ecluse.safe.desk import Desk
from ecluse.safe.files import socket_name
from ecluse.safe.protocol import Fault, Reply
from ecluse.safe.trace import UnwritableError

READ_BYTES = 64 * 1024
RETRY_SECONDS = 0.05
READABLE = select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR
UNWRITABLE = Fault(code="trace-unwritable", message="The trace cannot be written: nothing is released.")


class Connection:
    """One client: what it sent and was not read yet, what it was not sent yet."""

    __slots__ = ("inbox", "outbox", "socket")

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.inbox = bytearray()
        self.outbox = bytearray()

    def frame(self) -> bytes | None:
        """Take one whole frame from the inbox."""
        there = len(self.inbox)
        if there < codec.HEADER.size:
            return None
        end = codec.HEADER.size + codec.length(self.inbox)
        if there < end:
            return None
        body = bytes(memoryview(self.inbox)[codec.HEADER.size : end])
        if there == end:
            self.inbox = bytearray()
        else:
            del self.inbox[:end]
        return body


class Server:
    """Serves one desk on one Unix socket."""

    def __init__(
        self, desk: Desk, path: Path, between: Callable[[], None] = lambda: None, leash: int | None = None
    ) -> None:
        self.desk = desk
        self.path = path
        self.leash = leash
        self.between = between
        self.stopping = False
        self._connections: dict[int, Connection] = {}
        self._again: set[int] = set()
        self._epoll = select.epoll()
        self._listener = _listen(path)
        self._wake, wake = socket.socketpair()
        for end in (self._wake, wake):
            end.setblocking(False)  # noqa: FBT003 - the standard library's own argument
        self._signalled = wake
        for fd in (self._listener.fileno(), self._wake.fileno(), *([] if leash is None else [leash])):
            self._epoll.register(fd, select.EPOLLIN)

    def run(self) -> None:
        """Serve until SIGTERM, SIGINT or the end of the leash (a pipe whose other end the supervisor holds)."""
        signal.set_wakeup_fd(self._signalled.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        while not self.stopping:
            self.turn()
        signal.set_wakeup_fd(-1)
        self.close()

    def close(self) -> None:
        """Take the socket away and leave every client."""
        self.path.unlink(missing_ok=True)
        for end in (self._listener, self._wake, self._signalled, *(c.socket for c in self._connections.values())):
            end.close()
        self._epoll.close()

    def turn(self) -> None:
        """One turn: gather, decide, commit, answer; then tiles and head."""
        ready = self._gather()
        replies = self._decide(ready)
        for connection, reply in replies:
            self._send(connection, codec.frame(reply))
        trace = self.desk.trace
        if not trace.broken:
            trace.settle()
            self.between()

    def _gather(self) -> set[int]:
        """Wait for something to do and read every ready socket."""
        due = self.desk.trace.head_due_in()
        ready, self._again = self._again, set()
        for fd, event in self._epoll.poll(0 if ready else due):
            connection = self._connections.get(fd)
            if connection is None:
                self._other(fd)
                continue
            if event & select.EPOLLOUT:
                self._send(connection, b"")
            if event & READABLE and self._read(connection):
                ready.add(fd)
        return ready

    def _other(self, fd: int) -> None:
        """Answer what is no client: a newcomer, or the word to stop."""
        if fd == self._listener.fileno():
            self._accept()
        elif fd in {self._wake.fileno(), self.leash}:
            self.stopping = True

    def _accept(self) -> None:
        with suppress(OSError):  # too many files open: those who are there go on, the others wait
            sock, _ = self._listener.accept()
            credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
            if struct.unpack("3i", credentials)[1] != os.geteuid():
                sock.close()
                return
            sock.setblocking(False)  # noqa: FBT003 - the standard library's own argument
            self._connections[sock.fileno()] = Connection(sock)
            self._epoll.register(sock.fileno(), select.EPOLLIN)

    def _read(self, connection: Connection) -> bool:
        """Read what came; return whether the connection is still there."""
        try:
            data = connection.socket.recv(READ_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        if not data:
            self._drop(connection)
            return False
        connection.inbox += data
        return True

    def _drop(self, connection: Connection) -> None:
        fd = connection.socket.fileno()
        if fd >= 0:
            self._epoll.unregister(fd)
            del self._connections[fd]
            self._again.discard(fd)
            connection.socket.close()

    def _decide(self, ready: set[int]) -> list[tuple[Connection, Reply]]:
        """Decide one request of each ready connection and make the entries of all durable."""
        asked = [(c, body) for c in map(self._connections.get, ready) if c and (body := self._frame(c)) is not None]
        if not asked:
            return []
        trace, desk = self.desk.trace, self.desk
        try:
            if trace.broken:
                trace.commit()
            desk.tick(time.time())
            replies = [(connection, self._answer(body)) for connection, body in asked]
            if trace.pending or trace.signed_size < trace.durable_size:
                trace.commit()
        except UnwritableError:
            time.sleep(RETRY_SECONDS)
            return [(connection, UNWRITABLE) for connection, _ in asked]
        return replies

    def _frame(self, connection: Connection) -> bytes | None:
        try:
            body = connection.frame()
        except codec.FrameError:
            self._drop(connection)
            return None
        if body is not None and len(connection.inbox) >= codec.HEADER.size:
            self._again.add(connection.socket.fileno())
        return body

    def _answer(self, body: bytes) -> Reply:
        try:
            request = codec.request(body)
        except codec.FrameError as error:
            return Fault(code="bad-request", message=str(error))
        return self.desk.handle(request)

    def _send(self, connection: Connection, data: bytes) -> None:
        """Send what can be; what cannot waits for the socket. A client that left loses only its own answer."""
        fd = connection.socket.fileno()
        if fd < 0:
            return
        had = len(connection.outbox)
        waiting = connection.outbox + data if had else data
        try:
            sent = connection.socket.send(waiting)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop(connection)
            return
        if had or sent < len(waiting):
            connection.outbox = bytearray(waiting[sent:])
        if bool(connection.outbox) != bool(had):
            self._epoll.modify(fd, select.EPOLLIN | (select.EPOLLOUT if connection.outbox else 0))


def _listen(path: Path) -> socket.socket:
    """Make the socket (0600), replacing the one a killed safe left: the folder's lock says that none is alive."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        with socket_name(path) as name:
            listener.bind(name)
    finally:
        os.umask(before)
    listener.listen(128)
    listener.setblocking(False)  # noqa: FBT003 - the standard library's own argument
    return listener
