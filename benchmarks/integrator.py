"""The project's own integrator on integrals with known answers: ``python benchmarks/integrator.py SET.tsv``.

A set has a problem a line: suite, integrand and known antiderivative, separated by tabs. Problems run one
after the other in a child process; where one crashes or runs away, another child goes on with the next one.
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

MEMORY = 4 << 30
MEND = True
GRACE = 1.5
"""CPU seconds above the budget after which a child is ended."""


def solve(text: str, budget: float) -> dict:
    from antiderive.integration import integrate
    from antiderive.portfolio import mended

    start = time.process_time()
    try:
        result = integrate(text, budget=budget, mend=mended if MEND else None)
    except Exception as error:  # noqa: BLE001  (a crash is a result here)
        return {"cpu": time.process_time() - start, "status": None, "reason": f"crash: {error!r:.200}"}
    record = {"cpu": time.process_time() - start, "status": None, "reason": result.reason}
    if result.expression is not None:
        rules = [step.rule for step in result.steps.nodes()]
        record |= {"status": result.verdict.status, "answer": str(result.expression), "rules": rules[:12]}
    record["proof"] = result.proof is not None
    record["notes"] = result.notes[:12]
    return record


def work(problems: list[list[str]], budget: float, write: int) -> None:
    """The child: a line a problem."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with os.fdopen(write, "w") as out:
        for _, integrand, _ in problems:
            # An interval timer would make the clock of the process as coarse as the kernel's ticks.
            limit = int(time.process_time() + budget + GRACE) + 1
            resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
            record = solve(integrand, budget)
            out.write(json.dumps(record) + "\n")
            out.flush()


def records_of(problems: list[list[str]], budget: float):
    """The records of all problems, in order."""
    place = 0
    while place < len(problems):
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            work(problems[place:], budget, write)
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as answers:
            for line in answers:
                yield problems[place], json.loads(line)
                place += 1
        os.waitpid(child, 0)
        if place < len(problems):
            yield problems[place], {"status": None, "reason": "killed", "cpu": budget + GRACE, "proof": False}
            place += 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", type=Path)
    parser.add_argument("--sample", type=int, default=0, help="problems, evenly spaced; 0 for all")
    parser.add_argument("--offset", type=int, default=0)
    parser.add_argument("--budget", type=float, default=3.0, help="CPU seconds a problem")
    parser.add_argument("--records", type=Path, help="where to write a JSON line a problem")
    parser.add_argument("--without-mending", action="store_true", help="refuted answers are given up")
    parser.add_argument("--failures", action="store_true", help="list what is not solved")
    options = parser.parse_args()
    problems = [line.split("\t") for line in options.set.read_text().splitlines() if line]
    if options.sample:
        step = len(problems) / options.sample
        places = [(int(i * step) + options.offset) % len(problems) for i in range(options.sample)]
        problems = [problems[place] for place in places]
    import antiderive.integration
    import antiderive.portfolio  # noqa: F401  (children inherit them)

    global MEND  # noqa: PLW0603  (children inherit it)
    MEND = not options.without_mending

    records = []
    out = options.records.open("w") if options.records else None
    for (suite, integrand, known), record in records_of(problems, options.budget):
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
                notes = str(record.get("notes", []))[:200]
                print(f"{record['cpu']:.2f} {record['integrand'][:90]} | {record['reason'][:90]} | {notes}")
    good = [record for record in records if record["status"] is not None]
    cpu = sorted(record["cpu"] for record in records)
    figures = {
        "problems": len(records),
        "solved": len(good),
        "by_status": Counter(record["status"] for record in good),
        "false_proofs": sum(record["proof"] for record in records),
        "median_cpu_milliseconds": round(1000 * statistics.median(cpu), 2),
        "p90_cpu_milliseconds": round(1000 * cpu[int(0.9 * len(cpu))], 2),
        "cpu_seconds": round(sum(cpu), 1),
        "longest_cpu_seconds": round(cpu[-1], 2),
        "longer_than_five_times_known": sum(len(r["answer"]) > 5 * len(r["known"]) for r in good),
        "with_imaginary_unit": sum(is_complex(r["answer"]) and not is_complex(r["integrand"]) for r in good),
    }
    print(json.dumps(figures))


def is_complex(text: str) -> bool:
    from antiderive import Expr

    return any(kind == "symbol" and value == "I" for kind, value in Expr(text).nodes())


if __name__ == "__main__":
    main()
