"""Programs that are kept running: a small one of our own shows every way in which they fail."""

import sys
from pathlib import Path

import pytest
from tests.cas.conftest import alive, until

from antiderive import Expr
from antiderive.cas import Limits, Outcome, Pool, Request
from antiderive.cas.dispatcher import Recycling
from antiderive.errors import UnsupportedError, WorkerError

SCRIPT = """
import os, sys, time
kept = []
print("a banner", flush=True)
for line in sys.stdin:
    word, tag = line.split()
    if word == "hang":
        os.fork()
        while True: pass
    elif word == "wait": time.sleep(3600)
    elif word == "eat":
        hoard = []
        while True: hoard.append(bytearray(1 << 22))
    elif word == "keep":
        kept.append(bytes([1]) * (40 << 20))
        time.sleep(0.2)
    elif word == "leave": sys.exit(3)
    elif word == "babble":
        while True: print("y" * 100000)
    elif word == "late":
        print(f"value {tag}", flush=True)
        word = "left over"
    elif word == "close":
        os.close(1)
        while True: time.sleep(3600)
    print(f"{word} {os.getpid()} {tag}", flush=True)
"""


WORDS = {
    "h": "hang",
    "w": "wait",
    "m": "eat",
    "l": "leave",
    "b": "babble",
    "t": "late",
    "c": "close",
    "k": "keep",
}


class Small:
    """A back end for the script; the integrand's symbol says what it is to do."""

    name = "small"

    def __init__(self, prelude="hello ready\n", program=sys.executable):
        self._prelude, self._program = prelude, program

    def find(self):
        return Path(self._program)

    def version(self):
        return "1"

    def command(self):
        return [self._program, "-S", "-c", SCRIPT]

    def environment(self):
        return {"LANG": "C"}

    def prelude(self):
        return self._prelude

    def question(self, integrand, variable, tag):
        if str(integrand) == "pi":
            raise UnsupportedError("no pi here")
        return f"{WORDS.get(str(integrand), 'answer')} {tag}\n"

    def finished(self, output, tag):
        return output.endswith(f"{tag}\n".encode())

    def answer(self, output, tag):
        return Outcome("solved", value=next(line for line in output.splitlines() if line.endswith(tag)))


@pytest.fixture(scope="module")
def small():
    limits = Limits(cpu_seconds=0.4, wall_seconds=30, memory_mib=100)
    with Pool(1, limits=limits, programs={"small": Small()}) as pool:
        yield lambda symbol, **bounds: pool.call(
            Request("small", Expr(symbol).to_prefix()), limits=Limits(**bounds) if bounds else None
        )


def pid_of(outcome):
    return int(outcome.value.split()[1])


def test_one_process_answers_one_call_after_the_other(small):
    first, second = small("x"), small("x")
    assert first.status == "solved"
    assert pid_of(first) == pid_of(second)
    assert "banner" not in first.value
    assert first.seconds > 0
    assert 1 < first.memory_mib < 100


def test_what_earlier_calls_left_in_memory_is_not_held_against_a_call():
    limits = Limits(cpu_seconds=30, memory_mib=100)
    keep, eat = (Request("small", Expr(symbol).to_prefix()) for symbol in "km")
    with Pool(1, limits=limits, programs={"small": Small()}) as pool:
        outcomes = [pool.call(keep) for _ in range(5)]
        assert [one.status for one in outcomes] == ["solved"] * 5
        assert len({pid_of(one) for one in outcomes}) == 1
        assert outcomes[-1].memory_mib > 200
        assert pool.call(eat).status == "memory"


def test_a_program_that_has_grown_too_large_is_replaced():
    keep = Request("small", Expr("k").to_prefix())
    recycling = Recycling(memory_mib=70)
    with Pool(1, recycling=recycling, programs={"small": Small()}) as pool:
        pids = [pid_of(pool.call(keep)) for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


@pytest.mark.parametrize(
    ("symbol", "bounds", "status", "reason"),
    [
        ("h", {}, "timeout", "0.4 s of CPU time"),
        ("w", {"cpu_seconds": 9, "wall_seconds": 0.3}, "timeout", "after 0.3 s"),
        ("m", {"cpu_seconds": 30, "memory_mib": 100}, "memory", "100 MiB"),
        ("l", {}, "crashed", "exit status 3"),
        ("b", {"cpu_seconds": 30}, "unsupported", "longer than 2 MiB"),
        ("c", {}, "crashed", "closed its output"),
        ("pi", {}, "unsupported", "no pi"),
    ],
)
def test_every_way_to_fail_is_survived(small, symbol, bounds, status, reason):
    before = pid_of(small("x"))
    outcome = small(symbol, **bounds)
    assert (outcome.status, outcome.value) == (status, None)
    assert reason in outcome.reason
    after = pid_of(small("x"))
    assert (after == before) is (symbol == "pi")
    if symbol != "pi":
        assert until(lambda: not alive(before))


def test_cpu_time_of_a_program_and_its_children_is_counted_together(small):
    outcome = small("h")
    assert 0.15 < outcome.cpu_seconds < 0.8


def test_a_stale_answer_is_never_taken(small):
    first, second = small("t"), small("x")
    assert first.value.startswith("value")
    assert second.value.startswith("answer")


@pytest.mark.parametrize("backend", [Small(prelude="leave now\n"), Small(program="/nonexistent/program")])
def test_a_program_that_does_not_start_is_one_clear_error(backend):
    with Pool(1, programs={"small": backend}) as pool:
        with pytest.raises(WorkerError, match="small do not start"):
            pool.call(Request("small", "x"))
