"""The pool's side of a fork server: starts it, sends commands, reads events, ends it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from antiderive.workers.work import name_of

if TYPE_CHECKING:
    from antiderive.workers.worker import Worker


class ServerProcess:
    """A fork server. Only this process holds the pool's end of its socket; when that closes, everything ends.

    Args:
        preload: called once in the server, so that workers share the modules that it loads.

    Raises:
        SettingError: if another process cannot import ``preload``.
    """

    def __init__(self, preload: Callable[[], object] | None) -> None:
        self._lines = b""
        self.control, theirs = socket.socketpair()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  (closed in close)
        arguments = [sys.executable, "-P", "-m", "antiderive.workers.server", str(theirs.fileno())]
        if preload is not None:
            arguments.append(name_of(preload))
        with theirs:
            self.process = subprocess.Popen(
                arguments,
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                start_new_session=True,
                # The same modules as here, and the same order of sets in every worker on every machine.
                env=os.environ
                | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONHASHSEED": "0"},
            )
        self.workers: dict[int, Worker] = {}

    def send(self, fds: list[int] | None = None, **command: Any) -> None:  # noqa: ANN401
        """Send a command; if the server is gone, :meth:`events` says so."""
        if self.control.fileno() < 0:
            return
        with suppress(BrokenPipeError, ConnectionResetError):
            socket.send_fds(self.control, [json.dumps(command).encode() + b"\n"], fds or [])

    def events(self) -> list[dict[str, Any]] | None:
        """Return the received events; None if the server is gone."""
        try:
            data = self.control.recv(1 << 16, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return []
        except ConnectionResetError:
            return None
        if not data:
            return None
        *lines, self._lines = (self._lines + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def close(self, patience: float = 5.0) -> str:
        """End the server and its workers; return the last line of its error output."""
        self.control.close()
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()  # then the kernel kills the workers
            self.process.wait()
        for worker in self.workers.values():
            worker.kill_group()
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        self._errors.close()
        return lines[-1] if lines else ""
