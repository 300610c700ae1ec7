"""The classic text files, both ways."""

from collections import Counter

import numpy as np
import pytest

from antiderive import Expr
from antiderive.datasets.check import check_dataset
from antiderive.datasets.classic import problem_infix
from antiderive.datasets.classic_export import write_classic
from antiderive.datasets.classic_import import classic_files, read_classic
from antiderive.datasets.dataset import DataSet
from antiderive.datasets.dedup import deduplicate
from antiderive.datasets.partitions import CountedLines, RecordPartitions
from antiderive.datasets.shards import write_dataset
from antiderive.errors import DataError
from antiderive.expressions import Split, Vocabulary
from antiderive.tasks import Recipe


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data") / "d"
    write_dataset(Recipe(max_operators=3, min_operators=1), folder, 3000, shard=2000)
    return DataSet(folder)


@pytest.fixture(scope="module")
def text(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("text") / "t"
    write_classic(data, folder)
    return folder


def parquet(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.parquet")}


def lines(path):
    return path.read_text().splitlines()


def test_prefix_and_infix_are_parallel(data, text):
    prefix, infix = lines(text / "data.prefix"), lines(text / "data.infix")
    assert len(prefix) == len(infix) == 3000
    for left, right in zip(prefix[:200], infix[:200], strict=True):
        problem, solution = left.split("\t")
        assert problem.startswith("sub Y' ")
        infix_problem, infix_solution = right.split("\t")
        assert "y'" in infix_problem
        assert "Y" not in infix_problem
        # By value: the infix of the problem is the residual y' - f.
        assert Expr(infix_problem.replace("y", "Y")) == Expr.from_prefix(problem)
        assert Expr(infix_solution) == Expr.from_prefix(solution)
        difference = Expr(infix_problem.replace("y'", f"({Expr(infix_solution).diff('x')})")).simplify()
        assert abs(difference.evaluate(x=0.7 + 0.4j)) < 1e-9


def test_lines_are_in_the_order_of_the_indices(data, text):
    vocabulary = Vocabulary()
    (_, table), *_ = data.shards()
    for row, line in zip(table.to_pylist()[:50], lines(text / "data.prefix"), strict=False):
        assert line == f"{vocabulary.decode(row['problem'])}\t{vocabulary.decode(row['solution'])}"


def test_counted_files_hold_every_line_once_most_frequent_first(data, text):
    everything = Counter(lines(text / "data.prefix"))
    counted = Counter()
    for split in Split:
        rows = [line.split("|", 1) for line in lines(text / f"bwd.{split.name.lower()}")]
        numbers = [int(count) for count, _ in rows]
        assert numbers == sorted(numbers, reverse=True)
        assert sum(numbers) == data.manifest.examples(split)
        for number, line in rows:
            assert line not in counted
            counted[line] = int(number)
    assert counted == everything
    assert max(counted.values()) > 1


def test_text_and_back_gives_the_same_files(data, text, tmp_path):
    for workers in (1, 2):
        out = tmp_path / str(workers)
        manifest = read_classic([(text / "data.prefix", None)], out, "bwd", workers=workers, shard=2000)
        assert parquet(out) == parquet(data.folder)
        assert manifest.ranges == [(0, 3000)]
    assert check_dataset(DataSet(out), sample=50).passed
    write_classic(data, tmp_path / "again", workers=2)
    for path in text.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_counted_files_are_read_by_their_names(data, text, tmp_path):
    files = classic_files(text)
    assert [path.name for path, _ in files] == ["bwd.train", "bwd.valid", "bwd.test"]
    kept = read_classic(files, tmp_path / "kept", "bwd", keep_split=True)
    hashed = read_classic(files, tmp_path / "hashed", "bwd")
    distinct = len(set(lines(text / "data.prefix")))
    for split in Split:
        assert (
            kept.examples(split) == hashed.examples(split) == len(lines(text / f"bwd.{split.name.lower()}"))
        )
    assert kept.examples() == distinct
    assert deduplicate(data, tmp_path / "dedup", "exact").examples() == distinct


QUIRKS = """\
sub Y' mul INT+ 1 2 x\tmul INT+ 6 pow x INT+ 2
17|sub Y' mul INT- 3 pow x INT- 1\tmul INT- 3 ln x
sub Y' add x x\tpow2 x
sub Y' div INT+ 1 INT+ 0\tx

sub Y' x
sub Y' x\tx\tx
sub Y' foo x\tx
sub Y' add x\tx
x\tx
many|sub Y' x\tx
sub Y' cos x\tsin x\r
"""


def test_quirks_of_published_files_and_bad_lines(tmp_path):
    path = tmp_path / "data.prefix"
    path.write_bytes(
        QUIRKS.encode() + b"\xff\xfe\tx\nsub Y' x\t" + b"x" * 3_000_000 + b"\nsub Y' exp x\texp x"
    )
    manifest = read_classic([(path, None)], tmp_path / "d", "bwd")
    vocabulary = Vocabulary()
    rows = [row for _, table in DataSet(tmp_path / "d").shards() for row in table.to_pylist()]
    found = {
        row["index"]: (vocabulary.decode(row["problem"]), vocabulary.decode(row["solution"])) for row in rows
    }
    assert found == {
        0: ("sub Y' mul INT+ 1 2 x", "mul INT+ 6 pow x INT+ 2"),
        1: ("sub Y' mul INT- 3 pow x INT- 1", "mul INT- 3 ln x"),
        2: ("sub Y' mul INT+ 2 x", "pow x INT+ 2"),
        11: ("sub Y' cos x", "sin x"),
        14: ("sub Y' exp x", "exp x"),
    }
    assert manifest.rejects == {"columns": 4, "malformed": 2, "token": 2, "too_long": 1, "undefined": 1}
    bad = lines(tmp_path / "d" / "bad-lines.txt")
    assert [int(line.split(":")[1]) for line in bad] == [4, 5, 6, 7, 8, 9, 10, 11, 13, 14]
    assert bad[4] == "data.prefix:8: 'foo' is not in the vocabulary"
    assert check_dataset(DataSet(tmp_path / "d")).passed


def test_strict_reading_refuses(tmp_path):
    path = tmp_path / "data.prefix"
    path.write_text(QUIRKS)
    with pytest.raises(DataError, match=r"data\.prefix:4: .*undefined"):
        read_classic([(path, None)], tmp_path / "d", "bwd", strict=True)


def test_a_leaking_split_is_found_and_mended(tmp_path):
    (tmp_path / "p.train").write_text("1|sub Y' mul INT+ 2 x\tpow x INT+ 2\n1|sub Y' cos x\tsin x\n")
    (tmp_path / "p.valid").write_text("1|sub Y' exp x\texp x\n")
    (tmp_path / "p.test").write_text("1|sub Y' mul INT+ 4 x\tmul INT+ 2 pow x INT+ 2\n")
    read_classic(classic_files(tmp_path), tmp_path / "d", "bwd", keep_split=True)
    found = check_dataset(DataSet(tmp_path / "d"))
    assert set(found.failures) == {"disjoint"}
    manifest = deduplicate(DataSet(tmp_path / "d"), tmp_path / "mended", "skeleton")
    assert [manifest.examples(split) for split in Split] == [1, 1, 1]
    assert check_dataset(DataSet(tmp_path / "mended")).passed


def test_what_is_no_classic_data_set(tmp_path, text):
    with pytest.raises(DataError, match="no classic data set"):
        classic_files(tmp_path)
    (tmp_path / "a.train").write_text("x\n")
    (tmp_path / "b.train").write_text("x\n")
    with pytest.raises(DataError, match="several data sets"):
        classic_files(tmp_path)
    with pytest.raises(DataError, match="no line of a.train"):
        read_classic([(tmp_path / "a.train", Split.TRAIN)], tmp_path / "d", "bwd")
    with pytest.raises(DataError, match="the file names give no split"):
        read_classic([(text / "data.prefix", None)], tmp_path / "e", "bwd", keep_split=True)
    with pytest.raises(DataError, match="cannot read"):
        read_classic([(tmp_path / "missing", None)], tmp_path / "e", "bwd")


def test_reading_goes_on_after_an_interruption(text, tmp_path):
    source = [(text / "data.prefix", None)]
    read = []

    def stop(done):
        read.append(done)
        if len(read) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_classic(source, tmp_path / "a", "bwd", shard=1000, report=stop)
    assert 0 < len(DataSet(tmp_path / "a").manifest.shards) < 3
    read_classic(source, tmp_path / "a", "bwd", shard=1000)
    read_classic(source, tmp_path / "b", "bwd", shard=1000)
    assert parquet(tmp_path / "a") == parquet(tmp_path / "b")


def test_problems_in_infix():
    tokens = Vocabulary().encode
    assert problem_infix("ode2", tokens("add Y'' mul x Y")) == "x*y + y''"


def test_records_meet_in_one_partition(tmp_path):
    random = np.random.default_rng(0)
    dtype = np.dtype([("key", np.uint64), ("row", np.uint64)])
    partitions = RecordPartitions(tmp_path / "p", dtype, 7)
    keys = random.integers(0, 500, 20_000).astype(np.uint64)
    records = np.zeros(len(keys), dtype)
    records["key"], records["row"] = keys, np.arange(len(keys))
    for start in range(0, len(keys), 3000):
        partitions.add(keys[start : start + 3000], records[start : start + 3000])
    parts = list(partitions)
    assert len(parts) == 7
    assert sum(map(len, parts)) == len(keys)
    seen = [set(part["key"].tolist()) for part in parts]
    assert sum(map(len, seen)) == len(set().union(*seen)) == 500
    assert all(np.all(np.diff(part["row"].astype(int)) > 0) for part in parts)


def test_lines_are_counted_over_many_partitions(tmp_path, monkeypatch):
    monkeypatch.setattr("antiderive.datasets.partitions._LINES", 100)
    monkeypatch.setattr("antiderive.datasets.partitions._BUFFER", 1000)
    random = np.random.default_rng(0)
    text = [b"%d" % number for number in random.geometric(0.02, 5000)]
    counts = CountedLines(tmp_path / "c", len(text))
    for start in range(0, len(text), 333):
        counts.add(text[start : start + 333])
    found = list(counts.sorted())
    assert found == sorted(((n, t) for t, n in Counter(text).items()), key=lambda row: (-row[0], row[1]))
