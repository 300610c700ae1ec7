"""Records the histories that ``test_replay.py`` replays: ``python tests/distributed/record.py``.

The workflows are the real ones, on a real server; activities answer at once, so that a history is small. To be
run again, and its files committed, after a change of the workflows that is meant.
"""

import asyncio
import contextlib
import json
import tempfile
from datetime import timedelta
from pathlib import Path

from temporalio import activity
from temporalio.client import WorkflowFailureError
from temporalio.worker import Worker

from antiderive.distributed.client import Address
from antiderive.distributed.dev import DevServer, free_port
from antiderive.distributed.messages import (
    GenerateJob,
    GenerateRun,
    GenerateSlice,
    LabelJob,
    LabelRun,
    LabelSlice,
    Plan,
    SliceResult,
    Walk,
)
from antiderive.distributed.worker import WORKFLOWS, workflow_runner

HISTORIES = Path(__file__).parent / "histories"


class Activities:
    """Stand-ins that remember what was done; each slice waits until ``go`` is set."""

    def __init__(self):
        self.done = []
        self.go = asyncio.Event()

    def _plan(self, job):
        position, missing = job.first, []
        for first, last in [*sorted(self.done), (job.last, job.last)]:
            if first > position:
                missing.append((position, first))
            position = last
        left = sum(last - first for first, last in missing)
        return Plan(missing, left, {"solved": job.last - job.first - left})

    async def _do(self, part):
        while not self.go.is_set():
            activity.heartbeat(0)
            await asyncio.sleep(0.05)
        self.done.append((part.first, part.last))
        return SliceResult({"solved": part.last - part.first}, 0.5 * (part.last - part.first))

    @activity.defn
    async def plan_label(self, job: LabelJob) -> Plan:
        return self._plan(job)

    @activity.defn
    async def label_slice(self, part: LabelSlice) -> SliceResult:
        return await self._do(part)

    @activity.defn
    async def plan_generate(self, job: GenerateJob) -> Plan:
        return self._plan(job)

    @activity.defn
    async def generate_slice(self, part: GenerateSlice) -> SliceResult:
        return await self._do(part)

    @activity.defn
    async def finish_generate(self, job: GenerateJob) -> None:
        return None

    def all(self):
        return [
            self.plan_label,
            self.label_slice,
            self.plan_generate,
            self.generate_slice,
            self.finish_generate,
        ]


LABEL = LabelJob("{}", "sympy", 1.0, 2048, 0, 120, "sample")
GENERATE = GenerateJob("{}", "/data", 100, False, 50, 1230, "sample", "1")


async def begun(handle):
    while True:
        described = await handle.describe()
        pending = described.raw_description.pending_activities
        if any(one.state == 2 and "slice" in one.activity_type.name for one in pending):
            return


async def straight(handle, acts):
    acts.go.set()
    await handle.result()


async def steered(handle, acts):
    """Paused with slices open, changed, resumed, done."""
    await begun(handle)
    await handle.signal("pause")
    while (await handle.query("status"))["open"]:
        pass
    await handle.signal("set_concurrency", 2)
    await handle.signal("resume")
    acts.go.set()
    await handle.result()


async def cancelled(handle, acts):
    await begun(handle)
    await handle.cancel()
    with contextlib.suppress(WorkflowFailureError):
        await handle.result()


RUNS = {
    "label-straight": (straight, LabelRun(LABEL)),
    "label-new-history": (straight, LabelRun(LABEL, Walk(concurrency=3, slices=6))),
    "label-paused": (steered, LabelRun(LABEL, Walk(concurrency=4))),
    "label-cancelled": (cancelled, LabelRun(LABEL, Walk(concurrency=3))),
    "generate-straight": (straight, GenerateRun(GENERATE, Walk(concurrency=4))),
}


async def record(address, folder):
    client = await Address(address).connect(identity="recorder")
    for name, (work, run) in RUNS.items():
        acts = Activities()
        async with Worker(
            client,
            task_queue=name,
            workflows=WORKFLOWS,
            workflow_runner=workflow_runner(),
            activities=acts.all(),
            max_heartbeat_throttle_interval=timedelta(seconds=0.1),
        ):
            handle = await client.start_workflow(name.partition("-")[0], run, id=name, task_queue=name)
            first = handle.first_execution_run_id
            await work(handle, acts)
            history = await client.get_workflow_handle(name, run_id=first).fetch_history()
        text = json.dumps(json.loads(history.to_json()), indent=1)
        (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        print(f"{name}: {len(history.events)} events")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        server = DevServer(Path(scratch) / "temporal.db", free_port())
        server.start()
        try:
            HISTORIES.mkdir(exist_ok=True)
            asyncio.run(record(server.address, HISTORIES))
        finally:
            server.stop()
