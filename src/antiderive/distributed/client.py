"""The client: submits runs, asks for their progress, and controls them. It does no work of a run."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from temporalio.client import (
    Client,
    WorkflowExecution,
    WorkflowExecutionStatus,
    WorkflowFailureError,
    WorkflowHandle,
    WorkflowQueryFailedError,
    WorkflowQueryRejectedError,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.envconfig import ClientConfig
from temporalio.exceptions import ApplicationError, FailureError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from antiderive.distributed.messages import GenerateRun, LabelRun, RunStatus
from antiderive.distributed.versions import release_of, task_queue
from antiderive.errors import ClusterError

ADDRESS = "127.0.0.1:7233"
QUEUE = "antiderive"

_Result = TypeVar("_Result")

_CONNECT = timedelta(seconds=5)
_ANSWER = timedelta(seconds=5)
_TRANSIENT = {
    RPCStatusCode.UNAVAILABLE,
    RPCStatusCode.DEADLINE_EXCEEDED,
    RPCStatusCode.CANCELLED,
    RPCStatusCode.RESOURCE_EXHAUSTED,
    RPCStatusCode.INTERNAL,
}
"""Status codes of a server that is stopping, starting, or overloaded."""


@dataclass(frozen=True)
class Address:
    """Address of the server; missing parts come from the environment or the SDK's configuration file.

    Attributes:
        host: host and port.
        namespace: namespace of the server.
        profile: profile of the configuration file, with TLS certificates or an API key.
        queue: name of the queue that submitters and workers share.
    """

    host: str | None = None
    namespace: str | None = None
    profile: str | None = None
    queue: str = QUEUE

    @property
    def task_queue(self) -> str:
        """Name of the queue on the server."""
        return task_queue(self.queue)

    async def connect(self, *, identity: str | None = None) -> Client:
        """Connect and check that the server answers.

        Raises:
            ClusterError: if there is no such server or namespace, or the server refuses the connection.
        """
        try:
            options: dict[str, Any] = dict(ClientConfig.load_client_connect_config(self.profile))
        except (RuntimeError, OSError, TypeError) as error:
            raise ClusterError(f"bad configuration of the Temporal client: {error}") from error
        options |= {
            key: value for key, value in (("target_host", self.host), ("namespace", self.namespace)) if value
        }
        host = options.setdefault("target_host", ADDRESS)
        namespace = options.get("namespace", "default")
        try:
            client = await Client.connect(**options, identity=identity, connect_timeout=_CONNECT)
        except (RuntimeError, ValueError, TypeError, OSError) as error:
            raise ClusterError(f"cannot reach a Temporal server at {host}: {_explained(error)}") from error
        try:
            await _describe_namespace(client, namespace)
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                raise ClusterError(
                    f"the Temporal server at {host} has no namespace {namespace!r}; "
                    "create it, or choose another one with --namespace"
                ) from error
            if error.status in (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED):
                raise ClusterError(
                    f"the Temporal server at {host} refuses these credentials for the namespace "
                    f"{namespace!r}: {error.message}"
                ) from error
            raise ClusterError(f"the Temporal server at {host} does not answer: {error.message}") from error
        return client


async def _describe_namespace(client: Client, namespace: str) -> None:
    from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest

    await client.workflow_service.describe_namespace(
        DescribeNamespaceRequest(namespace=namespace), timeout=_CONNECT
    )


_EXPLANATIONS = (
    ("Connection refused", "connection refused; 'antiderive cluster dev' starts one on this machine"),
    ("timed out", "timed out"),
    ("dns error", "there is no machine of this name; give the address as HOST:PORT"),
    ("InvalidUrl", "this is not an address; give it as HOST:PORT"),
    ("UnknownIssuer", "no trusted authority signed its certificate; set TEMPORAL_TLS_SERVER_CA_CERT_PATH"),
    ("NotValidForName", "its certificate is for another name; set TEMPORAL_TLS_SERVER_NAME"),
    ("InvalidCertificate", "its certificate is not valid"),
    ("InvalidContentType", "it does not speak TLS, which TEMPORAL_TLS_... or an API key asks for"),
    ("transport error", "it hung up; it may need TLS or a client certificate (set TEMPORAL_TLS_...)"),
)
"""Explanations for people, by a part of the SDK's message."""


def _explained(error: BaseException) -> str:
    """The explanation of an SDK error."""
    text = str(error)
    for part, line in _EXPLANATIONS:
        if part in text:
            return line
    return text.partition("\n")[0]


