"""How words cross the socket: 4 bytes of length (big-endian), then one msgpack message.

1. A frame longer than ``MAX_FRAME`` is refused before it is read.
2. What does not decode to a known request, all words known, is never half understood (S5).
"""

import struct

import msgspec

from ecluse.safe.protocol import Reply, Request

MAX_FRAME = 16 * 1024 * 1024
HEADER = struct.Struct(">I")
UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)

_request_decoder = msgspec.msgpack.Decoder(Request)
_reply_decoder = msgspec.msgpack.Decoder(Reply)
_encoder = msgspec.msgpack.Encoder()


class FrameError(ValueError):
    """The bytes received are not a frame or not a message."""


def frame(message: Request | Reply) -> bytes:
    """Return ``message`` as the bytes to send."""
    body = _encoder.encode(message)
    return HEADER.pack(len(body)) + body


def length(header: bytes | bytearray) -> int:
    """Return the number of bytes that follow ``header``.

    Raises:
        FrameError: longer than ``MAX_FRAME``.
    """
    size: int = HEADER.unpack_from(header)[0]
    if size > MAX_FRAME:
        raise FrameError(f"a frame of {size} bytes")
    return size


def request(body: bytes | bytearray | memoryview) -> Request:
    """Decode a request.

    Raises:
        FrameError: it is not one, or holds an unknown word.
    """
    try:
        decoded: Request = _request_decoder.decode(body)
        return decoded
    except UNREADABLE as error:
        raise FrameError(str(error)) from error


def reply(body: bytes | bytearray | memoryview) -> Reply:
    """Decode a reply.

    Raises:
        FrameError: it is not one.
    """
    try:
        decoded: Reply = _reply_decoder.decode(body)
        return decoded
    except UNREADABLE as error:
        raise FrameError(str(error)) from error
