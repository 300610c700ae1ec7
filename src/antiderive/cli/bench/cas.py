"""``antiderive bench cas``."""

from __future__ import annotations

import json
from typing import Any

import click


@click.command()
@click.option("--count", type=click.IntRange(min=20), default=300, show_default=True, help="Functions.")
@click.option(
    "--limit", type=click.FloatRange(min=0.1), default=2.0, show_default=True, help="Seconds for each."
)
@click.option("--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Calls at a time.")
@click.option(
    "--share",
    type=click.IntRange(min=20),
    default=60,
    show_default=True,
    help="Functions at the head of the list that the baselines get too; the mix is the same.",
)
@click.option("--calls", type=click.IntRange(min=100), default=2000, show_default=True, help="Leak check.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object on the last line.")
def command(count: int, limit: float, workers: int, share: int, calls: int, *, as_json: bool) -> None:
    """Measure the worker pool: throughput where one function in ten hangs, costs of a call and of a kill.

    SymPy integrates random functions of one to four operators; every tenth is a computation that never ends
    and swallows exceptions. The head of the same list goes through two baselines: a process for each call,
    joined with a time-out, which loads SymPy each time, and ProcessPoolExecutor, which cannot end a call.
    Rates are rows per second; the ratio compares the same rows.
    """
    from antiderive.cli.bench import cas_baselines, cas_costs, cas_functions
    from antiderive.workers import Limits, Pool

    requests = cas_baselines.requests(count)
    head = requests[:share]
    figures: dict[str, Any] = {
        "functions": count,
        "functions_of_baselines": len(head),
        "limit_seconds": limit,
        "workers": workers,
    }
    with Pool(workers, limits=Limits(limit), preload=cas_functions.preload) as pool:
        figures["start_seconds"] = cas_costs.start_seconds(pool)
        figures |= cas_costs.overhead(pool)
        figures |= cas_costs.leak(pool, calls)
        figures |= cas_costs.kill_delay(pool)
        ours, rest = (cas_baselines.run_pool(pool, rows) for rows in (head, requests[share:]))
    figures |= cas_costs.replacement()
    runs = [
        ours,
        cas_baselines.run_process_per_call(head, limit, workers),
        cas_baselines.run_executor(head, limit, workers),
    ]
    _, per_call, executor = runs
    click.echo(f"{len(head)} functions, one in ten hangs, {limit:g} s each, {workers} concurrent")
    for run in runs:
        click.echo(
            f"  {run.name:<22} {run.rows_per_second:8.2f} rows/s   {run.rows} rows in {run.seconds:.1f} s"
            f"   {run.describe()}"
        )
    rate = (ours.rows + rest.rows) / (ours.seconds + rest.seconds)
    click.echo(f"  antiderive on all {count}: {rate:.2f} rows/s")
    figures["rows_per_second_pool_on_all"] = rate
    figures |= {f"rows_per_second_{run.key}": run.rows_per_second for run in runs}
    figures |= {
        "ratio_to_process_per_call": ours.rows_per_second / per_call.rows_per_second,
        "executor_choked": executor.rows < len(head),
        "executor_rows": executor.rows,
        "executor_processes_still_computing": executor.still_computing,
        "outcomes": dict(ours.outcomes + rest.outcomes),
    }
    click.echo(f"  {figures['ratio_to_process_per_call']:.2f} times the rate of a process for each call")
    for name in (
        "start_seconds",
        "call_overhead_ms",
        "call_overhead_streamed_ms",
        "call_overhead_cpu_ms",
        "replace_ms",
        "kill_delay_seconds",
        "kill_cpu_excess_seconds",
        "leak_calls",
        "parent_growth_kib",
        "zombies",
    ):
        click.echo(f"  {name:<28} {figures[name]:.3f}")
    if as_json:
        click.echo(json.dumps(figures))
