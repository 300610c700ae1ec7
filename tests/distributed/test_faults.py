"""The whole cluster, real processes throughout, with every part of it failing once."""

import os
import threading
import time

from sqlalchemy import func, select

from antiderive.distributed import TemporalExecutor
from antiderive.errors import StoreError
from antiderive.labelling import Job, LocalExecutor, Store, functions_to_label
from antiderive.labelling.schema import functions, labels
from antiderive.tasks import Recipe
from antiderive.workers import Limits

COUNT = 600
OUTAGE = float(os.environ.get("ANTIDERIVE_OUTAGE", "15"))
JOB = Job(Recipe(task="fwd", min_operators=1, max_operators=4, seed=7), "fricas", Limits(20.0))


def outcomes(store):
    """Function by index, outcome and integral by function."""
    rows = list(store.rows(select(functions)))
    assert sorted(row.index for row in rows) == list(range(COUNT))  # one row for each, no more
    found = [(row.function, row.outcome, row.integral) for row in store.rows(select(labels))]
    assert len({function for function, _, _ in found}) == len(found)
    return {row.index: row.key for row in rows}, sorted(found)


def test_nothing_is_lost_or_doubled_and_all_is_as_on_one_machine(
    temporal, postgres, address, workers, eventually, tmp_path
):
    url = postgres.new_database()
    with Store(url, patience=1.0) as store:

        def rows():
            try:
                return next(store.rows(select(func.count()).select_from(functions)))[0]
            except StoreError:
                return 0

        options = ("--slots", 1, "--store", url)
        first, second, third = workers(*options), workers(*options), workers(*options, held=True)
        first.wait_until_it_works()
        second.wait_until_it_works()
        eventually(lambda: third.says("loaded"))
        seen = []
        run = threading.Thread(
            target=lambda: seen.append(TemporalExecutor(address, pause=0.2).run(JOB, 0, COUNT))
        )
        run.start()

        eventually(lambda: rows() >= 40)
        first.process.kill()
        third.let_go().wait_until_it_works()

        eventually(lambda: rows() >= 120)
        temporal.kill()
        temporal.start()

        eventually(lambda: rows() >= 200)
        assert rows() < COUNT
        postgres.stop("immediate")
        down = time.monotonic()
        eventually(lambda: time.monotonic() - down > OUTAGE)
        postgres.start()

        run.join(180)
        assert not run.is_alive()
        assert seen[0].counts.total() == seen[0].done == COUNT
        assert second.says("the store cannot be reached, trying again")

    with Store(url) as store:  # the connections of the other one died with the database
        by_index, found = outcomes(store)
        made_by = {row.worker.partition(":")[2] for row in store.rows(select(labels.c.worker))}
        assert made_by == {str(worker.process.pid) for worker in (first, second, third)}

    with Store(f"sqlite:///{tmp_path}/local.db") as local:
        LocalExecutor(local, 2).run(JOB, 0, COUNT)
        assert outcomes(local) == (by_index, found)
    assert by_index == {one.index: one.key for one in functions_to_label(JOB.recipe, 0, COUNT)}