@dataclass(frozen=True)
class RunWorker:
    """A worker of a run, as the server sees it.

    Attributes:
        name: host and process.
        slices: number of its open slices.
        done: number of indices done in these slices.
        trouble: message of its last failure.
    """

    name: str
    slices: int
    done: int
    trouble: str


@dataclass(frozen=True)
class Run:
    """A run, as the server sees it.

    Attributes:
        id: its name.
        state: ``running``, ``paused``, ``completed``, ``failed``, ``canceled``, ...
        what: short description of the work.
        release: version of antiderive that it needs.
        status: its own status; ``None`` if no worker can answer.
        workers: its workers.
        waiting: number of slices that wait for a worker.
        failure: reason of its failure.
    """

    id: str
    state: str
    what: str
    release: str
    status: RunStatus | None = None
    workers: list[RunWorker] = field(default_factory=list)
    waiting: int = 0
    failure: str = ""


class Cluster:
    """A connected client.

    Args:
        client: the connection.
        address: address of the server.
    """

    def __init__(self, client: Client, address: Address) -> None:
        self._client, self._address = client, address

    async def submit(self, id_: str, what: str, run: LabelRun | GenerateRun) -> bool:
        """Start a run, unless it is running; return whether it was started.

        Args:
            id_: its name; the name of a run that has ended may be used again, to do the rest.
            what: short description of the work.
            run: the input.

        Raises:
            ClusterError: if the server does not accept it.
        """
        kind = "label" if isinstance(run, LabelRun) else "generate"
        try:
            await _answered(
                self._client.start_workflow(
                    kind,
                    run,
                    id=id_,
                    task_queue=self._address.task_queue,
                    memo={"what": what},
                    id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                    id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
                )
            )
        except WorkflowAlreadyStartedError:
            return False
        return True

    async def workers(self) -> list[str]:
        """Names of the workers of this release that have recently polled for work."""
        from temporalio.api.enums.v1 import TaskQueueType
        from temporalio.api.taskqueue.v1 import TaskQueue
        from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest

        request = DescribeTaskQueueRequest(
            namespace=self._client.namespace,
            task_queue=TaskQueue(name=self._address.task_queue),
            task_queue_type=TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
        )
        answer = await _answered(self._client.workflow_service.describe_task_queue(request, timeout=_ANSWER))
        return sorted({poller.identity for poller in answer.pollers})

    async def runs(self, *, running: bool = False) -> list[Run]:
        """Runs of this queue, of any release, latest first, without details."""
        query = "WorkflowType IN ('label', 'generate')"
        if running:
            query += " AND ExecutionStatus = 'Running'"
        found = [one async for one in _listed(self._client, query)]
        latest = {one.id: one for one in reversed(found)}
        ours = [one for one in latest.values() if one.task_queue.startswith(f"{self._address.queue} (")]
        return [await _run_of(one) for one in sorted(ours, key=lambda one: one.start_time, reverse=True)]

    async def run(self, id_: str) -> Run:
        """One run with all details.

        Raises:
            ClusterError: if there is none.
        """
        handle = self._client.get_workflow_handle(id_)
        described = await self._found(id_, handle.describe(rpc_timeout=_ANSWER))
        run = await _run_of(described)
        status: RunStatus | None = None
        failure = ""
        if described.status in (WorkflowExecutionStatus.COMPLETED, WorkflowExecutionStatus.FAILED):
            status, failure = await _result(handle)
        else:
            status = await _query(handle)
        workers, waiting = _workers_of(described.raw_description.pending_activities)
        state = "paused" if run.state == "running" and status is not None and status.paused else run.state
        return Run(run.id, state, run.what, run.release, status, workers, waiting, failure)

    async def signal(self, id_: str, name: str, *arguments: int) -> None:
        """Send a signal; a run without a worker gets it when a worker joins.

        Raises:
            ClusterError: if there is no such run, or it has ended.
        """
        handle = self._client.get_workflow_handle(id_)
        await self._found(id_, handle.signal(name, args=list(arguments), rpc_timeout=_ANSWER))

    async def cancel(self, id_: str, *, force: bool = False) -> None:
        """End a run; its results so far stay.

        Args:
            id_: its name.
            force: end it on the server, without waiting for a worker; its workers stop within seconds.

        Raises:
            ClusterError: if there is no such run, or it has ended.
        """
        handle = self._client.get_workflow_handle(id_)
        work = handle.terminate(rpc_timeout=_ANSWER) if force else handle.cancel(rpc_timeout=_ANSWER)
        await self._found(id_, work)

    async def follow(self, id_: str, *, pause: float = 1.0) -> AsyncIterator[Run | str]:
        """Yield the run repeatedly until it has ended; during an outage of the server, yield a message.

        Args:
            id_: its name.
            pause: seconds between updates; the end is noticed at once.
        """
        ended: asyncio.Task[None] | None = None
        try:
            while True:
                try:
                    run = await self.run(id_)
                except RPCError as error:
                    if error.status not in _TRANSIENT:
                        raise ClusterError(f"the Temporal server reports: {error.message}") from error
                    yield f"cannot reach the Temporal server, trying again: {error.message}"
                    await asyncio.sleep(pause)
                else:
                    yield run
                    if run.state not in ("running", "paused"):
                        return
                    if ended is None or ended.done():
                        ended = asyncio.create_task(self._ending(id_, pause))
                    await asyncio.wait({ended}, timeout=pause)
        finally:
            if ended is not None:
                ended.cancel()

    async def _ending(self, id_: str, pause: float) -> None:
        """Wait until a run has ended, or for some time after the connection was lost."""
        try:
            await self._client.get_workflow_handle(id_).result()
        except WorkflowFailureError:
            return
        except RPCError:
            await asyncio.sleep(pause)

    async def _found(self, id_: str, request: Awaitable[_Result]) -> _Result:
        try:
            return await request
        except RPCError as error:
            if error.status == RPCStatusCode.NOT_FOUND:
                raise ClusterError(
                    f"there is no running run {id_}; 'antiderive cluster status' lists the runs"
                ) from error
            raise


