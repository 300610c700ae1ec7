"""The fork server: a small process that starts workers, kills them, and reaps them.

``python -m antiderive.workers.server FD [FUNCTION]``, started by the pool with one end of a socket.
FUNCTION, as ``package.module:function``, is called first and loads modules for the workers. After that the
server runs no code but its own, so it always listens. It adopts all orphans of its workers, so no process
escapes by changing its session. When the pool's end of the socket closes, or the pool's process is gone, it
kills everything and ends. When it is killed itself, the kernel kills the workers. It does not know the calls
or their results.

Commands, one JSON object per line: ``{"do": "fork", "id": 1}`` with a channel, for a Python worker with
everything that the server has imported; ``{"do": "run", "id": 2, "command": [...], "environment": {...}}``
with standard input and output, for a program; ``{"do": "kill", "id": 1}``.

Events: ``{"event": "born", "id": 1, "pid": 99}`` and ``{"event": "died", "id": 1, "status": -9,
"cpu_seconds": 1.5, "memory_mib": 60.0}``.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from antiderive.workers import child, usage
from antiderive.workers.lifetime import adopt_orphans, end_with_parent
from antiderive.workers.work import function_named

_SWEEP_MILLISECONDS = 200
"""Seconds between two searches for orphans of living workers."""

_MAX_FDS = 64


class Server:
    """The state of the server: its workers by process id."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._lines = b""
        self._fds: deque[int] = deque()
        self._workers: dict[int, int] = {}  # ids by process id
        self._pids: dict[int, int] = {}  # process ids by id
        self._parent = os.getppid()
        self._pid = os.getpid()
        # SIGCHLD wakes the poll.
        self._wakeup_receiver, self._wakeup_sender = socket.socketpair()
        for end in (self._wakeup_receiver, self._wakeup_sender):
            end.setblocking(False)
        signal.set_wakeup_fd(self._wakeup_sender.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def run(self) -> None:
        """Serve until the pool is gone."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._wakeup_receiver, select.POLLIN)
        try:
            while os.getppid() == self._parent:
                ready = {fd for fd, _ in poll.poll(_SWEEP_MILLISECONDS if self._workers else 1000)}
                if self._wakeup_receiver.fileno() in ready:
                    with suppress(BlockingIOError):
                        self._wakeup_receiver.recv(1 << 12)
                if self._control.fileno() in ready and not self._carry_out():
                    return
                self._reap()
                self._sweep()
        except (BrokenPipeError, ConnectionResetError):
            return
        finally:
            self._end()

    def _carry_out(self) -> bool:
        """Carry out the received commands; return False at the end."""
        data, fds, _, _ = socket.recv_fds(self._control, 1 << 16, _MAX_FDS)
        for fd in fds:
            os.set_inheritable(fd, False)  # a program gets its two files as standard input and output only
        self._fds.extend(fds)
        if not data:
            return False
        *lines, self._lines = (self._lines + data).split(b"\n")
        for line in lines:
            command = json.loads(line)
            match command["do"]:
                case "fork":
                    self._fork(command["id"], [self._fds.popleft()], None)
                case "run":
                    self._fork(command["id"], [self._fds.popleft(), self._fds.popleft()], command)
                case "kill":
                    pid = self._pids.get(command["id"])
                    if pid is not None:
                        _kill_group(pid)
        return True

    def _fork(self, id_: int, fds: list[int], command: dict[str, Any] | None) -> None:
        try:
            pid = os.fork()
        except OSError as error:
            self._report(event="died", id=id_, status=None, reason=f"fork: {error.strerror}")
        else:
            if pid == 0:
                self._become_worker(fds, command)
            self._workers[pid] = id_
            self._pids[id_] = pid
            self._report(event="born", id=id_, pid=pid)
        finally:
            for fd in fds:
                os.close(fd)

    def _become_worker(self, fds: list[int], command: dict[str, Any] | None) -> NoReturn:
        """Turn the new process into a worker; it never returns into the server's code."""
        try:
            os.setsid()
            end_with_parent(self._pid)
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
                signal.signal(number, signal.SIG_DFL)
            for inherited in (self._control, self._wakeup_receiver, self._wakeup_sender):
                inherited.close()
            for fd in self._fds:  # files of workers that have not started yet
                os.close(fd)
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            with suppress(OSError):  # if memory runs out, the kernel kills this process first
                Path("/proc/self/oom_score_adj").write_text("1000")
            if command is None:
                child.serve(socket.socket(fileno=fds[0]))
            else:
                signal.signal(signal.SIGPIPE, signal.SIG_DFL)
                os.dup2(fds[0], 0)
                os.dup2(fds[1], 1)
                environment = os.environ | command["environment"]
                os.execvpe(command["command"][0], command["command"], environment)  # noqa: S606  (no shell is meant)
        finally:
            os._exit(127)

    def _report(self, **event: Any) -> None:  # noqa: ANN401
        self._control.sendall(json.dumps(event).encode() + b"\n")

    def _reap(self) -> None:
        """Collect every dead child and report the workers among them."""
        while True:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            id_ = self._workers.pop(pid, None)
            if id_ is None:
                continue  # an orphan that was adopted
            del self._pids[id_]
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)  # the rest of its group
            self._sweep()
            self._report(
                event="died",
                id=id_,
                status=os.waitstatus_to_exitcode(status),
                cpu_seconds=used.ru_utime + used.ru_stime,
                memory_mib=used.ru_maxrss / 1024,
            )

    def _sweep(self) -> None:
        """Kill every child that is not a worker: orphans that the kernel gave to this process."""
        for pid in usage.children_of(self._pid):
            if pid not in self._workers:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def _end(self) -> None:
        """Kill everything, including the orphans that this makes."""
        for pid in self._workers:
            _kill_group(pid)
        self._workers.clear()
        deadline = time.monotonic() + 2
        with suppress(ChildProcessError):
            while time.monotonic() < deadline:
                self._sweep()
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    time.sleep(0.001)


def _kill_group(pid: int) -> None:
    """Kill an unreaped child and its group, which may not exist yet."""
    os.kill(pid, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def main() -> None:
    """Serve on the socket named on the command line."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the pool handles them
        signal.signal(number, signal.SIG_IGN)
    control = socket.socket(fileno=int(sys.argv[1]))
    adopt_orphans()
    for name in sys.argv[2:]:
        function_named(name)()
    # From here on nobody reads the output; before this, the pool would have seen an error.
    os.dup2(0, 2)
    gc.collect()
    gc.freeze()  # a collection would make children copy the pages that it touches
    Server(control).run()


if __name__ == "__main__":
    main()
