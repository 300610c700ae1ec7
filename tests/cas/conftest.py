"""Pools to misbehave in, and processes to look for."""

import time
from pathlib import Path

import pytest

from antiderive.cas import Limits, Pool, Request
from antiderive.testing.misbehaving import MODULE


def misbehave(function, expression=""):
    """The request that calls a function of the testing module."""
    return Request(f"{MODULE}:{function}", str(expression))


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


@pytest.fixture(scope="session")
def pool():
    """Two workers without SymPy, which starts faster."""
    with Pool(2, limits=Limits(cpu_seconds=0.5, wall_seconds=30, memory_mib=256), warm=False) as pool:
        yield pool


@pytest.fixture(scope="session")
def sympy_pool():
    """Two workers with SymPy."""
    with Pool(2, limits=Limits(60)) as pool:
        yield pool
