"""Messages between the pool and its Python children: four bytes of length, then JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

MAX_BYTES = 64 << 20
"""Longest message; a header that claims more is garbage."""

_HEADER = 4


def pack(message: Any) -> bytes:  # noqa: ANN401  (whatever JSON can hold)
    """Return the bytes of one message."""
    body = json.dumps(message).encode()
    return len(body).to_bytes(_HEADER, "big") + body


class Unpacker:
    """A buffer that cuts a stream of bytes into messages."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, data: bytes) -> Iterator[Any]:
        """Add bytes and return the messages that they complete.

        Raises:
            ValueError: if the stream does not consist of messages.
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
