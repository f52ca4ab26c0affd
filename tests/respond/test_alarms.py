"""C8, C9, C10: what leaves, that it is kept until taken, that strangers' libraries verify it. Real receivers, here."""

import base64
import datetime as dt
import hmac
import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from ecluse.core.errors import BadInputError
from ecluse.core.home import Home
from ecluse.core.outside import Alarms, Caep, Email, Syslog, Webhook
from ecluse.core.words import Action, Profession
from ecluse.respond import cases, playbooks
from ecluse.respond import testing as receivers
from ecluse.respond.alarms import caep, outbox, syslog, webhook
from ecluse.respond.alarms.base import NotTakenError, Sent
from ecluse.respond.cases import Signal
from ecluse.respond.kinds import CaseKind, Channel
from ecluse.respond.models import Delivery
from ecluse.safe.entry import Entry

SetAlarms = Callable[..., Home]
SECRET = b"0123456789abcdefghijklmnopqrstuv"
ACCOUNT, REASONS = "a.thief", (("opened Zoé Martin", "a ouvert Zoé Martin"),)
AT = 1_772_485_200.0


def signal(**more: object) -> Signal:
    at = dt.datetime.fromtimestamp(AT, dt.UTC)
    return Signal(account=ACCOUNT, kind=CaseKind.DISOWNED, at=at, reasons=REASONS, patients=36, **more)  # type: ignore[arg-type]


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def files(home: Path) -> Iterator[Path]:
    """Secrets of the settings."""
    folder = home / "secrets"
    (folder / "hook").write_text(f"whsec_{base64.b64encode(SECRET).decode()}\n")
    (folder / "short").write_text("whsec_" + base64.b64encode(b"short").decode())
    (folder / "p256.pem").write_text(pem(ec.generate_private_key(ec.SECP256R1())))
    (folder / "p384.pem").write_text(pem(ec.generate_private_key(ec.SECP384R1())))
    (folder / "rsa.pem").write_text(pem(rsa.generate_private_key(public_exponent=65537, key_size=2048)))
    (folder / "empty").write_text("\n")
    yield folder
    for name in ("hook", "short", "p256.pem", "p384.pem", "rsa.pem", "empty"):
        (folder / name).unlink()


def opened() -> None:
    """Open a case and run its playbook."""
    taken = cases.take(signal())
    playbooks.run(playbooks.load(), taken.ref, CaseKind.DISOWNED)


def sent(**message: Any) -> Sent:
    return Sent("message-1", AT, ("rssi@hopital.example",), message)


