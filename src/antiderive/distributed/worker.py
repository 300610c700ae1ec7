"""A worker process: does slices of runs until it gets a signal to leave."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from antiderive.cas import open_pool
from antiderive.datasets import absolute
from antiderive.distributed.activities import Activities
from antiderive.distributed.client import Address, Cluster
from antiderive.distributed.versions import release
from antiderive.distributed.workflow import GenerateWorkflow, LabelWorkflow
from antiderive.errors import ClusterError
from antiderive.labelling import Store

if TYPE_CHECKING:
    from temporalio.client import Client

    from antiderive.workers import Pool

WORKFLOWS = [LabelWorkflow, GenerateWorkflow]

_GRACE = timedelta(seconds=20)
"""Time for open slices to write their results."""

_HEARTBEAT_INTERVAL = timedelta(seconds=2)
"""Shortest interval of heartbeats to the server; a cancellation arrives with the next one."""

_LOOK_SECONDS = 5.0

_EXTRA_SLICES = 1
"""Open slices in addition to the slots, so that no process waits while one slice ends and the next begins."""


def workflow_runner() -> SandboxedWorkflowRunner:
    """The sandbox of workflows, for workers and for the replay of histories."""
    # The native module cannot be loaded twice; the rest of the package can.
    return SandboxedWorkflowRunner(
        restrictions=SandboxRestrictions.default.with_passthrough_modules("antiderive._core")
    )


@dataclass(frozen=True)
class WorkerSettings:
    """Settings of a worker.

    Attributes:
        address: the server and the queue.
        slots: number of computer algebra processes, and of shards made at a time.
        store: URL of the store of labels; a worker without a store does not label.
        functions: whether methods may be functions of this installation; only for tests and benchmarks.
        roots: folders and object stores that data sets may be written to; by default the working folder.
    """

    address: Address
    slots: int = 1
    store: str | None = None
    functions: bool = False
    roots: tuple[str, ...] = (".",)


def run_worker(settings: WorkerSettings, *, say: Callable[[str], None]) -> None:
    """Run a worker until SIGINT or SIGTERM.

    Args:
        settings: its settings.
        say: prints a line for the person who runs this worker.

    Raises:
        ClusterError: if the server cannot be reached, or every run there needs another release.
        StoreError: if the store cannot be opened or written to.
    """
    if settings.store is not None:
        with Store(settings.store) as store:
            store.require_writable()
    with open_pool(settings.slots) as pool:
        asyncio.run(_Process(settings, pool, say).run())


class _Process:
    def __init__(self, settings: WorkerSettings, pool: Pool, say: Callable[[str], None]) -> None:
        self._settings, self._pool = settings, pool
        self._tell, self._told = say, ""

    def _say(self, line: str) -> None:
        """Print a line, unless it repeats the last one."""
        if line != self._told:
            self._told = line
            self._tell(line)

    async def run(self) -> None:
        _silence_sdk()
        address = self._settings.address
        client = await address.connect(identity=f"{socket.gethostname()}:{os.getpid()}")
        await self._require_fitting_runs(Cluster(client, address))
        activities = Activities(
            self._pool,
            self._settings.store,
            say=self._say,
            roots=[absolute(root) for root in self._settings.roots],
            functions=self._settings.functions,
        )
        slices = self._settings.slots + _EXTRA_SLICES
        with ThreadPoolExecutor(slices, thread_name_prefix="slice") as threads:
            worker = Worker(
                client,
                task_queue=address.task_queue,
                workflows=WORKFLOWS,
                workflow_runner=workflow_runner(),
                activities=activities.all(),
                activity_executor=threads,
                max_concurrent_activities=slices,
                max_heartbeat_throttle_interval=_HEARTBEAT_INTERVAL,
                default_heartbeat_throttle_interval=_HEARTBEAT_INTERVAL,
                graceful_shutdown_timeout=_GRACE,
            )
            async with worker:
                self._say(f"{client.identity} listening on queue {address.queue!r} for {release()}")
                await self._until_signal(client)
                self._say("leaving; writing the finished work")
        self._say("left")

    async def _require_fitting_runs(self, cluster: Cluster) -> None:
        """Refuse to start if all work is for another release, which this worker would never be offered."""
        runs = await cluster.runs(running=True)
        others = [run for run in runs if run.release != release()]
        for run in others:
            self._say(f"this worker does not take part in {run.id}, which needs {run.release}")
        if others and len(others) == len(runs):
            raise ClusterError(
                f"refused: this worker has {release()}, which may make other bytes, and every run needs "
                f"another release ({others[0].id}: {others[0].release}); install that one on this machine"
            )

    async def _until_signal(self, client: Client) -> None:
        """Wait for a signal; meanwhile report when the server is lost and when it is back."""
        told = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, told.set)
        lost = False
        while not told.is_set():
            try:
                await asyncio.wait_for(told.wait(), _LOOK_SECONDS)
            except TimeoutError:
                well = await _server_answers(client)
                if lost != (not well):
                    lost = not well
                    self._say(
                        "cannot reach the Temporal server, trying again"
                        if lost
                        else "the Temporal server is back"
                    )
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)  # a second signal ends it at once


async def _server_answers(client: Client) -> bool:
    from temporalio.service import RPCError

    try:
        return await client.service_client.check_health(timeout=timedelta(seconds=3))
    except RPCError:
        return False


def _silence_sdk() -> None:
    """Silence the SDK, which prints tracebacks; the worker reports errors itself, in one line."""
    logging.getLogger("temporalio").setLevel(logging.ERROR)
    filter_ = TelemetryFilter(core_level="ERROR", other_level="ERROR")
    Runtime.set_default(
        Runtime(telemetry=TelemetryConfig(logging=LoggingConfig(filter=filter_))), error_if_already_set=False
    )
