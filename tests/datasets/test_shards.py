"""Data sets on disk: ranges, interruption, and what is refused."""

import json

import pyarrow as pa
import pytest

from antiderive.datasets.dataset import DataSet
from antiderive.datasets.manifest import Manifest, joined_ranges, missing_ranges
from antiderive.datasets.parquet import rows_of
from antiderive.datasets.shards import write_dataset
from antiderive.errors import DataError, SettingError
from antiderive.expressions import Split
from antiderive.generation import generate
from antiderive.tasks import Recipe

SMALL = Recipe(max_operators=5)


def rows(folder):
    """Every row of a data set, by index."""
    tables = [table for _, table in DataSet(folder).shards()]
    return pa.concat_tables(tables).to_pylist()


def parquet(folder):
    return {path.name: path.read_bytes() for path in folder.glob("*.parquet")}


def test_shards_hold_every_index_once(tmp_path):
    manifest = write_dataset(SMALL, tmp_path, 2500, shard=1000, threads=2)
    assert sorted(manifest.shards) == [
        "000000000000-000000001000",
        "000000001000-000000002000",
        "000000002000-000000002500",
    ]
    found = rows(tmp_path)
    assert [row["index"] for row in found] == list(range(2500))
    reference = generate(SMALL, 0, 2500)
    for index in (0, 1, 1234, 2499):
        assert found[index]["problem"] == reference.problems[index]
        assert found[index]["solution"] == reference.solutions[index]
        assert found[index]["split"] == reference.splits[index]
        assert found[index]["skeleton"] == reference.skeletons[index]
    assert manifest.rejects == reference.rejects
    assert manifest.examples() == 2500
    assert sum(manifest.examples(split) for split in Split) == 2500


def test_the_manifest_says_where_everything_came_from(tmp_path):
    write_dataset(SMALL, tmp_path, 300)
    values = json.loads((tmp_path / "manifest.json").read_text())
    assert values["source"] == SMALL.text()
    assert values["task"] == "bwd"
    assert values["library_version"]
    assert len(values["vocabulary"]) == 16
    (shard,) = values["shards"].values()
    assert shard["seconds"] >= 0
    assert shard["rejects"]["undefined"] > 0
    for name, file in shard["files"].items():
        assert file["bytes"] == (tmp_path / name).stat().st_size
    assert Recipe.load(tmp_path / "recipe.toml") == SMALL


def test_bytes_do_not_depend_on_threads(tmp_path):
    write_dataset(SMALL, tmp_path / "one", 3000, threads=1)
    write_dataset(SMALL, tmp_path / "three", 3000, threads=3)
    assert parquet(tmp_path / "one") == parquet(tmp_path / "three")


def test_ranges_joined_are_the_whole(tmp_path):
    write_dataset(SMALL, tmp_path / "whole", 3000, shard=1000)
    write_dataset(SMALL, tmp_path / "parts", 700, start=1800, shard=1000)
    write_dataset(SMALL, tmp_path / "parts", 3000, shard=1000, extend=True)
    assert rows(tmp_path / "parts") == rows(tmp_path / "whole")
    assert DataSet(tmp_path / "parts").manifest.ranges == [(0, 3000)]
    write_dataset(SMALL, tmp_path / "aligned", 1000, start=2000, shard=1000)
    assert parquet(tmp_path / "aligned").items() <= parquet(tmp_path / "whole").items()


def test_an_interrupted_data_set_is_completed(tmp_path):
    def stop(progress):
        if progress.made > 1500:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_dataset(SMALL, tmp_path / "a", 3000, shard=1000, report=stop)
    begun = DataSet(tmp_path / "a").manifest
    assert begun.covered == [(0, 1000)]
    assert begun.missing == [(1000, 3000)]
    seen = []
    write_dataset(SMALL, tmp_path / "a", 3000, shard=1000, report=seen.append)
    assert (seen[0].done, seen[0].made) == (1000, 0)
    assert (seen[-1].done, seen[-1].made) == (3000, 2000)
    write_dataset(SMALL, tmp_path / "b", 3000, shard=1000)
    assert parquet(tmp_path / "a") == parquet(tmp_path / "b")
    assert not list((tmp_path / "a").glob(".*"))


