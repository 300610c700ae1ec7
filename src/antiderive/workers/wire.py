"""Messages between the pool and its Python children: four bytes of length, then JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

MAX_BYTES = 64 << 20
"""Longest message; whatever claims to be longer is garbage."""

_HEADER = 4


def pack(message: Any) -> bytes:  # noqa: ANN401  (whatever JSON can hold)
    """The bytes of one message."""
    body = json.dumps(message).encode()
    return len(body).to_bytes(_HEADER, "big") + body


class Unpacker:
    """Cuts a stream of bytes into messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[Any]:
        """The messages that are complete with these bytes.

        Raises:
            ValueError: if the stream is not made of messages.
        """
        self._bytes += data
        while len(self._bytes) >= _HEADER:
            size = int.from_bytes(self._bytes[:_HEADER], "big")
            if size > MAX_BYTES:
                raise ValueError(f"a message of {size} bytes")
            if len(self._bytes) < _HEADER + size:
                return
            body = bytes(self._bytes[_HEADER : _HEADER + size])
            del self._bytes[: _HEADER + size]
            yield json.loads(body)
