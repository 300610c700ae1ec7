"""Sources and batches: what goes in comes out, once an epoch, in an order that can be taken up anywhere."""

import json

import numpy as np
import pytest

from antiderive.datasets.shards import write_dataset
from antiderive.datasets.sources import Mixture, Pairs, RecipeSource, ShardSource, TextSource
from antiderive.datasets.stream import BatchStream
from antiderive.errors import DataError
from antiderive.expressions import Split, Vocabulary
from antiderive.generation import generate
from antiderive.tasks import Recipe
from antiderive.training import Checkpoint, train

from .common import config

RECIPE = Recipe(min_operators=1, max_operators=3, max_tokens=48)
COUNT = 3000


@pytest.fixture(scope="module")
def examples():
    return generate(RECIPE, 0, COUNT)


def rows(examples, split):
    return sorted((examples.problems[p], examples.solutions[p]) for p in examples.rows(split).tolist())


def listed(pairs):
    return [pairs.at(place) for place in range(len(pairs))]


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards") / "data"
    write_dataset(RECIPE, folder, COUNT, shard=700)
    return folder


@pytest.fixture(scope="module")
def text(tmp_path_factory, examples):
    path = tmp_path_factory.mktemp("text") / "data.prefix"
    names = Vocabulary()
    with path.open("w") as file:
        for place in range(len(examples)):
            count = f"{place}|" if place % 3 == 0 else ""
            line = (
                f"{count}{names.decode(examples.problems[place])}\t{names.decode(examples.solutions[place])}"
            )
            file.write(line + ("\n" if place + 1 < len(examples) else ""))
    return path


def source(kind, shards, text):
    return {
        "recipe": lambda: RecipeSource(RECIPE),
        "shards": lambda: ShardSource(shards, 48, block=100),
        "text": lambda: TextSource(text, "bwd", 48),
    }[kind]()


@pytest.mark.parametrize("kind", ["shards", "text"])
def test_files_give_every_training_pair_once_an_epoch(kind, shards, text, examples, monkeypatch):
    monkeypatch.setattr("antiderive.datasets.sources._BLOCK_BYTES", 4096)
    opened = source(kind, shards, text)
    blocks = opened.blocks if isinstance(opened.blocks, int) else len(opened.blocks)
    assert blocks > 20
    epochs = [
        [pair for number in range(e * blocks, (e + 1) * blocks) for pair in listed(opened.pool(number, 1))]
        for e in (0, 1)
    ]
    assert sorted(epochs[0]) == sorted(epochs[1]) == rows(examples, Split.TRAIN)
    assert epochs[0] != epochs[1]
    assert sorted(listed(opened.validation(COUNT))) == rows(examples, Split.VALID)
    assert listed(opened.validation(5)) == listed(opened.validation(COUNT))[:5]


def test_a_recipe_is_split_like_its_shards(examples):
    made = RecipeSource(RECIPE)
    assert sorted(listed(made.pool(0, COUNT))) == rows(examples, Split.TRAIN)
    assert len(made.validation(70)) == 70


def test_mixtures_follow_their_weights(shards, text):
    mixture = Mixture((source("recipe", shards, text), source("shards", shards, text)), (3.0, 1.0))
    sizes = [
        len(part.pool(4, round(1200 * share)))
        for part, share in zip(mixture.sources, (0.75, 0.25), strict=True)
    ]
    assert len(mixture.pool(4, 1200)) == sum(sizes)
    assert sizes[0] / sum(sizes) == pytest.approx(0.75, abs=0.02)


def unpadded(batch):
    names = Vocabulary()
    return [
        (
            [t for t in s if t not in (names.pad, names.eos)],
            [t for t in y if t not in (names.pad, names.bos, names.eos)],
        )
        for s, y in zip(batch.source.tolist(), batch.target.tolist(), strict=True)
    ]


@pytest.mark.parametrize("kind", ["recipe", "shards", "text"])
def test_batches_hold_the_pairs_of_a_pool_and_go_on_anywhere(kind, shards, text):
    stream = BatchStream(source(kind, shards, text), tokens_per_batch=1024, pool=400)
    _, groups = stream.groups_of_pool(0)
    batches = stream.batches()
    first = [next(batches)[0] for _ in range(len(groups) + 3)]
    batches.close()
    pool = sorted(pair for batch in first[: len(groups)] for pair in unpadded(batch))
    assert pool == sorted(listed(stream.source.pool(0, 400)))
    for batch in first:
        assert batch.size <= 1024
        assert (batch.target[:, 0] == stream.bos).all()
        assert ((batch.source == stream.eos).sum(1) == 1).all()
        assert ((batch.target == stream.eos).sum(1) == 1).all()
        assert batch.labels == np.count_nonzero(batch.target[:, 1:])
    for place in (0, len(groups) - 1, len(groups)):
        again = stream.batches(first[place].position)
        following = next(again)[0]
        again.close()
        assert np.array_equal(following.source, first[place + 1].source)
        assert following.position == first[place + 1].position


