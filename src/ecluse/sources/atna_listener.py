"""Receiving audit messages: syslog over TLS (RFC 5425) and UDP (RFC 5426), into a spool that ``ecluse scan`` reads.

1. What was received is on disk within ``EVERY`` seconds; stopping (SIGINT, SIGTERM) writes the rest first.
2. Nothing a sender does makes memory grow: messages, connections and what waits to be written are bounded.
3. What is no audit message is kept as a reject, with its reason and sender; it never ends the listener.
4. Only this machine is served unless another address is named. Over TLS, senders may be asked for certificates.

Syslog has no answer: a sender cannot know that its message is on disk. Over UDP anybody who reaches the port can write
into the spool under any name; use it inside one machine only.
"""

import asyncio
import signal
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import msgspec

from ecluse.core.errors import BadInputError, BrokenWorldError
from ecluse.sources.atna_framing import Frames, FramingError
from ecluse.sources.atna_spool import Spool

EVERY = 0.2
CONNECTIONS = 64
PIECE = 1 << 16
HANDSHAKE_SECONDS = 10
IDLE_SECONDS = 3600
RECEIVE_BUFFER = 1 << 22
MARK = b"AuditMessage"


class Tls(msgspec.Struct, frozen=True):
    """The port of TLS, the server's certificate and key (PEM), and who signs the senders' (``clients``, if asked)."""

    port: int
    certificate: Path
    key: Path
    clients: Path | None = None


class Ports(msgspec.Struct, frozen=True):
    """The ports that were opened; 0 = none."""

    udp: int = 0
    tls: int = 0


def listen(
    into: Path,
    *,
    host: str = "127.0.0.1",
    udp: int | None = None,
    tls: Tls | None = None,
    ready: Callable[[Ports], None] = lambda _: None,
) -> Spool:
    """Receive into the file ``into`` until SIGINT or SIGTERM; return the spool with its counts.

    ``ready`` is called once with the ports opened (a port given as 0 is any free one).

    Raises:
        BadInputError: no port is asked for, or certificate and key are none.
        BrokenWorldError: a port is taken, or the spool cannot be written.
    """
    if udp is None and tls is None:
        raise BadInputError("No port to listen on.", "Name --udp PORT, or --tls PORT with --cert and --key.")
    context = _context(tls) if tls else None
    spool = Spool(into)
    try:
        asyncio.run(_Listener(spool).run(host, udp, (tls.port, context) if tls and context else None, ready))
    finally:
        spool.close()
    return spool


def _context(tls: Tls) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(tls.certificate, tls.key)
        if tls.clients:
            context.load_verify_locations(tls.clients)
            context.verify_mode = ssl.CERT_REQUIRED
    except (OSError, ssl.SSLError) as error:
        raise BadInputError(
            f"Certificate or key cannot be used: {error}.", "Name PEM files that belong together."
        ) from error
    return context


class _Listener:
    """The open ports and connections of one run."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._open: set[asyncio.StreamWriter] = set()
        self._room = asyncio.Event()
        self._room.set()

    async def run(
        self, host: str, udp: int | None, tls: tuple[int, ssl.SSLContext] | None, ready: Callable[[Ports], None]
    ) -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            with suppress(ValueError, RuntimeError):  # not in the main thread: whoever runs it stops it
                loop.add_signal_handler(name, stop.set)
        try:
            datagrams = await self._udp(host, udp) if udp is not None else None
            server = await self._tls(host, *tls) if tls else None
        except OSError as error:
            raise BrokenWorldError(
                f"Cannot listen: {error}.", "Choose a free port, or an address of this machine."
            ) from error
        ready(Ports(_port(datagrams), server.sockets[0].getsockname()[1] if server else 0))
        try:
            await self._write_until(stop)
        finally:
            if datagrams:
                datagrams.close()
            if server:
                server.close()
            for writer in list(self._open):
                writer.close()

    async def _write_until(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), EVERY)
            self._spool.flush()
            if not self._spool.full:
                self._room.set()

    async def _udp(self, host: str, port: int) -> asyncio.DatagramTransport:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self.take), local_addr=(host, port))
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        return transport

    async def _tls(self, host: str, port: int, context: ssl.SSLContext) -> asyncio.Server:
        return await asyncio.start_server(
            self._connected, host, port, ssl=context, ssl_handshake_timeout=HANDSHAKE_SECONDS, limit=PIECE
        )

    def take(self, message: bytes, peer: str) -> None:
        """Keep ``message``, or why it is none."""
        if MARK not in message:
            self._spool.reject("no audit message", peer, message)
        elif not self._spool.add(message):
            self._room.clear()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str(writer.get_extra_info("peername"))
        if len(self._open) >= CONNECTIONS:
            self._spool.reject("too many connections", peer, b"")
            writer.close()
            return
        self._open.add(writer)
        try:
            await self._receive(reader, Frames(), partial(self.take, peer=peer))
        except FramingError as error:
            self._spool.reject(str(error), peer, error.start)
        except (OSError, TimeoutError):
            pass  # gone, or silent too long: what came before is kept
        finally:
            self._open.discard(writer)
            writer.close()

    async def _receive(self, reader: asyncio.StreamReader, frames: Frames, take: Callable[[bytes], None]) -> None:
        while data := await asyncio.wait_for(reader.read(PIECE), IDLE_SECONDS):
            for message in frames.feed(data):
                await self._until_room()
                take(message)
        if rest := frames.rest():
            await self._until_room()
            take(rest)

    async def _until_room(self) -> None:
        while self._spool.full:
            self._room.clear()
            await self._room.wait()


class _Datagrams(asyncio.DatagramProtocol):
    """One message a datagram."""

    def __init__(self, take: Callable[[bytes, str], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._take(data, str(addr))


def _port(transport: asyncio.DatagramTransport | None) -> int:
    return int(transport.get_extra_info("sockname")[1]) if transport else 0