def test_a_shard_that_the_manifest_does_not_name_is_made_again(tmp_path):
    write_dataset(SMALL, tmp_path, 2000, shard=1000)
    good = parquet(tmp_path)
    values = json.loads((tmp_path / "manifest.json").read_text())
    del values["shards"]["000000001000-000000002000"]
    (tmp_path / "manifest.json").write_text(json.dumps(values))
    half = tmp_path / "train-000000001000-000000002000.parquet"
    half.write_bytes(half.read_bytes()[:500])
    (tmp_path / ".writing-train-000000001000-000000002000.parquet").write_bytes(b"half")
    write_dataset(SMALL, tmp_path, 2000, shard=1000)
    assert parquet(tmp_path) == good
    assert not list(tmp_path.glob(".*"))


def test_another_range_needs_to_be_asked_for(tmp_path):
    write_dataset(SMALL, tmp_path, 500)
    write_dataset(SMALL, tmp_path, 300)  # a part of what is there
    with pytest.raises(DataError, match=r"0 to 500 of this recipe; add --resume to add 0 to 600"):
        write_dataset(SMALL, tmp_path, 600)
    assert write_dataset(SMALL, tmp_path, 600, extend=True).examples() == 600


def test_what_is_refused_is_left_alone(tmp_path):
    (tmp_path / "precious").write_text("x")
    with pytest.raises(DataError, match="not empty"):
        write_dataset(SMALL, tmp_path, 10)
    write_dataset(SMALL, tmp_path / "d", 10)
    before = parquet(tmp_path / "d")
    with pytest.raises(DataError, match="another recipe"):
        write_dataset(Recipe(max_operators=6), tmp_path / "d", 10)
    assert parquet(tmp_path / "d") == before
    with pytest.raises(DataError, match="cannot write"):
        write_dataset(SMALL, tmp_path / "precious" / "d", 10)
    for count, start in ((0, 0), (-5, 0), (5, -1), (1 << 63, 0)):
        with pytest.raises(SettingError, match="empty or negative"):
            write_dataset(SMALL, tmp_path / "e", count, start=start)
    with pytest.raises(SettingError, match="hardly any example"):
        write_dataset(Recipe(operators={"add": 1}, min_operators=15, max_tokens=8), tmp_path / "e", 10)
    assert not (tmp_path / "e").exists()
    assert (tmp_path / "precious").read_text() == "x"


def test_two_runs_do_not_write_to_one_folder(tmp_path):
    def meddle(progress):
        with pytest.raises(DataError, match="another process is writing"):
            write_dataset(SMALL, tmp_path / "d", 10)

    write_dataset(SMALL, tmp_path / "d", 10, report=meddle)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"format": 99}',
        '{"format": 1, "task": "bwd"}',
        '{"format": 1, "task": "bwd", "made_by": "", "source": "", "ranges": [], "shards": {"a": {}}}',
        '{"format": 1, "task": "bwd", "made_by": "", "source": "", "ranges": [], "shards": '
        '{"a": {"rejects": {}, "seconds": 0, "files": {"../x": {"examples": 1, "bytes": 1, "sha256": ""}}}}}',
    ],
)
def test_a_damaged_manifest_is_one_clear_line(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(DataError, match=r"manifest\.json") as caught:
        DataSet(tmp_path)
    assert len(str(caught.value).splitlines()) == 1


def test_ranges():
    assert missing_ranges((0, 5), []) == [(0, 5)]
    assert missing_ranges((3, 5), [(0, 10)]) == []
    assert missing_ranges((0, 10), [(2, 3), (3, 4), (9, 12)]) == [(0, 2), (4, 9)]
    assert joined_ranges([(0, 3), (3, 5), (4, 9), (11, 12)]) == [(0, 9), (11, 12)]
    assert Manifest("bwd", "generate", "", ranges=[(0, 5), (7, 9)]).missing == [(0, 5), (7, 9)]


def test_columns_of_tokens(tmp_path):
    write_dataset(SMALL, tmp_path, 200)
    (_, table), *_ = DataSet(tmp_path).shards()
    part = table.slice(50, 60)
    assert list(rows_of(part["problem"])) == part["problem"].to_pylist()
    counted = rows_of(part["problem"]).operators
    assert counted.tolist() == part["problem_operators"].to_pylist()
