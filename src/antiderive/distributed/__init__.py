"""Labelling and generation on many machines with Temporal; workers may join and leave at any time.

It does not know how an example is made or a function labelled. Temporal's sandbox imports this package again,
so each name is imported only when it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.lazy import lazy_exports

if TYPE_CHECKING:
    from antiderive.distributed.client import Address, Cluster, Run, RunWorker
    from antiderive.distributed.dev import DevServer, free_port
    from antiderive.distributed.executor import TemporalExecutor
    from antiderive.distributed.messages import PASSED, GenerateRun, LabelRun, RunStatus
    from antiderive.distributed.submit import generate_run, label_run
    from antiderive.distributed.worker import WorkerSettings, run_worker

__all__ = [
    "PASSED",
    "Address",
    "Cluster",
    "DevServer",
    "GenerateRun",
    "LabelRun",
    "Run",
    "RunStatus",
    "RunWorker",
    "TemporalExecutor",
    "WorkerSettings",
    "free_port",
    "generate_run",
    "label_run",
    "run_worker",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "PASSED": ".messages",
        "Address": ".client",
        "Cluster": ".client",
        "DevServer": ".dev",
        "GenerateRun": ".messages",
        "LabelRun": ".messages",
        "Run": ".client",
        "RunStatus": ".messages",
        "RunWorker": ".client",
        "TemporalExecutor": ".executor",
        "WorkerSettings": ".worker",
        "free_port": ".dev",
        "generate_run": ".submit",
        "label_run": ".submit",
        "run_worker": ".worker",
    },
)
