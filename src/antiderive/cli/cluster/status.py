"""``antiderive cluster status``."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import click

from antiderive.cli.cluster.common import address_of, address_options, with_cluster

if TYPE_CHECKING:
    from antiderive.distributed import Cluster, Run


@click.command()
@click.argument("run", required=False)
@address_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    run: str | None,
    address: str | None,
    namespace: str | None,
    profile: str | None,
    queue: str,
    *,
    as_json: bool,
) -> None:
    """Show the progress and the workers of RUN; without RUN, all runs and the workers of this release."""

    async def one(cluster: Cluster) -> Run:
        return await cluster.run(run or "")

    async def every(cluster: Cluster) -> tuple[list[Run], list[str]]:
        listed = await cluster.runs()
        # Only a running one reports progress.
        seen = [await cluster.run(item.id) if item.state == "running" else item for item in listed]
        return seen, await cluster.workers()

    where = address_of(address, namespace, profile, queue)
    if run is not None:
        found = with_cluster(where, one)
        click.echo(json.dumps(as_dict(found)) if as_json else "\n".join(describe(found)))
        return
    runs, workers = with_cluster(where, every)
    if as_json:
        click.echo(json.dumps({"runs": [as_dict(item) for item in runs], "workers": workers}))
        return
    for item in runs:
        click.echo(f"{item.id}  {headline(item)}  {item.what}")
    if not runs:
        click.echo("no runs")
    click.echo(f"workers: {', '.join(workers) or 'none'}")


def as_dict(run: Run) -> dict[str, object]:
    """Return the object that ``--json`` prints."""
    return {**dataclasses.asdict(run), "done": run.status.done if run.status else None}


def headline(run: Run) -> str:
    """Return state and progress in one line."""
    if run.status is None:
        return run.state if run.state != "running" else "running (no worker answers)"
    status = run.status
    line = f"{run.state}, {status.done:,} of {status.total:,} ({status.done / max(status.total, 1):.0%})"
    if run.state == "running" and status.rate > 0:
        minutes = (status.total - status.done) / status.rate / 60
        line += f", {status.rate:,.1f}/s, {minutes:,.0f} min left"
    return line


def describe(run: Run) -> list[str]:
    """Describe a run, in lines."""
    from antiderive.distributed import PASSED

    lines = [f"{run.id}: {headline(run)}", f"  {run.what}, {run.release}"]
    if run.failure:
        lines.append(f"  failed: {run.failure}")
    if run.status is not None:
        counts = dict(run.status.counts)
        passed = counts.pop(PASSED, 0)
        total = max(sum(counts.values()), 1)
        for outcome, number in sorted(counts.items(), key=lambda item: -item[1]):
            lines.append(f"  {outcome:<14} {number:>12,}  {number / total:6.1%}")
        if passed:
            lines.append(f"  passed over    {passed:>12,}  of another split")
        if run.state in ("running", "paused"):
            lines.append(
                f"  slices: {run.status.open} open of at most {run.status.concurrency}, "
                f"{run.waiting} waiting; the next has {run.status.size:,} indices"
            )
    for worker in run.workers:
        trouble = f"; last trouble: {worker.trouble}" if worker.trouble else ""
        lines.append(f"  {worker.name}: {worker.slices} slices, {worker.done:,} indices done{trouble}")
    return lines
