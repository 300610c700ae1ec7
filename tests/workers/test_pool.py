"""Life of a pool: what outlives what, and what it costs."""

import gc
import itertools
import json
import math
import os
import resource
import signal
import subprocess
import sys
import threading
from concurrent.futures import CancelledError
from pathlib import Path

import pytest
from helpers.processes import alive, environment, noted, until, zombies_of
from workers import misbehaving
from workers.misbehaving import misbehave

from antiderive.errors import SettingError, WorkerError
from antiderive.workers import Call, Limits, Pool, Recycling, Result, Share, children_of
from antiderive.workers.dispatcher import MOST_AHEAD


def descendants(pid):
    """Living processes below a process, by /proc."""
    pids = [pid]
    for parent in pids:
        pids += children_of(parent)
    return pids[1:]


def servers():
    """Fork servers of this process."""
    return children_of(os.getpid())


def test_results_say_what_was_used(pool):
    result = pool.call(misbehave("compute", "x"))
    assert (result.status, result.value) == ("returned", "x")
    assert result.seconds > 0.02 and result.cpu_seconds > 0.02
    assert 5 < result.memory_mib < 200


def test_any_function_of_any_module_with_what_json_holds(pool):
    assert pool.call(Call(math.gcd, (12, 18))).value == 6
    assert pool.call(Call(json.loads, ('{"a": [1, null]}',))).value == {"a": [1, None]}
    assert pool.call(Call(Path.is_absolute)).reason.startswith("TypeError")


def test_work_that_cannot_be_put_is_refused_and_the_worker_goes_on(pool):
    work = [
        (key, Call(math.gcd, (object(), 1)) if key % 50 == 40 else misbehave("answer", key))
        for key in range(200)
    ]
    results = dict(pool.map(work))
    assert [key for key, one in results.items() if one.status == "refused"] != []
    for key, one in results.items():
        assert (one.status, one.value) == (("refused", None) if key % 50 == 40 else ("returned", str(key)))
    assert "JSON" in results[40].reason and "math:gcd" in results[40].reason


def test_a_function_that_a_worker_cannot_import_is_an_error_at_once(pool):
    with pytest.raises(SettingError, match="cannot import"):
        pool.submit(Call(lambda: 1))
    with pytest.raises(SettingError, match="cannot import"):
        Pool(1, preload=lambda: None)


def test_what_is_preloaded_is_there_in_every_worker():
    with Pool(1, preload=misbehaving.load) as pool:
        loaded_in, server = pool.call(misbehave("loaded_in")).value
    assert loaded_in == server


def test_map_takes_requests_as_they_are_needed(pool):
    taken = []

    def source():
        for key in itertools.count():
            taken.append(key)
            yield key, misbehave("answer", key)

    results = pool.map(source())
    first = list(itertools.islice(results, 30))
    assert len(taken) <= 30 + 2 * MOST_AHEAD * pool.workers
    results.close()
    assert all(result == Result("returned", str(key), "", *used(result)) for key, result in first)
    assert len({key for key, _ in first}) == 30


def used(result):
    return result.seconds, result.cpu_seconds, result.memory_mib


def test_map_with_hangs_among_the_calls_answers_all(pool):
    requests = [(key, misbehave("hang") if key % 10 == 3 else misbehave("answer", key)) for key in range(40)]
    results = dict(pool.map(requests, limits=Limits(0.1)))
    assert len(results) == 40
    for key, result in results.items():
        assert (result.status, result.value) == (
            ("timeout", None) if key % 10 == 3 else ("returned", str(key))
        )


def test_closing_a_map_kills_what_is_in_flight(pool, tmp_path):
    file = tmp_path / "pids"
    results = pool.map([(0, misbehave("answer")), (1, misbehave("hang", file))], limits=Limits(600))
    assert next(results)[0] == 0
    assert until(lambda: noted(file))
    results.close()
    assert until(lambda: not alive(noted(file)[0]))


def test_two_thousand_calls_leave_nothing_behind(pool):
    list(pool.map((key, misbehave("answer", key)) for key in range(400)))
    gc.collect()
    before = resident_kib()
    assert sum(1 for _ in pool.map((key, misbehave("answer", key)) for key in range(2000))) == 2000
    gc.collect()
    assert resident_kib() - before < 2048
    assert not zombies_of(os.getpid())
    for server in servers():
        assert until(lambda server=server: not zombies_of(server))
        assert len(descendants(server)) <= pool.workers + 1


def resident_kib():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() // 1024


def open_files():
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_files_are_closed_when_workers_die(pool):
    pool.call(misbehave("leave"))
    before = open_files()
    for _ in range(10):
        pool.call(misbehave("leave"))
    assert open_files() <= before + 4


