"""Workers of a cluster in processes of their own, and waiting for what they do."""

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from helpers.processes import environment

TOOL = Path(sys.executable).with_name("antiderive")


def eventually(condition, seconds=120.0):
    """The first value of the condition that is true; it is asked again and again."""
    deadline = time.monotonic() + seconds
    pause = 0.02
    while not (value := condition()):
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(pause)
        pause = min(1.5 * pause, 0.5)  # what is asked may keep the worker busy that is waited for
    return value


class WorkerProcess:
    """``antiderive cluster worker``, with the lines that it says.

    One that is held loads its modules and waits to be let go before it reads its command line.
    """

    _HELD = (
        "import sys, antiderive.distributed.worker; print('loaded', file=sys.stderr, flush=True); "
        "sys.stdin.readline(); from antiderive.cli import main; main()"
    )

    def __init__(self, address, *options, held=False):
        self.lines = []
        self.process = subprocess.Popen(
            [*((sys.executable, "-c", self._HELD) if held else (TOOL,)), "cluster", "worker"]
            + ["--address", address.host, "--queue", address.queue, "--functions"]
            + ["--root", tempfile.gettempdir(), "--root", "s3://nobody-has-this", "--root", "s3://bucket"]
            + [str(option) for option in options],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.lines.append(line.strip())

    def says(self, text):
        return any(text in line for line in self.lines)

    def let_go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return self

    def wait_until_it_works(self):
        eventually(lambda: self.says("listening on") or self.process.poll() is not None)
        assert self.says("listening on"), self.lines
        return self

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join()
        self.process.stdin.close()
        self.process.stderr.close()
