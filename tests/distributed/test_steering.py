"""Pause, resume, cancel and refusals, with a real server and real workers."""

import asyncio
from pathlib import Path

import pytest

from antiderive.distributed.client import Cluster
from antiderive.distributed.submit import label_run
from antiderive.distributed.versions import release
from antiderive.labelling import Job, Store
from antiderive.tasks import Recipe
from antiderive.workers import Limits

HANG = Job(
    Recipe(task="fwd", min_operators=1, max_operators=2, seed=1),
    "helpers.methods:hang",
    Limits(600.0),
)


def busy(worker):
    """Processes below a worker that burn CPU time, by their state in /proc."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)] = (int(fields[1]), int(fields[11]) + int(fields[12]))
    found = []
    for pid, (parent, ticks) in parents.items():
        above = parent
        while above in parents and above != worker.process.pid:
            above = parents[above][0]
        # The fork server, right below the worker, has burnt some too while it loaded SymPy.
        if above == worker.process.pid != parent and ticks > 30:
            found.append(pid)
    return found


def steer(address, work):
    async def run():
        return await work(Cluster(await address.connect(), address))

    return asyncio.run(run())


def submit(address, job=HANG, count=40, **options):
    made = label_run(job, 0, count, **options)
    assert steer(address, lambda cluster: cluster.submit(*made))
    return made[0]


def look(address, name):
    return steer(address, lambda cluster: cluster.run(name))


@pytest.fixture
def store_url(tmp_path):
    return f"sqlite:///{tmp_path}/labels.db"


def open_slices(address, name):
    run = look(address, name)
    return run if run.workers and run.workers[0].slices else None


def gone(pids):
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def hung_children(worker, before):
    return sorted(set(busy(worker)) - before)


def test_a_run_is_paused_resumed_and_cancelled_and_its_processes_killed(
    temporal, address, workers, eventually, store_url
):
    worker = workers("--slots", 1, "--store", store_url).wait_until_it_works()
    name = submit(address)
    eventually(lambda: open_slices(address, name))
    hung = eventually(lambda: hung_children(worker, set()))

    steer(address, lambda cluster: cluster.signal(name, "set_concurrency", 3))
    steer(address, lambda cluster: cluster.signal(name, "pause"))
    eventually(lambda: gone(hung))
    # The workflow hears of its slices a little after the worker has given them up.
    paused = eventually(
        lambda: (
            (run := look(address, name)).state == "paused" and not (run.workers or run.status.open) and run
        )
    )
    assert (paused.status.concurrency, paused.status.done) == (3, 0)

    steer(address, lambda cluster: cluster.signal(name, "resume"))
    again = eventually(lambda: hung_children(worker, set(hung)))
    assert look(address, name).state == "running"

    steer(address, lambda cluster: cluster.cancel(name))
    eventually(lambda: gone(again))
    assert eventually(lambda: (run := look(address, name)).state != "running" and run).state == "canceled"
    assert worker.process.poll() is None


def test_a_worker_that_leaves_kills_what_it_runs_and_another_goes_on(
    temporal, address, workers, eventually, store_url
):
    first = workers("--slots", 1, "--store", store_url)
    second = workers("--slots", 1, "--store", store_url, held=True)
    first.wait_until_it_works()
    name = submit(address, count=10)
    hung = eventually(lambda: hung_children(first, set()))
    first.process.terminate()
    assert first.process.wait(120) == 0
    assert gone(hung)
    second.let_go().wait_until_it_works()
    eventually(lambda: hung_children(second, set()))
    steer(address, lambda cluster: cluster.cancel(name, force=True))
    assert look(address, name).state == "terminated"


def test_a_worker_of_another_release_is_refused_and_the_run_does_not_fail(
    temporal, address, workers, eventually, store_url, monkeypatch
):
    monkeypatch.setattr("antiderive.distributed.versions.GENERATOR_VERSION", 1)
    assert release().endswith("generator 1")
    name = submit(address, count=10)
    monkeypatch.undo()
    refused = workers("--slots", 1, "--store", store_url)
    assert refused.process.wait(120) == 2
    eventually(lambda: refused.says("error: refused"))
    (line,) = (line for line in refused.lines if line.startswith("error"))
    assert "generator 1); install that one" in line and name in line
    assert look(address, name).state == "running"
    steer(address, lambda cluster: cluster.cancel(name, force=True))


def test_a_worker_with_another_store_leaves_the_slices_to_others(
    temporal, address, workers, eventually, store_url, tmp_path
):
    right = workers("--slots", 1, "--store", store_url)
    planner = workers("--slots", 1, "--store", store_url, held=True)
    wrong = workers("--slots", 1, "--store", f"sqlite:///{tmp_path}/other.db", held=True)
    right.wait_until_it_works()
    name = submit(address, Job(HANG.recipe, "helpers.methods:answer", Limits(5.0)), count=10)
    eventually(lambda: look(address, name).state == "completed")
    right.end()
    with Store(store_url) as store:
        assert store.knows(label_run(HANG, 0, 40)[0].removeprefix("label-")) is False

    # It plans nothing, so its store does not hear of the run. Some slices are left for it.
    name = submit(address, count=40)
    planner.let_go().wait_until_it_works()
    eventually(lambda: hung_children(planner, set()))
    planner.end()
    wrong.let_go().wait_until_it_works()
    eventually(lambda: wrong.says("does not have this run"))
    assert look(address, name).state == "running"
    steer(address, lambda cluster: cluster.cancel(name, force=True))
