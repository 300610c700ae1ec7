"""One test for each way in which a call can go wrong: it is survived, named rightly, and nothing is left."""

import time

import pytest
from helpers.processes import alive, noted, until
from workers.misbehaving import misbehave

from antiderive.workers import Limits, dispatcher


@pytest.mark.parametrize(
    "function",
    [
        "hang",
        "hang_in_c",
        "hang_without_timer",
        "hang_with_threads",
        "hang_with_a_child",
        "fork_often",
    ],
)
def test_hangs_are_killed_at_the_cpu_limit_with_all_their_processes(pool, function, tmp_path):
    file = tmp_path / "pids"
    result = pool.call(misbehave(function, file))
    assert result.status == "timeout"
    assert result.value is None
    assert "0.5 s of CPU time" in result.reason
    pids = noted(file)
    assert pids
    assert until(lambda: not any(map(alive, pids)))


def test_the_cpu_time_of_a_hang_is_its_limit_whatever_the_machine_does(pool):
    result = pool.call(misbehave("hang"))
    assert 0.4 < result.cpu_seconds < 0.8
    assert result.seconds >= result.cpu_seconds * 0.9
    assert 10 < result.memory_mib < 256


@pytest.mark.parametrize("function", ["wait", "stop"])
def test_what_uses_no_cpu_is_killed_by_the_clock(pool, function, tmp_path):
    file = tmp_path / "pids"
    result = pool.call(misbehave(function, file), limits=Limits(5, wall_seconds=0.3))
    assert result.status == "timeout"
    assert "after 0.3 s" in result.reason
    assert result.cpu_seconds < 0.3
    assert not any(map(alive, noted(file)))


def test_a_server_that_is_stopped_is_replaced(pool, monkeypatch, tmp_path):
    monkeypatch.setattr(dispatcher, "STUCK_SECONDS", 0.5)
    file = tmp_path / "pids"
    result = pool.call(misbehave("stop_the_server", file), limits=Limits(60, wall_seconds=1))
    assert result.status == "timeout"
    assert until(lambda: not any(map(alive, noted(file))))
    assert pool.call(misbehave("answer", "x"), limits=Limits(60)).value == "x"


@pytest.mark.parametrize("function", ["eat_memory", "eat_memory_and_insist", "let_a_child_eat_memory"])
def test_memory_is_limited(pool, function):
    result = pool.call(misbehave(function), limits=Limits(30, memory_mib=200))
    assert result.status == "memory"
    assert "200 MiB" in result.reason
    assert result.memory_mib > 100


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("leave", "exit status 3"),
        ("exit_politely", "SystemExit: 4"),
        ("crash", "SIGSEGV"),
        ("fail", "RuntimeError: as expected"),
        ("recurse", "RecursionError"),
        ("kill_itself", "SIGKILL"),
        ("write_everywhere", "a malformed answer"),
        ("close_everything", "closed its output"),
        ("missing", "AttributeError"),
        ("return_an_object", "JSON cannot represent"),
    ],
)
def test_crashes_have_a_reason(pool, function, reason):
    result = pool.call(misbehave(function))
    assert result.status == "crashed"
    assert result.value is None
    assert reason in result.reason


@pytest.mark.parametrize("function", ["leave_a_child", "leave_an_escaped_child", "leave_a_thread"])
def test_what_a_call_leaves_behind_is_killed(pool, function, tmp_path):
    file = tmp_path / "pids"
    result = pool.call(misbehave(function, file))
    assert (result.status, result.value) == ("returned", str(file))
    assert until(lambda: noted(file) and not any(map(alive, noted(file))))


def test_prints_go_nowhere(pool, capfd):
    assert pool.call(misbehave("chatter", "x")).value == "x"
    assert capfd.readouterr() == ("", "")


def test_long_questions_and_answers_come_through_whole(pool):
    text = "x" * 3_000_000
    assert pool.call(misbehave("answer", text)).value == text


