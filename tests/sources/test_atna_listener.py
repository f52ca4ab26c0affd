"""What is sent is on disk, whatever happens to the listener; what is no audit message is kept as a reject."""

import datetime as dt
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ecluse.core.errors import BadInputError, BrokenWorldError, Exit
from ecluse.core.events import Access
from ecluse.sources import atna, reading
from ecluse.sources.atna_framing import LONGEST, Frames, FramingError
from ecluse.sources.atna_listener import Tls, listen
from ecluse.sources.atna_spool import MOST_WAITING, Spool

LISTEN = """
import sys
from pathlib import Path
from ecluse.sources.atna_listener import Tls, listen
into, folder = Path(sys.argv[1]), Path(sys.argv[1]).parent
clients = folder / "cert.pem" if "clients" in sys.argv else None
def ready(ports): print(ports.udp, ports.tls, flush=True)
spool = listen(into, udp=0, tls=Tls(0, folder / "cert.pem", folder / "key.pem", clients), ready=ready)
print(spool.written, spool.rejected, spool.lost, flush=True)
"""


def message(patient: str = "TEST-1", head: str = "<85>1 2025-03-04T09:12:45Z host APP 1 IHE+RFC-3881 - ") -> bytes:
    return (
        f'{head}<AuditMessage><EventIdentification EventActionCode="R" EventDateTime="2025-03-04T09:12:45Z" '
        'EventOutcomeIndicator="0"><EventID csd-code="110110" originalText="Patient Record" codeSystemName="DCM"/>'
        '</EventIdentification><ActiveParticipant UserID="essai" UserIsRequestor="true"/>'
        f'<ParticipantObjectIdentification ParticipantObjectID="{patient}" ParticipantObjectTypeCode="1" '
        'ParticipantObjectTypeCodeRole="1"/></AuditMessage>'
    ).encode()


def counted(data: bytes) -> bytes:
    return b"%d %b" % (len(data), data)


def certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


class Running:
    def __init__(self, folder: Path, *more: str) -> None:
        self.folder = folder
        self.into = folder / "spool.log"
        certificate(folder)
        command = [sys.executable, "-c", LISTEN, str(self.into), *more]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.udp, self.tls = (int(port) for port in self.process.stdout.readline().split())

    def datagram(self, data: bytes) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(data, ("127.0.0.1", self.udp))

    def stream(self, *pieces: bytes) -> None:
        context = ssl.create_default_context(cafile=str(self.folder / "cert.pem"))
        raw = socket.create_connection(("127.0.0.1", self.tls))
        with raw, context.wrap_socket(raw, server_hostname="localhost") as out:
            for piece in pieces:
                out.sendall(piece)
            out.unwrap()

    def wait_for(self, number: int) -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if self.into.exists() and self.into.read_bytes().count(b"</AuditMessage>") >= number:
                return
            time.sleep(0.02)
        pytest.fail(f"{number} messages never arrived")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> str:
        self.process.send_signal(how)
        out, _ = self.process.communicate(timeout=20)
        return out.strip()

    def rejects(self) -> list[dict[str, str]]:
        file = self.into.with_name("spool.log.rejects.jsonl")
        return [msgspec.json.decode(line) for line in file.read_bytes().splitlines()] if file.exists() else []

    def patients(self) -> list[str]:
        return [event.patient for event in reading.events(atna, self.into) if isinstance(event, Access)]


@contextmanager
def running(folder: Path, *more: str) -> Iterator[Running]:
    made = Running(folder, *more)
    try:
        yield made
    finally:
        made.process.kill()
        made.process.communicate()


@pytest.mark.slow
def test_messages_by_both_ways_are_in_the_spool_and_the_reader_finds_them(tmp_path: Path) -> None:
    with running(tmp_path) as listener:
        listener.datagram(message("UDP-1"))
        data = counted(message("TLS-1")) + counted(message("TLS-2"))
        listener.stream(data[:7], data[7:700], data[700:])
        listener.stream(b"<13>2025-03-05T08:00:01+00:00 host\n" + message("LINES-1", "<?xml version='1.0'?>\n") + b"\n")
        listener.wait_for(4)
        assert listener.stop() == "4 0 0"
        assert sorted(listener.patients()) == ["LINES-1", "TLS-1", "TLS-2", "UDP-1"]


@pytest.mark.slow
def test_l13_what_was_written_survives_a_kill_and_a_torn_end_harms_only_itself(tmp_path: Path) -> None:
    with running(tmp_path) as listener:
        listener.datagram(message("BEFORE"))
        listener.wait_for(1)
        listener.stop(signal.SIGKILL)
    with listener.into.open("ab") as file:
        file.write(counted(message("TORN"))[:200])
    with running(tmp_path) as listener:
        listener.datagram(message("AFTER"))
        listener.wait_for(2)
        assert listener.stop() == "1 0 0"
    assert listener.patients() == ["BEFORE", "AFTER"]


