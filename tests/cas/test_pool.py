"""Life of a pool: what outlives what, and what it costs."""

import gc
import itertools
import os
import resource
import signal
import subprocess
import sys
import threading
from concurrent.futures import CancelledError
from pathlib import Path

import pytest
from tests.cas.conftest import alive, misbehave, noted, until, zombies_of

from antiderive import Expr
from antiderive.cas import Limits, Outcome, Pool, Request, Share, prove_zero_sympy, shared_pool
from antiderive.cas.dispatcher import MOST_AHEAD, Recycling
from antiderive.cas.usage import children
from antiderive.errors import SettingError, WorkerError


def descendants(pid):
    """Living processes below a process, by /proc."""
    pids = [pid]
    for parent in pids:
        pids += children(parent)
    return pids[1:]


def servers():
    """Fork servers of this process."""
    return children(os.getpid())


def test_outcomes_say_what_was_used(sympy_pool):
    outcome = sympy_pool.call(Request("sympy", Expr("x*cos(x)*exp(x)").to_prefix()))
    assert Expr.from_prefix(outcome.value).diff("x").simplify() == Expr("x*cos(x)*exp(x)")
    assert outcome.status == "solved"
    assert outcome.seconds > 0
    assert 20 < outcome.memory_mib < 1000


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
    assert all(outcome == Outcome("solved", str(key), "", *used(outcome)) for key, outcome in first)
    assert len({key for key, _ in first}) == 30


def used(outcome):
    return outcome.seconds, outcome.cpu_seconds, outcome.memory_mib


def test_map_with_hangs_among_the_calls_answers_all(pool):
    requests = [(key, misbehave("hang") if key % 10 == 3 else misbehave("answer", key)) for key in range(40)]
    outcomes = dict(pool.map(requests, limits=Limits(0.1)))
    assert len(outcomes) == 40
    for key, outcome in outcomes.items():
        assert (outcome.status, outcome.value) == (
            ("timeout", None) if key % 10 == 3 else ("solved", str(key))
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
    with Pool(2, limits=Limits(20), warm=False) as pool:
        results, killed = {}, 0
        for key, outcome in pool.map((key, misbehave("process")) for key in range(120)):
            results[key] = outcome
            if key % 30 == 10:
                os.kill(int(outcome.value), signal.SIGKILL)
                killed += 1
            if key == 60:
                server = [pid for pid in servers() if int(outcome.value) in descendants(pid)]
                for pid in server:
                    os.kill(pid, signal.SIGKILL)
                killed += len(server)
        assert killed >= 4
        assert len(results) == 120
        assert {outcome.status for outcome in results.values()} == {"solved"}


def test_a_call_whose_worker_is_killed_from_outside_is_begun_again_twice(pool, tmp_path):
    file = tmp_path / "pids"
    future = pool.submit(misbehave("wait", file), limits=Limits(60, wall_seconds=60))
    for begun in (1, 2, 3):
        assert until(lambda begun=begun: len(noted(file)) == begun)
        os.kill(noted(file)[-1], signal.SIGKILL)
    outcome = future.result(20)
    assert outcome.status == "crashed"
    assert "SIGKILL" in outcome.reason


PARENT = """
import sys
from antiderive.cas import Limits, Pool, Request
with Pool(2, limits=Limits(600), warm=False) as pool:
    futures = [pool.submit(Request(sys.argv[1] + name, sys.argv[2])) for name in ("hang_in_c", "hang_with_a_child")]
    print(futures[0].result())
"""


@pytest.fixture
def busy_parent(tmp_path, interruptible):
    """A process whose pool hangs in two calls, one of them with a child; and the ids of what hangs."""
    file = tmp_path / "pids"
    command = [sys.executable, "-c", PARENT, "antiderive.testing.misbehaving:", str(file)]
    parent = subprocess.Popen(interruptible(command), stderr=subprocess.PIPE, stdout=subprocess.PIPE)
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
    (server,) = [pid for pid in pids if pid in children(parent.pid)]
    workers = children(server)
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
    pool = Pool(1, limits=Limits(600), warm=False)
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
    with Pool(1, recycling=Recycling(calls=5, idle_seconds=600), warm=False) as pool:
        pids = [pool.call(misbehave("process")).value for _ in range(20)]
        assert len(set(pids)) == 4
    with Pool(1, recycling=Recycling(calls=500, idle_seconds=0.05), warm=False) as pool:
        pid = int(pool.call(misbehave("process")).value)
        assert until(lambda: not alive(pid))
        assert int(pool.call(misbehave("process")).value) != pid


def test_a_forked_copy_of_the_process_has_a_pool_of_its_own():
    code = (
        "import os\n"
        "from antiderive.cas import Limits, Request, shared_pool\n"
        "from antiderive.errors import WorkerError\n"
        "ask = lambda pool: pool.call(Request('sympy', 'x'), limits=Limits(60)).status\n"
        "ours = shared_pool()\n"
        "first = ask(ours)\n"
        "pid = os.fork()\n"
        "if not pid:\n"
        "    try: ours.submit(Request('sympy', 'x'))\n"
        "    except WorkerError as error: assert 'make a new one' in str(error)\n"
        "    else: raise SystemExit(1)\n"
        "second = ask(shared_pool())\n"
        "if pid: assert os.waitpid(pid, 0)[1] == 0\n"
        "assert first == second == 'solved'\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode == 0, result.stderr


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
    with pytest.raises(SettingError, match="no method"):
        shared_pool().call(Request("mathematica", "x"))


def test_sympy_proves_zero():
    assert prove_zero_sympy(Expr("sin(2x) - 2sin(x)cos(x)"), timeout=60).status == "solved"
    assert prove_zero_sympy(Expr("sin(x) - x"), timeout=60).status == "gave_up"


def test_stopping_a_share_kills_its_calls_and_no_others():
    answer, hang = (
        Request(f"antiderive.testing.misbehaving:{name}", "x") for name in ("answer", "hang_in_silence")
    )
    with Pool(2, limits=Limits(60.0)) as pool:
        one, other = Share(pool), Share(pool)
        calls = one.map((number, request) for number, request in enumerate([answer, hang, hang]))
        assert next(calls)[0] == 0
        kept = other.submit(hang)
        threading.Timer(0.2, one.stop).start()
        with pytest.raises(CancelledError):
            next(calls)
        with pytest.raises(CancelledError):
            one.submit(answer)
        assert other.call(answer).status == "solved"  # the worker is free again
        assert not kept.done()
