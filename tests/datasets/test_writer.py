"""Writers of data sets on folders and object stores, many at once."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from s3fs import S3FileSystem

from antiderive.datasets.manifest import Manifest, missing_ranges
from antiderive.datasets.shards import Pace, cut_ranges, make_shard, write_dataset
from antiderive.datasets.storage import storage_at
from antiderive.datasets.writer import DataSetWriter
from antiderive.distributed.dev import free_port
from antiderive.errors import DataError
from antiderive.tasks import Recipe

RECIPE = Recipe(task="bwd", min_operators=2, max_operators=6, seed=5)


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}


def beside(place, wanted):
    """A writer beside others, as each worker makes its own."""
    manifest = Manifest(RECIPE.task, "generate", RECIPE.text(), ranges=[wanted])
    return DataSetWriter(storage_at(str(place)), manifest, RECIPE)


def write(data, first, last):
    parts, rejects = make_shard(RECIPE, first, last, pace=Pace(), report=lambda _: None)
    data.write(first, last, parts, rejects, 1.0)


@pytest.mark.parametrize("kind", ["folder", "object store"])
def test_two_workers_at_the_same_shards_do_no_harm(kind, bucket, tmp_path):
    place = str(tmp_path / "d") if kind == "folder" else f"{bucket}/{tmp_path.name}"
    beside(place, (0, 900)).open(extend=False)
    with ThreadPoolExecutor(4) as threads:
        parts = [part for part in cut_ranges([(0, 900)], 300) for _ in range(3)]
        list(threads.map(lambda part: write(beside(place, (0, 900)), *part), parts))
    data = beside(place, (0, 900))
    assert missing_ranges((0, 900), data.open(extend=False).covered) == []
    data.finish()
    written = storage_at(place)
    assert sorted(written.sizes()) == sorted(
        ["README.md", "manifest.json", "recipe.toml"]
        + [
            f"{s}-{a:012d}-{b:012d}.parquet"
            for a, b in cut_ranges([(0, 900)], 300)
            for s in ("train", "valid", "test")
        ]
    )
    local = write_dataset(RECIPE, tmp_path / "local", 900, shard=300)
    entries = json.loads(written.read("manifest.json"))["shards"]
    for key, shard in local.shards.items():
        assert {name: file["sha256"] for name, file in entries[key]["files"].items()} == {
            name: file.sha256 for name, file in shard.files.items()
        }
        for name in shard.files:
            assert written.read(name) == (tmp_path / "local" / name).read_bytes()


def test_a_shard_with_a_file_missing_is_made_again(tmp_path):
    data = beside(tmp_path, (0, 200))
    data.open(extend=False)
    write(data, 0, 200)
    assert data.open(extend=False).covered == [(0, 200)]
    (tmp_path / "train-000000000000-000000000200.parquet").write_bytes(b"half")
    assert data.open(extend=False).covered == []


def test_what_else_is_in_the_folder_is_never_touched(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(DataError, match="is not empty and holds no data set"):
        beside(tmp_path, (0, 10)).open(extend=False)
    write_dataset(Recipe(task="ibp"), tmp_path / "other", 10)
    with pytest.raises(DataError, match="another recipe"):
        beside(tmp_path / "other", (0, 10)).open(extend=False)
    with pytest.raises(DataError, match="cannot write to /proc/nothing"):
        beside("/proc/nothing", (0, 10)).open(extend=False)


def test_an_object_store_that_cannot_be_used_is_one_line(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    S3FileSystem.clear_instance_cache()
    with pytest.raises(DataError, match="cannot read s3://bucket/set/manifest.json: Unable to locate cred"):
        beside("s3://bucket/set", (0, 10)).open(extend=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    S3FileSystem.clear_instance_cache()
    with pytest.raises(DataError, match="cannot read s3://bucket/set/manifest.json: Could not connect"):
        beside("s3://bucket/set", (0, 10)).open(extend=False)
    S3FileSystem.clear_instance_cache()