def test_a_killed_worker_is_replaced_and_the_next_call_is_not_disturbed(pool):
    for turn in range(3):
        assert pool.call(misbehave("hang"), limits=Limits(0.05)).status == "timeout"
        assert pool.call(misbehave("answer", turn)).value == str(turn)


def test_one_hang_holds_up_nobody_else(pool):
    hang = pool.submit(misbehave("hang"), limits=Limits(60))
    answers = [pool.call(misbehave("answer", turn)).value for turn in range(20)]
    assert answers == [str(turn) for turn in range(20)]
    assert not hang.done()
    hang.cancel()


def test_cancelling_kills_at_once(pool, tmp_path):
    file = tmp_path / "pids"
    future = pool.submit(misbehave("hang_in_c", file), limits=Limits(600))
    assert until(lambda: noted(file))
    started = time.monotonic()
    assert future.cancel()
    assert until(lambda: not alive(noted(file)[0]))
    assert time.monotonic() - started < 10


DEATHS = {
    "hang": "timeout",
    "hang_in_c": "timeout",
    "eat_memory": "memory",
    "leave": "crashed",
    "crash": "crashed",
    "recurse": "crashed",
    "kill_itself": "crashed",
    "write_everywhere": "crashed",
    "close_everything": "crashed",
}


def test_a_call_that_dies_in_a_stream_of_short_ones_fails_alone(pool):
    """Short calls are sent ahead into the worker, so others stand behind it when it dies."""
    deaths = {30 + 25 * place: name for place, name in enumerate(DEATHS)}
    requests = [
        (key, misbehave(deaths.get(key, "answer"), "" if key in deaths else key)) for key in range(270)
    ]
    results = dict(pool.map(requests, limits=Limits(0.3, memory_mib=200)))
    for key, result in results.items():
        expected = (DEATHS[deaths[key]], None) if key in deaths else ("returned", str(key))
        assert (result.status, result.value) == expected, (key, deaths.get(key), result)
        assert result.cpu_seconds < 0.7
    assert len(results) == 270


def short_calls(pool):
    """Makes both workers ones that are sent calls ahead."""
    assert sum(1 for _ in pool.map((key, misbehave("answer", key)) for key in range(50))) == 50


def test_calls_sent_ahead_do_not_wait_for_a_long_one(pool, tmp_path):
    short_calls(pool)
    file = tmp_path / "pids"
    requests = [
        (key, misbehave("wait", file) if key == 20 else misbehave("answer", key)) for key in range(200)
    ]
    results = pool.map(requests, limits=Limits(60, wall_seconds=600))
    first = [next(results) for _ in range(199)]
    assert sorted(key for key, _ in first) == [key for key in range(200) if key != 20]
    assert alive(noted(file)[0])
    results.close()
    assert until(lambda: not alive(noted(file)[0]))


def test_a_call_that_was_sent_ahead_can_be_cancelled(pool, tmp_path):
    short_calls(pool)
    files = [tmp_path / name for name in ("first", "second", "third")]
    bounds = Limits(60, wall_seconds=600)
    long = [pool.submit(misbehave("wait", file), limits=bounds) for file in files]
    rest = [pool.submit(misbehave("answer", key), limits=bounds) for key in range(6)]
    assert long[2].cancel()  # two wait; the third is ahead of neither for long
    assert long[0].cancel()
    assert [future.result(60).value for future in rest] == [str(key) for key in range(6)]
    assert not long[1].done() and long[1].cancel()
    assert until(lambda: not any(alive(pid) for file in files for pid in noted(file)))


def test_each_call_of_a_stream_has_its_own_times(pool):
    requests = [(key, misbehave("compute" if key % 10 == 0 else "answer", "")) for key in range(80)]
    for key, result in pool.map(requests, limits=Limits(5)):
        assert result.seconds > 0
        assert (result.cpu_seconds > 0.02) is (key % 10 == 0)