def test_parts_share_a_batch_and_streams_share_the_pools():
    made = RecipeSource(RECIPE)
    whole = next(BatchStream(made, tokens_per_batch=512, pool=300).batches())[0]
    pieces = [
        piece
        for part in range(2)
        for piece in next(
            BatchStream(made, tokens_per_batch=512, pool=300).batches(part=part, parts=2, pieces=2)
        )
    ]
    assert sorted(pair for piece in pieces for pair in unpadded(piece)) == sorted(unpadded(whole))
    assert {piece.labels for piece in pieces} == {whole.labels}
    # More parts than rows: the others learn nothing but keep in step.
    crowd = next(BatchStream(made, tokens_per_batch=40, pool=300).batches(parts=64, part=63))[0]
    assert not crowd.target[:, 1:].any()
    assert crowd.labels > 0
    numbers = []
    for stream in (0, 1):
        batches = BatchStream(made, tokens_per_batch=512, pool=300, stream=stream, streams=2).batches()
        numbers.append({next(batches)[0].position[0] for _ in range(40)})
        batches.close()
    assert not numbers[0] & numbers[1]


def test_little_of_the_published_data_is_padding():
    stream = BatchStream(RecipeSource(Recipe()), tokens_per_batch=8192, pool=10_000)
    pairs, groups = stream.groups_of_pool(0)
    batches = [stream.batch(pairs, group, (0, 0), 0, 1) for group in groups]
    padding = 1 - sum(batch.tokens for batch in batches) / sum(batch.size for batch in batches)
    print(f"padding: {padding:.1%}")
    assert padding < 0.1


def test_broken_data_are_one_clear_line(tmp_path, shards):
    manifest = json.loads((shards / "manifest.json").read_text())
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in shards.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    gone = sorted(
        name for shard in manifest["shards"].values() for name in shard["files"] if name.startswith("train")
    )[0]
    (copy / gone).unlink()
    with pytest.raises(DataError, match=f"the shard {gone} of the manifest is missing"):
        train(config(mixture={"bwd": {"shards": str(copy)}}), tmp_path / "run")
    (copy / gone).write_bytes(b"PAR1 but not really")
    with pytest.raises(DataError, match="cannot read the shard"):
        ShardSource(copy, 48)
    with pytest.raises(DataError, match="no training shards"):
        ShardSource(tmp_path / "empty", 48)
    (tmp_path / "bad.prefix").write_text("sub Y' x\tmul x x\nsub Y' bogus\tx\n")
    with pytest.raises(DataError, match=r"bad.prefix: line 2 .*'bogus' is not in the vocabulary"):
        TextSource(tmp_path / "bad.prefix", "bwd", 48).pool(0, 10)
    (tmp_path / "bad.prefix").write_text("sub Y' x mul x x\n")
    with pytest.raises(DataError, match="no TAB"):
        TextSource(tmp_path / "bad.prefix", "bwd", 48).pool(0, 10)
    with pytest.raises(DataError, match="cannot read"):
        TextSource(tmp_path / "missing", "bwd", 48)
    (tmp_path / "long.prefix").write_text("sub Y' x\tmul x x\n")
    with pytest.raises(DataError, match="no training pairs within max_tokens"):
        next(BatchStream(TextSource(tmp_path / "long.prefix", "bwd", 2), tokens_per_batch=100).batches())


def test_joined_pairs_keep_their_rows():
    parts = [Pairs.of([([1, 2], [3])]), Pairs.of([]), Pairs.of([([4], [5, 6]), ([7], [8])])]
    assert listed(Pairs.joined(parts)) == [([1, 2], [3]), ([4], [5, 6]), ([7], [8])]


def test_a_shard_that_vanishes_during_a_run_leaves_the_last_checkpoint(tmp_path, shards):
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in shards.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())

    def remove(progress):
        if progress.step == 4:
            for path in copy.glob("train-*"):
                path.unlink()

    values = {"steps": 4000, "log_every": 1, "checkpoint_every": 2, "pool": 500, "tokens_per_batch": 1024}
    with pytest.raises(DataError, match="cannot read the shard"):
        train(config(values, mixture={"bwd": {"shards": str(copy)}}), tmp_path / "run", report=remove)
    latest = Checkpoint.latest(tmp_path / "run")
    assert latest.step >= 4
    latest.model()