def test_c10_a_webhook_is_signed_as_standard_webhooks_says(alarms: SetAlarms, files: Path) -> None:
    with receivers.http() as (url, kept):
        alarms(Alarms(webhook=Webhook(url, "secrets/hook")))
        opened()
        assert outbox.deliver() == (1, 0)
    ((headers, body),) = kept.taken
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    expected = base64.b64encode(hmac.new(SECRET, signed, "sha256").digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    told = json.loads(body)
    assert (told["account"], told["kind"], told["patients"]) == (ACCOUNT, "disowned", 36)
    assert told["locks"] == [{"target": "account", "grade": "everything"}]


@pytest.mark.parametrize("name", ["short", "empty", "nowhere"])
def test_c10_a_webhook_without_a_good_secret_sends_nothing(alarms: SetAlarms, files: Path, name: str) -> None:
    with receivers.http() as (url, kept):
        home = alarms(Alarms(webhook=Webhook(url, f"secrets/{name}")))
        with pytest.raises(BadInputError):
            webhook.send(home, sent(type="case"))
    assert kept.taken == []


def caep_to(url: str, key: str = "p256.pem") -> Alarms:
    return Alarms(
        caep=Caep(url, "https://ecluse.example", "https://idp.example", "https://idp.example/r", f"secrets/{key}")
    )


def test_c10_a_caep_event_verifies_with_another_library(alarms: SetAlarms, files: Path) -> None:
    with receivers.http() as (url, kept):
        home = alarms(caep_to(url))
        opened()
        assert outbox.deliver() == (1, 0)
    ((headers, body),) = kept.taken
    assert headers["content-type"] == "application/secevent+jwt"
    (public,) = caep.public_keys(home)["keys"]
    assert "d" not in public
    key = jwt.PyJWK(public)
    head = jwt.get_unverified_header(body)
    assert (head["typ"], head["alg"], head["kid"]) == ("secevent+jwt", "ES256", public["kid"])
    claims = jwt.decode(
        body, key, algorithms=["ES256"], audience="https://idp.example", issuer="https://ecluse.example"
    )
    assert claims["sub_id"] == {"format": "iss_sub", "iss": "https://idp.example/r", "sub": ACCOUNT}
    assert list(claims["events"]) == ["https://schemas.openid.net/secevent/caep/event-type/session-revoked"]
    assert "sub" not in claims
    assert "exp" not in claims  # RFC 8417, section 2.2
    head_part, payload, signature = body.decode().split(".")
    other = payload[:-2] + ("AA" if payload[-2:] != "AA" else "BB")
    with pytest.raises(jwt.InvalidTokenError):
        jwt.decode(f"{head_part}.{other}.{signature}", key, algorithms=["ES256"], audience="https://idp.example")


@pytest.mark.parametrize("key", ["p384.pem", "rsa.pem", "hook", "empty", "nowhere"])
def test_c10_caep_refuses_a_key_that_is_not_a_private_p256(alarms: SetAlarms, files: Path, key: str) -> None:
    home = alarms(caep_to("http://127.0.0.1:1/", key))
    with pytest.raises(BadInputError):
        caep.send(home, sent(type="case", case="c", kind="decoy", account="a"))


@pytest.mark.parametrize("status", [200, 400, 401, 500])
def test_c9_only_202_is_a_receipt_of_a_security_event(alarms: SetAlarms, files: Path, status: int) -> None:
    with receivers.http() as (url, kept):
        kept.status = status
        home = alarms(caep_to(url))
        with pytest.raises(NotTakenError):
            caep.send(home, sent(type="case", case="c", kind="decoy", account="a"))


def test_c9_an_alarm_is_kept_and_tried_again_until_it_is_taken(alarms: SetAlarms, files: Path) -> None:
    now = dt.datetime.now(dt.UTC)
    with receivers.http() as (url, kept):
        kept.status = 503
        alarms(Alarms(webhook=Webhook(url, "secrets/hook")))
        opened()
        assert outbox.deliver(now + dt.timedelta(seconds=1)) == (0, 1)
        assert outbox.deliver(now + dt.timedelta(seconds=2)) == (0, 0), "too early"
        assert outbox.deliver(now + dt.timedelta(seconds=7)) == (0, 1)
        row = Delivery.objects.get()
        assert (row.tries, row.error) == (2, "HTTP 503")
        assert row.due - now > dt.timedelta(seconds=15), "it waits twice as long"
        assert outbox.waiting().waiting == 1
        kept.status = 204
        assert outbox.deliver(now + dt.timedelta(minutes=5)) == (1, 0)
        assert outbox.deliver(now + dt.timedelta(days=5)) == (0, 0)
    assert len({headers["webhook-id"] for headers, _ in kept.taken}) == 1, "one name, whatever the number of tries"
    assert Delivery.objects.count() == 1


def test_c9_a_receiver_that_is_not_there_loses_nothing_and_hinders_no_other(alarms: SetAlarms, files: Path) -> None:
    with receivers.smtp() as (port, taken):
        email = Email({Profession.DPO: ("dpo@h.example",)})
        alarms(Alarms(webhook=Webhook("http://127.0.0.1:1/", "secrets/hook"), email=email), port=port)
        opened()
        assert outbox.deliver() == (1, 1)
    assert len(taken) == 1
    assert outbox.waiting().error == "ConnectError"


def test_c9_a_receiver_whose_address_makes_no_sense_stops_no_other(alarms: SetAlarms, files: Path) -> None:
    with receivers.http() as (url, kept):
        alarms(Alarms(webhook=Webhook("http://[no", "secrets/hook"), caep=caep_to(url).caep))
        opened()
        assert outbox.deliver() == (1, 1)
    assert len(kept.taken) == 1
    assert outbox.waiting().error


def in_clear(text: str) -> str:
    """Return what a signed token says; its signature is random digits, which may spell anything."""
    return str(jwt.decode(text, options={"verify_signature": False})) if text.startswith("eyJ") else text


def test_c8_nothing_that_leaves_names_a_patient_or_holds_free_text(
    alarms: SetAlarms, files: Path, trace: Callable[[], list[Entry]]
) -> None:
    with receivers.http() as (url, kept), receivers.smtp() as (port, mails), receivers.stream() as (tcp, lines):
        email = Email({Profession.DPO: ("dpo@h.example",)})
        where = Alarms(email, Webhook(url, "secrets/hook"), Syslog(f"tcp://127.0.0.1:{tcp}"), caep_to(url).caep)
        alarms(where, port=port)
        opened()
        assert outbox.deliver() == (4, 0)
        until(lambda: bool(lines))
    everything = [*(body.decode() for _, body in kept.taken), *mails, *(line.decode() for line in lines)]
    assert len(everything) == 4
    assert not [text for text in map(in_clear, everything) if re.search("Zo|Martin|opened Z", text)]
    (entry,) = [one for one in trace() if one.action is Action.ALARM]
    assert (entry.rule, entry.detail) == ("disowned", "email webhook syslog caep")


def until(met: Callable[[], bool], seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while not met() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert met()


HOSTILE = {"type": "case", "case": "c1", "kind": "burst", "account": 'a"]\\\n<14>1 forged', "patients": 3}


def test_c10_syslog_is_rfc_5424_and_nothing_in_it_can_forge_a_second_line() -> None:
    line = syslog.formatted(sent(**HOSTILE))
    assert line.startswith("<81>1 2026-03-02T21:00:00.000Z ")
    assert "\n" not in line
    assert r'account="a\"\]\\<14>1 forged"' in line


def test_syslog_goes_over_udp_and_a_local_socket(alarms: SetAlarms, tmp_path: Path) -> None:
    for family, place in ((socket.AF_INET, ("127.0.0.1", 0)), (socket.AF_UNIX, str(tmp_path / "log"))):
        with socket.socket(family, socket.SOCK_DGRAM) as receiver:
            receiver.bind(place)
            receiver.settimeout(5)
            name = receiver.getsockname()
            address = f"unix://{name}" if family is socket.AF_UNIX else f"udp://127.0.0.1:{name[1]}"
            syslog.send(alarms(Alarms(syslog=Syslog(address))), sent(type="case", case="c1"))
            assert b'[ecluse@32473 case="c1"' in receiver.recv(4096)


def test_syslog_over_tcp_counts_its_octets(alarms: SetAlarms) -> None:
    with receivers.stream() as (port, taken):
        syslog.send(alarms(Alarms(syslog=Syslog(f"tcp://127.0.0.1:{port}"))), sent(type="case", case="é"))
        until(lambda: bool(taken))
    count, _, line = taken[0].partition(b" ")
    assert int(count) == len(line)


def certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "cert.pem").write_bytes(made.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_text(pem(key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def test_c10_syslog_over_tls_speaks_only_to_a_server_it_trusts(alarms: SetAlarms, tmp_path: Path) -> None:
    with receivers.stream(certificate(tmp_path)) as (port, taken):
        trusting = Syslog(f"tls://localhost:{port}", str(tmp_path / "cert.pem"))
        with pytest.raises(NotTakenError):
            syslog.send(alarms(Alarms(syslog=Syslog(f"tls://localhost:{port}"))), sent(type="case", case="c1"))
        assert taken == []
        syslog.send(alarms(Alarms(syslog=trusting)), sent(type="case", case="c1"))
        until(lambda: bool(taken))
    assert b"ecluse@32473" in taken[0]


@pytest.mark.parametrize("address", ["", "http://127.0.0.1/", "udp://", "unix://"])
def test_an_address_that_is_no_syslog_is_told(alarms: SetAlarms, address: str) -> None:
    with pytest.raises(BadInputError):
        syslog.send(alarms(Alarms(syslog=Syslog(address))), sent(type="case"))


def test_email_is_for_those_the_playbook_tells_in_the_establishments_language(alarms: SetAlarms) -> None:
    with receivers.smtp() as (port, taken):
        to: dict[Profession, tuple[str, ...]] = {
            Profession.DPO: ("dpo@h.example",),
            Profession.NURSE: ("nurses@h.example",),
        }
        alarms(Alarms(email=Email(to)), port=port)
        opened()
        assert outbox.deliver() == (1, 0)
    assert "To: dpo@h.example" in taken[0]
    assert "nurses@h.example" not in taken[0]
    assert ACCOUNT in taken[0]


def test_nobody_to_tell_means_no_email(alarms: SetAlarms) -> None:
    alarms(Alarms(email=Email()))
    opened()
    assert Delivery.objects.filter(channel=Channel.EMAIL).count() == 0


@pytest.mark.parametrize("channel", list(Channel))
def test_a_channel_without_settings_sends_nothing(alarms: SetAlarms, channel: Channel) -> None:
    with pytest.raises(BadInputError):
        outbox.SENDERS[channel](alarms(Alarms()), sent(subject="s", text="t"))


def test_a_rehearsal_says_which_receiver_took_a_message_about_nobody(alarms: SetAlarms, files: Path) -> None:
    with receivers.http() as (url, kept):
        alarms(Alarms(webhook=Webhook(url, "secrets/hook"), syslog=Syslog("tcp://127.0.0.1:1"), caep=caep_to(url).caep))
        assert outbox.rehearse() == {Channel.CAEP: "", Channel.SYSLOG: "ConnectionRefusedError", Channel.WEBHOOK: ""}
    assert len(kept.taken) == 2
    assert Delivery.objects.count() == 0
