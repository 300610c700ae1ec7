"""Functions that run in workers while the pool is measured: one that answers, and several that hang.

They are also methods, so ``text`` may be an expression and a variable may follow. Where a bench needs the
process, ``text`` is a file to which process ids are appended.
"""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

from antiderive.cas import load_sympy


def preload() -> None:
    """Load SymPy, as pools of computer algebra do; that loads this module too."""
    load_sympy()


def answer(text: str) -> str:
    """Return the text itself."""
    return text


def hang(text: str = "", variable: str = "") -> None:  # noqa: ARG001  (a method has both)
    """Compute forever and swallow every exception."""
    _note(text, os.getpid())
    while True:
        try:
            while True:
                pass
        except BaseException:  # noqa: BLE001, S110  (that is what makes it hard to stop)
            pass


def hang_in_c(text: str = "") -> int:
    """Make one call in C that never returns to the interpreter."""
    _note(text, os.getpid())
    return sum(itertools.repeat(1))


def hang_with_a_child(text: str = "") -> None:
    """Compute together with a child."""
    _note(text, subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"]).pid)
    hang(text)


def _note(file: str, pid: int) -> None:
    if file:
        with Path(file).open("a") as pids:
            pids.write(f"{pid}\n")