def test_killed_workers_and_a_killed_server_do_not_stop_a_run(tmp_path):
    with Pool(2, limits=Limits(20)) as pool:
        results, killed = {}, 0
        for key, result in pool.map((key, misbehave("process")) for key in range(120)):
            results[key] = result
            if key % 30 == 10:
                os.kill(int(result.value), signal.SIGKILL)
                killed += 1
            if key == 60:
                server = [pid for pid in servers() if int(result.value) in descendants(pid)]
                for pid in server:
                    os.kill(pid, signal.SIGKILL)
                killed += len(server)
        assert killed >= 4
        assert len(results) == 120
        assert {result.status for result in results.values()} == {"returned"}


def test_a_call_whose_worker_is_killed_from_outside_is_begun_again_twice(pool, tmp_path):
    file = tmp_path / "pids"
    future = pool.submit(misbehave("wait", file), limits=Limits(60, wall_seconds=60))
    for begun in (1, 2, 3):
        assert until(lambda begun=begun: len(noted(file)) == begun)
        os.kill(noted(file)[-1], signal.SIGKILL)
    result = future.result(20)
    assert result.status == "crashed"
    assert "SIGKILL" in result.reason


PARENT = """
import sys
from antiderive.workers import Limits, Pool
from workers.misbehaving import misbehave
with Pool(2, limits=Limits(600)) as pool:
    futures = [pool.submit(misbehave(name, sys.argv[1])) for name in ("hang_in_c", "hang_with_a_child")]
    print(futures[0].result())
"""


@pytest.fixture
def busy_parent(tmp_path, interruptible):
    """A process whose pool hangs in two calls, one of them with a child; and the ids of what hangs."""
    file = tmp_path / "pids"
    command = [sys.executable, "-c", PARENT, str(file)]
    parent = subprocess.Popen(
        interruptible(command), stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    )
    try:
        assert until(lambda: len(noted(file)) == 3, 60)
        yield parent, noted(file) + descendants(parent.pid)
    finally:
        parent.kill()
        parent.communicate()


def test_nothing_outlives_a_parent_that_is_killed(busy_parent):
    parent, pids = busy_parent
    parent.kill()
    parent.wait()
    assert until(lambda: not any(map(alive, pids)))


def test_nothing_outlives_a_parent_and_a_server_that_are_killed_together(busy_parent):
    parent, pids = busy_parent
    (server,) = [pid for pid in pids if pid in children_of(parent.pid)]
    workers = children_of(server)
    for pid in (server, parent.pid):
        os.kill(pid, signal.SIGKILL)
    parent.wait()
    assert until(lambda: not any(map(alive, workers)))
    for pid in pids:  # the child of a worker belongs to nobody now
        if alive(pid):
            os.kill(pid, signal.SIGKILL)


def test_ctrl_c_ends_the_call_and_everything_below(busy_parent):
    parent, pids = busy_parent
    parent.send_signal(signal.SIGINT)
    _, errors = parent.communicate(timeout=30)
    assert b"KeyboardInterrupt" in errors
    assert until(lambda: not any(map(alive, pids)))


def test_closing_from_another_thread_ends_a_waiting_call():
    pool = Pool(1, limits=Limits(600))
    future = pool.submit(misbehave("hang"))
    closer = threading.Thread(target=pool.close)
    closer.start()
    with pytest.raises(WorkerError, match="closed"):
        future.result(60)
    closer.join()
    pool.close()
    with pytest.raises(WorkerError, match="closed"):
        pool.call(misbehave("answer"))


def test_workers_are_recycled_after_a_number_of_calls_and_when_idle():
    with Pool(1, recycling=Recycling(calls=5, idle_seconds=600)) as pool:
        pids = [pool.call(misbehave("process")).value for _ in range(20)]
        assert len(set(pids)) == 4
    with Pool(1, recycling=Recycling(calls=500, idle_seconds=0.05)) as pool:
        pid = int(pool.call(misbehave("process")).value)
        assert until(lambda: not alive(pid))
        assert int(pool.call(misbehave("process")).value) != pid


def test_settings_that_make_no_sense():
    with pytest.raises(SettingError, match="at least one"):
        Pool(0)
    for limits in (
        {"cpu_seconds": 0},
        {"wall_seconds": -1},
        {"memory_mib": 0},
        {"cpu_seconds": float("inf")},
    ):
        with pytest.raises(SettingError, match="positive"):
            Limits(**limits)


def test_stopping_a_share_kills_its_calls_and_no_others():
    answer, hang = misbehave("answer", "x"), misbehave("hang")
    with Pool(2, limits=Limits(60.0)) as pool:
        one, other = Share(pool), Share(pool)
        calls = one.map(enumerate([answer, hang, hang]))
        assert next(calls)[0] == 0
        kept = other.submit(hang)
        threading.Timer(0.2, one.stop).start()
        with pytest.raises(CancelledError):
            next(calls)
        with pytest.raises(CancelledError):
            one.submit(answer)
        assert other.call(answer).status == "returned"  # the worker is free again
        assert not kept.done()
