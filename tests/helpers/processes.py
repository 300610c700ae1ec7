"""Processes to look for, and the environment in which processes of their own find these helpers."""

import os
import sys
import time
from pathlib import Path


def environment():
    """That of this process, with everything on its path."""
    return os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def alive(pid):
    """Whether a process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def until(condition, seconds=20):
    """Whether a condition comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.002)  # between looks, not instead of one
    return condition()


def noted(file):
    """The process ids in a file."""
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def zombies_of(pid):
    """Children of a process that nobody has reaped."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rsplit(")", 1)[1].split()[:2]
        except OSError:
            continue
        if state == "Z" and int(parent) == pid:
            found.append(stat.parent.name)
    return found