async def _answered(request: Awaitable[_Result]) -> _Result:
    try:
        return await request
    except RPCError as error:
        raise ClusterError(f"the Temporal server says: {error.message}") from error


async def _listed(client: Client, query: str) -> AsyncIterator[WorkflowExecution]:
    try:
        async for one in client.list_workflows(query, rpc_timeout=_ANSWER):
            yield one
    except RPCError as error:
        raise ClusterError(f"the Temporal server says: {error.message}") from error


async def _run_of(execution: WorkflowExecution) -> Run:
    state = execution.status.name.lower() if execution.status is not None else "unknown"
    memo = await execution.memo()
    return Run(execution.id, state, str(memo.get("what", "")), release_of(execution.task_queue))


async def _query(handle: WorkflowHandle[Any, Any]) -> RunStatus | None:
    """The run's own status; ``None`` if no worker answers."""
    try:
        status: RunStatus = await handle.query("status", result_type=RunStatus, rpc_timeout=_ANSWER)
    except (WorkflowQueryFailedError, WorkflowQueryRejectedError):
        return None
    except RPCError as error:
        if error.status == RPCStatusCode.UNAVAILABLE:
            raise
        return None
    return status


async def _result(handle: WorkflowHandle[Any, Any]) -> tuple[RunStatus | None, str]:
    """The result of a run that has ended, and the reason if it failed."""
    try:
        value = await handle.result(rpc_timeout=_ANSWER)
    except WorkflowFailureError as error:
        return None, _cause(error)
    converted: RunStatus = RunStatus(**value) if isinstance(value, dict) else value
    return converted, ""


def _cause(error: BaseException) -> str:
    """The message of the run or the worker, which is the outermost application error."""
    while not isinstance(error, ApplicationError):
        if not isinstance(error, WorkflowFailureError | FailureError) or error.cause is None:
            return str(error)
        error = error.cause
    return error.message


def _workers_of(activities: Any) -> tuple[list[RunWorker], int]:  # noqa: ANN401  (messages of the SDK)
    from temporalio.api.enums.v1 import PendingActivityState

    waiting = 0
    found: dict[str, RunWorker] = {}
    for one in activities:
        trouble = one.last_failure.message if one.HasField("last_failure") else ""
        started = one.state == PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
        if not started:
            waiting += 1
        if not one.last_worker_identity or not (started or trouble):
            continue
        done = json.loads(one.heartbeat_details.payloads[0].data) if one.heartbeat_details.payloads else 0
        before = found.get(one.last_worker_identity, RunWorker(one.last_worker_identity, 0, 0, ""))
        found[before.name] = RunWorker(
            before.name, before.slices + started, before.done + done, trouble or before.trouble
        )
    return sorted(found.values(), key=lambda worker: worker.name), waiting
