"""Shared parts of the back ends: a program on PATH that marks the lines meant for us."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from antiderive.cas.outcome import Outcome

QUIET_ENVIRONMENT = {"HOME": "/nonexistent", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
"""Environment without initialization files, color or translation."""

WITHOUT_SHELL = """\
(dolist (name '(("SI" "SYSTEM") ("SB-EXT" "RUN-PROGRAM") ("EXT" "RUN-PROGRAM") ("EXT" "RUN-SHELL-COMMAND"))) \
(ignore-errors (let ((package (find-package (first name)))) \
(when package (fmakunbound (find-symbol (second name) package))))))"""
"""Lisp that takes away the functions which start other programs: of GCL, SBCL, CLISP and ECL."""

_VERSION_SECONDS = 30.0


@cache
def _version_of(program: Path) -> str:
    """Return the last version number that the program prints for ``--version``; empty if it prints none."""
    try:
        done = subprocess.run(
            [program, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**os.environ, **QUIET_ENVIRONMENT},
            timeout=_VERSION_SECONDS,
            check=False,
            text=True,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    found = re.search(r"^\D*(\d+(?:\.\d+)+)", done.stdout, re.M)
    return found[1] if found else ""


@dataclass(frozen=True)
class Program:
    """A program on PATH.

    Attributes:
        name: name of the method and of the program.
    """

    name: str

    def find(self) -> Path | None:
        """Return the path of the program; None if it is not installed."""
        path = shutil.which(self.name)
        return None if path is None else Path(path)

    def version(self) -> str:
        """Return the version of the installed program; empty if it is not installed."""
        program = self.find()
        return "" if program is None else _version_of(program)

    def answer(self, output: str, tag: str) -> str:  # noqa: ARG002  (the pool gives one answer at a time)
        """Return what the program has printed."""
        return output


def marked(output: str, mark: str) -> list[str]:
    """Return the text after ``mark`` in the lines that begin with it."""
    start = mark + " "
    return [line[len(start) :] for line in output.splitlines() if line.startswith(start)]


def without_answer(output: str, error: str) -> Outcome:
    """Return the outcome of a question without an answer; the match of ``error`` is the reason."""
    found = re.search(error, output)
    reason = " ".join(found[0].split()) if found else "it printed no answer"
    return Outcome("gave_up", reason=reason[:200])
