"""The same rows through the pool and through two obvious ways to do without it."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field

from antiderive.cas import Request, ask_all, function_of
from antiderive.cli.bench import cas_functions
from antiderive.workers import Pool, children_of, cpu_seconds_of

_HANG_EVERY = 10


@dataclass(frozen=True)
class Run:
    """The rows of one run, and how they ended."""

    name: str
    key: str
    rows: int
    seconds: float
    outcomes: Counter[str] = field(default_factory=Counter)
    still_computing: int = 0

    @property
    def rows_per_second(self) -> float:
        """Rows per second, time-outs included."""
        return self.rows / self.seconds

    def describe(self) -> str:
        """Say how the rows ended."""
        text = ", ".join(f"{name} {number}" for name, number in self.outcomes.most_common())
        return f"{text}; {self.still_computing} processes still computing" if self.still_computing else text


def requests(count: int) -> list[Request]:
    """Return random functions of one to four operators; every tenth is replaced by a hang."""
    from antiderive.expressions import Expr
    from antiderive.generation import generate
    from antiderive.tasks import Recipe

    examples = generate(Recipe(min_operators=1, max_operators=4), 0, count)
    functions = [Expr.from_tokens(examples.solutions[index]).to_prefix() for index in range(count)]
    return [
        Request(f"{cas_functions.__name__}:hang", "")
        if index % _HANG_EVERY == 3
        else Request("sympy", function)
        for index, function in enumerate(functions)
    ]


def run_pool(pool: Pool, rows: Iterable[Request]) -> Run:
    """Run the rows through our pool."""
    started = time.perf_counter()
    outcomes: Counter[str] = Counter(outcome.status for _, outcome in ask_all(pool, enumerate(rows)))
    return Run("antiderive", "pool", outcomes.total(), time.perf_counter() - started, outcomes)


def run_process_per_call(rows: Iterable[Request], limit: float, workers: int) -> Run:
    """Run each row in a fresh interpreter, which is killed at a time-out."""

    def one(request: Request) -> str:
        arguments = [sys.executable, "-P", "-m", __name__, request.method, request.expression]
        with subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as child:
            try:
                # The clock starts when the function does, so that a slow import is not a time-out.
                child.stdout.readline()  # type: ignore[union-attr]
                return child.communicate(timeout=limit)[0].strip() or "crashed"
            except subprocess.TimeoutExpired:
                child.kill()
                return "timeout"

    started = time.perf_counter()
    with ThreadPoolExecutor(workers) as threads:
        outcomes = Counter(threads.map(one, rows))
    return Run(
        "a process for each call",
        "process_per_call",
        outcomes.total(),
        time.perf_counter() - started,
        outcomes,
    )


def run_executor(rows: Iterable[Request], limit: float, workers: int) -> Run:
    """Run the rows through ProcessPoolExecutor: waiting for a result times out, but the call goes on."""
    context = multiprocessing.get_context("spawn")
    outcomes: Counter[str] = Counter()
    executor = ProcessPoolExecutor(workers, context)
    try:
        warm = [executor.submit(status_of, "sympy", "x") for _ in range(workers)]
        concurrent.futures.wait(warm)
        started = last = time.perf_counter()
        futures = {executor.submit(status_of, row.method, row.expression) for row in rows}
        # The executor is stuck when no result has come for so long that every call is past its limit.
        while futures and time.perf_counter() - last < 3 * limit:
            done, futures = concurrent.futures.wait(futures, limit, concurrent.futures.FIRST_COMPLETED)
            outcomes.update(future.result() for future in done)
            if done:
                last = time.perf_counter()
        seconds = time.perf_counter() - started
        processes = children_of(os.getpid())
        before = {pid: cpu_seconds_of(pid) for pid in processes}
        time.sleep(0.5)
        computing = sum(cpu_seconds_of(pid) - before[pid] > 0.05 for pid in processes)
        return Run("ProcessPoolExecutor", "executor", outcomes.total(), seconds, outcomes, computing)
    finally:
        for process in multiprocessing.active_children():
            process.kill()
        executor.shutdown(wait=False, cancel_futures=True)


def status_of(method: str, expression: str) -> str:
    """Return the status of a call made in this process, without limits."""
    return function_of(method)(expression, "x").status


if __name__ == "__main__":
    wanted = function_of(sys.argv[1])  # imports SymPy
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdout.write(wanted(sys.argv[2], "x").status)
