"""A labelled set whose labels follow a rule, so that there is something to learn, made without computer algebra."""

import pyarrow as pa
import pyarrow.parquet as pq

from antiderive.generation import functions_of
from antiderive.tasks import Recipe

LIMIT = 2.0


def rows_of(count, seed=0):
    """Rows of a labelled set: fricas integrates what has no exp, giac what has a sine or cosine and no exp."""
    functions = functions_of(Recipe(task="fwd", min_operators=1, max_operators=6, seed=seed), 0, count)
    rows, seen = [], set()
    for index in range(count):
        names = set(functions.integrand(index).to_prefix().split())
        if tuple(functions.problems[index]) in seen:
            continue
        seen.add(tuple(functions.problems[index]))
        simple, periodic = "exp" not in names, bool(names & {"sin", "cos"})
        late = "tan" in names
        for method, outcome, seconds in (
            ("fricas", "timeout" if late else "solved" if simple else "nonelementary", 2.5 if late else 0.3),
            ("giac", "solved" if simple and periodic and not late else "partial", 0.02 if periodic else 0.5),
        ):
            rows.append(
                {
                    "index": index,
                    "problem": functions.problems[index],
                    "label": 0,
                    "outcome": outcome,
                    "method": method,
                    "seconds": seconds,
                    "cpu_seconds": seconds,
                    "limit_seconds": LIMIT,
                    "operators": int(functions.operators[index]),
                    "skeleton": int(functions.skeletons[index]),
                }
            )
    return rows


def write_set(folder, rows):
    """Splits rows by skeleton, one in five for the test and one in five for validation."""
    folder.mkdir(parents=True, exist_ok=True)
    parts = {"train": (2, 3, 4), "valid": (1,), "test": (0,)}
    for name, remainders in parts.items():
        chosen = [row for row in rows if row["skeleton"] % 5 in remainders]
        schema = pa.schema([("skeleton", pa.uint64())])
        columns = {key: [row[key] for row in chosen] for key in rows[0]}
        arrays = {
            key: pa.array(values, schema.field(key).type if key == "skeleton" else None)
            for key, values in columns.items()
        }
        pq.write_table(pa.table(arrays), folder / f"{name}.parquet")
    return folder
