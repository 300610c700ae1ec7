"""Functions that end a call in every bad way there is, for tests and benches of the pool.

Each has the form that a request names as ``antiderive.testing.misbehaving:function``. Where a test wants to
know the process, ``expression`` is a file to append process ids to; otherwise it is ignored.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from antiderive.cas.outcome import Outcome

MODULE = __name__


def _note(file: str, pid: int) -> None:
    if file:
        with Path(file).open("a") as pids:
            pids.write(f"{pid}\n")


def answer(expression: str, variable: str) -> Outcome:  # noqa: ARG001  (one signature for all)
    """Behaves: the expression is the answer."""
    return Outcome("solved", value=expression)


def answer_later(expression: str, variable: str) -> Outcome:  # noqa: ARG001
    """Waits 50 ms, without CPU time, and says that the function is its own antiderivative."""
    time.sleep(0.05)
    return Outcome("solved", expression)


def process(expression: str, variable: str) -> Outcome:  # noqa: ARG001
    """Behaves: the process id is the answer."""
    return Outcome("solved", value=str(os.getpid()))


def noted(expression: str, variable: str) -> Outcome:
    """Behaves: adds the expression to the file that ``ANTIDERIVE_CALLS`` names, and answers with it."""
    with Path(os.environ["ANTIDERIVE_CALLS"]).open("a") as calls:
        calls.write(f"{expression}\n")
    return answer(expression, variable)


def compute(expression: str, variable: str) -> Outcome:
    """Behaves: takes a thirtieth of a second of CPU time."""
    end = time.process_time() + 1 / 30
    while time.process_time() < end:
        pass
    return answer(expression, variable)


def chatter(expression: str, variable: str) -> Outcome:
    """Prints, to both outputs, then answers."""
    print("to standard output")
    print("to standard error", file=sys.stderr)
    os.write(1, b"past Python\n")
    return answer(expression, variable)


def hang(expression: str, variable: str) -> Outcome:  # noqa: ARG001
    """Computes for ever and swallows every exception."""
    _note(expression, os.getpid())
    while True:
        try:
            while True:
                pass
        except BaseException:  # noqa: BLE001, S110
            pass


def hang_in_silence(expression: str, variable: str) -> Outcome:  # noqa: ARG001
    """Hangs for any expression and notes nothing, for those who ask about functions."""
    return hang("", variable)


def hang_in_c(expression: str, variable: str) -> Outcome:  # noqa: ARG001
    """One call in C that never comes back to the interpreter."""
    _note(expression, os.getpid())
    return Outcome("solved", value=str(sum(itertools.repeat(1))))


def hang_without_timer(expression: str, variable: str) -> Outcome:
    """Turns the kernel's timer off first."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    return hang(expression, variable)


def hang_with_threads(expression: str, variable: str) -> Outcome:
    """Computes in two threads."""
    threading.Thread(target=hang, args=("", variable), daemon=True).start()
    return hang(expression, variable)


def hang_with_a_child(expression: str, variable: str) -> Outcome:
    """Computes together with a child."""
    _compute_elsewhere(expression)
    return hang(expression, variable)


def wait(expression: str, variable: str) -> Outcome:
    """Uses no CPU time and never ends."""
    _note(expression, os.getpid())
    while True:
        time.sleep(3600)
    return answer(expression, variable)


def stop(expression: str, variable: str) -> Outcome:
    """Stops its own process."""
    _note(expression, os.getpid())
    os.kill(os.getpid(), signal.SIGSTOP)
    return answer(expression, variable)


def stop_the_server(expression: str, variable: str) -> Outcome:
    """Stops its parent, which kills and reaps."""
    _note(expression, os.getpid())
    os.kill(os.getppid(), signal.SIGSTOP)
    return hang("", variable)


def leave_a_child(expression: str, variable: str) -> Outcome:
    """Answers, and leaves a child that computes for ever."""
    _compute_elsewhere(expression)
    return answer(expression, variable)


def leave_an_escaped_child(expression: str, variable: str) -> Outcome:
    """Answers, and leaves a process of another session that is no child any more."""
    if os.fork() == 0:
        os.setsid()
        pid = os.fork()
        if pid == 0:
            hang("", variable)
        _note(expression, pid)  # before it can be found and killed
        os._exit(0)
    os.wait()
    return answer(expression, variable)


def leave_a_thread(expression: str, variable: str) -> Outcome:
    """Answers, and leaves a thread that computes for ever."""
    _note(expression, os.getpid())
    threading.Thread(target=hang, args=("", variable), daemon=True).start()
    return answer(expression, variable)


def fork_often(expression: str, variable: str) -> Outcome:
    """Makes sixteen processes that compute for ever, in four generations."""
    for _ in range(4):
        os.fork()
    return hang(expression, variable)


def eat_memory(expression: str, variable: str) -> Outcome:
    """Takes memory until it is refused."""
    hoard = []
    while True:
        hoard.append(bytearray(1 << 24))
    return answer(expression, variable)


def eat_memory_and_insist(expression: str, variable: str) -> Outcome:
    """Keeps what memory it gets and ignores refusals."""
    hoard = []
    while True:
        with suppress(MemoryError):
            hoard.append(bytearray(1 << 20))
    return answer(expression, variable)


def let_a_child_eat_memory(expression: str, variable: str) -> Outcome:
    """Takes memory in a child without limits."""
    if os.fork() == 0:
        eat_memory_and_insist(expression, variable)
    return hang(expression, variable)


def leave(expression: str, variable: str) -> Outcome:  # noqa: ARG001
    """Ends the process."""
    os._exit(3)


def exit_politely(expression: str, variable: str) -> Outcome:  # noqa: ARG001
    """Raises SystemExit."""
    sys.exit(4)


def crash(expression: str, variable: str) -> Outcome:
    """Reads address zero."""
    ctypes.string_at(0)
    return answer(expression, variable)


def fail(expression: str, variable: str) -> Outcome:  # noqa: ARG001
    """Raises."""
    raise RuntimeError("as expected")


def recurse(expression: str, variable: str) -> Outcome:
    """Recurses for ever."""
    return recurse(expression, variable)


def kill_itself(expression: str, variable: str) -> Outcome:
    """Dies as if someone had killed it."""
    _note(expression, os.getpid())
    os.kill(os.getpid(), signal.SIGKILL)
    return answer(expression, variable)


def close_everything(expression: str, variable: str) -> Outcome:
    """Closes every file, the channel to the pool too, and computes for ever."""
    _note(expression, os.getpid())
    os.closerange(0, 1024)
    return hang("", variable)


def write_everywhere(expression: str, variable: str) -> Outcome:
    """Writes garbage to every open file, the channel to the pool too, and computes for ever."""
    _note(expression, os.getpid())
    for file in range(64):
        with suppress(OSError):
            os.write(file, b"\xff" * 64)
    return hang("", variable)


def _compute_elsewhere(file: str) -> None:
    _note(file, subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"]).pid)
