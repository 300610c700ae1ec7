"""The project's own integrator on a set of integrals with known answers: python benchmarks/integrator.py SET.tsv.

Every problem runs in a child of its own, so that one that crashes or runs away costs nobody else anything.
The last line is a JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import time
from collections import Counter, defaultdict
from pathlib import Path

WALL_FACTOR = 4
MEMORY = 4 << 30


def solve(text: str, budget: float) -> dict:
    from antiderive.integration import integrate

    start = time.process_time()
    result = integrate(text, budget=budget)
    record = {"cpu": time.process_time() - start, "status": None, "reason": result.reason}
    if result.expression is not None:
        record |= {
            "status": result.verdict.status,
            "answer": str(result.expression),
            "rule": result.steps.rule,
        }
    record["notes"] = result.notes[:12]
    return record


def in_child(text: str, budget: float) -> dict:
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (int(budget) + 2, int(budget) + 3))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            record = solve(text, budget)
        except BaseException as error:  # noqa: BLE001  (whatever it is, the parent is told)
            import traceback

            where = traceback.extract_tb(error.__traceback__)[-1]
            record = {
                "status": None,
                "reason": f"{error!r:.200} at {Path(where.filename).name}:{where.lineno}",
            }
        with os.fdopen(write, "w") as out:
            out.write(json.dumps(record))
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        text = answer.read()
    _, _, used = os.wait4(child, 0)
    record = json.loads(text) if text else {"status": None, "reason": "killed"}
    record.setdefault("cpu", used.ru_utime + used.ru_stime)
    return record


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path)
    parser.add_argument("--sample", type=int, default=0, help="problems, evenly spaced; 0 for all")
    parser.add_argument("--offset", type=int, default=0)
    parser.add_argument("--budget", type=float, default=3.0)
    parser.add_argument("--records", type=Path, help="JSON lines, one a problem")
    parser.add_argument("--failures", action="store_true")
    options = parser.parse_args()
    problems = [line.split("\t") for line in options.set.read_text().splitlines() if line]
    if options.sample:
        step = len(problems) / options.sample
        problems = [problems[(int(i * step) + options.offset) % len(problems)] for i in range(options.sample)]
    import antiderive.integration  # noqa: F401  (children inherit it)

    records = []
    out = options.records.open("w") if options.records else None
    for suite, integrand, known in problems:
        record = in_child(integrand, options.budget)
        records.append({"suite": suite, "integrand": integrand, "known": known} | record)
        if out is not None:
            out.write(json.dumps(records[-1]) + "\n")
            out.flush()
    report(records, failures=options.failures)


def report(records: list[dict], *, failures: bool) -> None:
    suites = defaultdict(list)
    for record in records:
        suites[record["suite"]].append(record["status"] is not None)
    for suite, solved in sorted(suites.items()):
        print(f"{suite:32} {sum(solved):5} of {len(solved):5}")
    if failures:
        for record in records:
            if record["status"] is None:
                print(
                    f"{record['cpu']:.2f} {record['integrand'][:90]} | {record['reason'][:90]} | {record.get('notes', [])[:6]}"[
                        :400
                    ]
                )
    good = [record for record in records if record["status"] is not None]
    cpu = sorted(record["cpu"] for record in records)
    figures = {
        "problems": len(records),
        "solved": len(good),
        "by_status": Counter(record["status"] for record in good),
        "median_cpu_milliseconds": round(1000 * statistics.median(cpu), 2),
        "p90_cpu_milliseconds": round(1000 * cpu[int(0.9 * len(cpu))], 2),
        "cpu_seconds": round(sum(cpu), 1),
        "longest_cpu_seconds": round(cpu[-1], 2),
        "longer_than_five_times_known": sum(len(r["answer"]) > 5 * len(r["known"]) for r in good),
        "with_imaginary_unit": sum("I" in r["answer"] and "I" not in r["integrand"] for r in good),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