@pytest.mark.slow
def test_l13_what_is_no_audit_message_is_kept_as_a_reject_and_ends_nothing(tmp_path: Path) -> None:
    with running(tmp_path) as listener:
        listener.datagram(b"<34>1 2025-03-04T09:12:45Z host su - - - a line of another program")
        listener.stream(b"99999999999 too long to be a length")
        listener.stream(counted(message("CUT"))[:100])
        listener.stream(b"9999999 <85>1 far too long")
        listener.stream(counted(message("GOOD")))
        listener.wait_for(1)
        assert listener.stop() == "1 4 0"
        assert listener.patients() == ["GOOD"]
        assert {line["reason"] for line in listener.rejects()} == {
            "no audit message", "no length, or too long", "the connection ended inside a message",
        }  # fmt: skip


@pytest.mark.slow
def test_a_sender_without_a_certificate_is_refused_where_one_is_asked(tmp_path: Path) -> None:
    with running(tmp_path, "clients") as listener:
        with pytest.raises(OSError, match=r"(?i)certificate|reset|alert|closed|eof|broken"):
            listener.stream(*[counted(message("UNKNOWN"))] * 2000)
        assert listener.stop() == "0 0 0"


def test_no_port_no_certificate_or_no_folder_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="No port"):
        listen(tmp_path / "spool")
    with pytest.raises(BadInputError, match="Certificate"):
        listen(tmp_path / "spool", tls=Tls(0, tmp_path / "none.pem", tmp_path / "none.key"))
    with pytest.raises(BrokenWorldError, match="cannot be written"):
        Spool(tmp_path / "none" / "spool")


def test_a_port_that_is_taken_is_an_error(tmp_path: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(BrokenWorldError, match="Cannot listen"):
            listen(tmp_path / "spool", udp=taken.getsockname()[1])


def test_l13_waiting_messages_are_bounded_and_what_is_lost_is_counted(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    large = b"x" * (1 << 20)
    taken = sum(spool.add(large) for _ in range(40))
    assert taken * len(large) >= MOST_WAITING > (taken - 2) * len(large)
    assert spool.full
    assert spool.lost == 40 - taken
    spool.close()
    assert spool.written == taken


def test_l13_a_full_disk_loses_nothing_that_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Spool(tmp_path / "spool")
    spool.add(message("KEPT"))
    with monkeypatch.context() as broken:
        broken.setattr("os.fdatasync", lambda fd: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        spool.flush()
        assert "No space left" in spool.failing
        assert spool.written == 0
    spool.close()
    assert (tmp_path / "spool").read_bytes() == counted(message("KEPT")) + b"\n"


def test_messages_that_can_never_be_written_are_an_error_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path / "spool")
    spool.add(message())
    monkeypatch.setattr("os.fdatasync", lambda fd: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(BrokenWorldError, match="1 messages could not be written"):
        spool.close(patience=0.1)


def test_a_spool_moved_away_goes_on_in_a_new_file(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool")
    spool.add(message("OLD"))
    spool.flush()
    (tmp_path / "spool").rename(tmp_path / "spool.1")
    spool.add(message("NEW"))
    spool.close()
    assert b"OLD" in (tmp_path / "spool.1").read_bytes()
    assert b"NEW" in (tmp_path / "spool").read_bytes()


@pytest.mark.parametrize("size", [1, 7, 64, 5000])
def test_counted_frames_are_the_same_however_they_are_cut(size: int) -> None:
    sent = [message(f"P-{number}") for number in range(5)]
    data = b"".join(map(counted, sent))
    frames = Frames()
    found = [one for place in range(0, len(data), size) for one in frames.feed(data[place : place + size])]
    assert found == sent
    assert frames.rest() == b""


@pytest.mark.parametrize("data", [b"12x <85>1", b"123456789 <85>1", b"9999999 <85>", b"5<85>1 x y"])
def test_what_is_no_length_ends_the_connection(data: bytes) -> None:
    with pytest.raises(FramingError):
        list(Frames().feed(data))


def test_a_sender_that_never_ends_its_message_is_cut_off() -> None:
    frames = Frames()
    with pytest.raises(FramingError, match="longer than"):
        list(frames.feed(b"<" + b"x" * (LONGEST + 20)))


def test_lines_of_headers_separate_messages_that_are_not_counted() -> None:
    frames = Frames()
    lines = [b"<34>1 one line", b"<34>1 another"]
    assert list(frames.feed(b"\n".join([*lines, message(), b"<34>1 last"]))) == [*lines, message()]
    assert frames.rest() == b"<34>1 last"


@pytest.mark.slow
def test_the_command_listens_and_says_how_much_it_took(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ecluse.cli.main", "sources", "listen", "--into", str(tmp_path / "spool.log")]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert asked.returncode == Exit.BAD_INPUT
    assert "No port to listen on" in asked.stderr
    with subprocess.Popen([*command, "--udp", "0"], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        port = int(process.stderr.readline().split("UDP ")[1].split(",")[0])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
            out.sendto(message("CLI-1"), ("127.0.0.1", port))
        time.sleep(0.5)
        process.terminate()
        assert "1 messages written, 0 rejected" in process.stderr.read()
    assert process.returncode == Exit.OK
