"""Programs that are kept running: a small one of our own shows every way in which they fail."""

import sys

import pytest
from helpers.processes import alive, until

from antiderive.errors import UnsupportedError, WorkerError
from antiderive.workers import Limits, Pool, Question, Recycling

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


class Small:
    """The script; a question is the word that says what it is to do."""

    name = "small"

    def __init__(self, prelude="hello ready\n", program=sys.executable):
        self._prelude, self._program = prelude, program

    def command(self):
        return [self._program, "-S", "-c", SCRIPT]

    def environment(self):
        return {"LANG": "C"}

    def prelude(self):
        return self._prelude

    def question(self, content, tag):
        if content == "unheard":
            raise UnsupportedError("I know no such word")
        return f"{content} {tag}\n"

    def finished(self, output, tag):
        return output.endswith(f"{tag}\n".encode())

    def answer(self, output, tag):
        return next(line for line in output.splitlines() if line.endswith(tag))


@pytest.fixture(scope="module")
def small():
    limits = Limits(cpu_seconds=0.4, wall_seconds=30, memory_mib=100)
    with Pool(1, limits=limits) as pool:
        yield lambda word, **bounds: pool.call(
            Question(Small(), word), limits=Limits(**bounds) if bounds else None
        )


def pid_of(result):
    return int(result.value.split()[1])


def test_one_process_answers_one_call_after_the_other(small):
    first, second = small("answer"), small("answer")
    assert first.status == "returned"
    assert pid_of(first) == pid_of(second)
    assert "banner" not in first.value
    assert first.seconds > 0
    assert 1 < first.memory_mib < 100


def test_what_earlier_calls_left_in_memory_is_not_held_against_a_call():
    limits = Limits(cpu_seconds=30, memory_mib=100)
    keep, eat = Question(Small(), "keep"), Question(Small(), "eat")
    with Pool(1, limits=limits) as pool:
        results = [pool.call(keep) for _ in range(5)]
        assert [one.status for one in results] == ["returned"] * 5
        assert len({pid_of(one) for one in results}) == 1
        assert results[-1].memory_mib > 200
        assert pool.call(eat).status == "memory"


def test_a_program_that_has_grown_too_large_is_replaced():
    keep = Question(Small(), "keep")
    recycling = Recycling(memory_mib=70)
    with Pool(1, recycling=recycling) as pool:
        pids = [pid_of(pool.call(keep)) for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


@pytest.mark.parametrize(
    ("word", "bounds", "status", "reason"),
    [
        ("hang", {}, "timeout", "0.4 s of CPU time"),
        ("wait", {"cpu_seconds": 9, "wall_seconds": 0.3}, "timeout", "after 0.3 s"),
        ("eat", {"cpu_seconds": 30, "memory_mib": 100}, "memory", "100 MiB"),
        ("leave", {}, "crashed", "exit status 3"),
        ("babble", {"cpu_seconds": 30}, "refused", "longer than 2 MiB"),
        ("close", {}, "crashed", "closed its output"),
        ("unheard", {}, "refused", "no such word"),
    ],
)
def test_every_way_to_fail_is_survived(small, word, bounds, status, reason):
    before = pid_of(small("answer"))
    result = small(word, **bounds)
    assert (result.status, result.value) == (status, None)
    assert reason in result.reason
    after = pid_of(small("answer"))
    assert (after == before) is (word == "unheard")
    if word != "unheard":
        assert until(lambda: not alive(before))


def test_cpu_time_of_a_program_and_its_children_is_counted_together(small):
    result = small("hang")
    assert 0.15 < result.cpu_seconds < 0.8


def test_a_stale_answer_is_never_taken(small):
    first, second = small("late"), small("answer")
    assert first.value.startswith("value")
    assert second.value.startswith("answer")


@pytest.mark.parametrize("program", [Small(prelude="leave now\n"), Small(program="/nonexistent/program")])
def test_a_program_that_does_not_start_is_one_clear_error(program):
    with Pool(1) as pool:
        with pytest.raises(WorkerError, match="small fail to start"):
            pool.call(Question(program, "answer"))
