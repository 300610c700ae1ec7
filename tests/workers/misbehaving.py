"""Functions that end a call in every bad way there is.

Where a test wants to know the process, the argument is a file to append process ids to.
"""

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

from antiderive.workers import Call


def misbehave(name, text=""):
    """The call of a function of this module."""
    return Call(globals()[name], (str(text),))


def _note(file, pid):
    if file:
        with Path(file).open("a") as pids:
            pids.write(f"{pid}\n")


def answer(text=""):
    """Behaves: the text is the answer."""
    return text


def process(text=""):
    """Behaves: the process id is the answer."""
    return str(os.getpid())


_loaded = {}


def load():
    """Notes in which process it was called."""
    _loaded["in"] = os.getpid()


def loaded_in(text=""):
    """The process in which ``load`` was called, and the server."""
    return [_loaded["in"], os.getppid()]


def compute(text=""):
    """Behaves: takes a thirtieth of a second of CPU time."""
    end = time.process_time() + 1 / 30
    while time.process_time() < end:
        pass
    return answer(text)


def chatter(text=""):
    """Prints, to both outputs, then answers."""
    print("to standard output")
    print("to standard error", file=sys.stderr)
    os.write(1, b"past Python\n")
    return answer(text)


def hang(text=""):
    """Computes for ever and swallows every exception."""
    _note(text, os.getpid())
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def hang_in_c(text=""):
    """One call in C that never comes back to the interpreter."""
    _note(text, os.getpid())
    return str(sum(itertools.repeat(1)))


def hang_without_timer(text=""):
    """Turns the kernel's timer off first."""
    signal.setitimer(signal.ITIMER_PROF, 0)
    return hang(text)


def hang_with_threads(text=""):
    """Computes in two threads."""
    threading.Thread(target=hang, args=(), daemon=True).start()
    return hang(text)


def hang_with_a_child(text=""):
    """Computes together with a child."""
    _compute_elsewhere(text)
    return hang(text)


def wait(text=""):
    """Uses no CPU time and never ends."""
    _note(text, os.getpid())
    while True:
        time.sleep(3600)
    return answer(text)


def stop(text=""):
    """Stops its own process."""
    _note(text, os.getpid())
    os.kill(os.getpid(), signal.SIGSTOP)
    return answer(text)


def stop_the_server(text=""):
    """Stops its parent, which kills and reaps."""
    _note(text, os.getpid())
    os.kill(os.getppid(), signal.SIGSTOP)
    return hang()


def leave_a_child(text=""):
    """Answers, and leaves a child that computes for ever."""
    _compute_elsewhere(text)
    return answer(text)


def leave_an_escaped_child(text=""):
    """Answers, and leaves a process of another session that is no child any more."""
    if os.fork() == 0:
        os.setsid()
        pid = os.fork()
        if pid == 0:
            hang()
        _note(text, pid)  # before it can be found and killed
        os._exit(0)
    os.wait()
    return answer(text)


def leave_a_thread(text=""):
    """Answers, and leaves a thread that computes for ever."""
    _note(text, os.getpid())
    threading.Thread(target=hang, args=(), daemon=True).start()
    return answer(text)


def fork_often(text=""):
    """Makes sixteen processes that compute for ever, in four generations."""
    for _ in range(4):
        os.fork()
    return hang(text)


def eat_memory(text=""):
    """Takes memory until it is refused."""
    hoard = []
    while True:
        hoard.append(bytearray(1 << 24))
    return answer(text)


def eat_memory_and_insist(text=""):
    """Keeps what memory it gets and ignores refusals."""
    hoard = []
    while True:
        with suppress(MemoryError):
            hoard.append(bytearray(1 << 20))
    return answer(text)


def let_a_child_eat_memory(text=""):
    """Takes memory in a child without limits."""
    if os.fork() == 0:
        eat_memory_and_insist(text)
    return hang(text)


def leave(text=""):
    """Ends the process."""
    os._exit(3)


def exit_politely(text=""):
    """Raises SystemExit."""
    sys.exit(4)


def crash(text=""):
    """Reads address zero."""
    ctypes.string_at(0)
    return answer(text)


def fail(text=""):
    """Raises."""
    raise RuntimeError("as expected")


def recurse(text=""):
    """Recurses for ever."""
    return recurse(text)


def kill_itself(text=""):
    """Dies as if someone had killed it."""
    _note(text, os.getpid())
    os.kill(os.getpid(), signal.SIGKILL)
    return answer(text)


def close_everything(text=""):
    """Closes every file, the channel to the pool too, and computes for ever."""
    _note(text, os.getpid())
    os.closerange(0, 1024)
    return hang()


def write_everywhere(text=""):
    """Writes garbage to every open file, the channel to the pool too, and computes for ever."""
    _note(text, os.getpid())
    for file in range(64):
        with suppress(OSError):
            os.write(file, b"\xff" * 64)
    return hang()


def _compute_elsewhere(file):
    _note(file, subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"]).pid)


def return_an_object(text=""):
    """Returns what JSON cannot hold."""
    return object()


def missing(text=""):
    """Goes by a name that its module does not have."""


missing.__qualname__ = "elsewhere"
