"""Sources: what goes in comes out, once an epoch, in an order that can be taken up anywhere."""

import json

import pytest

from antiderive.errors import DataError
from antiderive.expressions import Split
from antiderive.training import Mixture, RecipeSource, ShardSource, TextSource


def rows(examples, split):
    return sorted((examples.problems[p], examples.solutions[p]) for p in examples.rows(split).tolist())


def listed(pairs):
    return [pairs[index] for index in range(len(pairs))]


@pytest.mark.parametrize("kind", ["shards", "text"])
def test_files_give_every_training_pair_once_an_epoch(kind, open_source, examples, monkeypatch):
    monkeypatch.setattr("antiderive.training.feed.text._BLOCK_BYTES", 4096)
    opened = open_source[kind]()
    blocks = opened.blocks if isinstance(opened.blocks, int) else len(opened.blocks)
    assert blocks > 20
    epochs = [
        [pair for number in range(e * blocks, (e + 1) * blocks) for pair in listed(opened.pool(number, 1))]
        for e in (0, 1)
    ]
    assert sorted(epochs[0]) == sorted(epochs[1]) == rows(examples, Split.TRAIN)
    assert epochs[0] != epochs[1]
    assert sorted(listed(opened.validation(len(examples)))) == rows(examples, Split.VALID)
    assert listed(opened.validation(5)) == listed(opened.validation(len(examples)))[:5]


def test_a_recipe_is_split_like_its_shards(recipe, examples):
    made = RecipeSource(recipe)
    assert sorted(listed(made.pool(0, len(examples)))) == rows(examples, Split.TRAIN)
    assert len(made.validation(70)) == 70


def test_mixtures_follow_their_weights(open_source):
    mixture = Mixture((open_source["recipe"](), open_source["shards"]()), (3.0, 1.0))
    sizes = [
        len(part.pool(4, round(1200 * share)))
        for part, share in zip(mixture.sources, (0.75, 0.25), strict=True)
    ]
    assert len(mixture.pool(4, 1200)) == sum(sizes)
    assert sizes[0] / sum(sizes) == pytest.approx(0.75, abs=0.02)


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
        ShardSource(copy, 48)
    (copy / gone).write_bytes(b"PAR1 but not really")
    with pytest.raises(DataError, match="cannot read the shard"):
        ShardSource(copy, 48)
    with pytest.raises(DataError, match="no training shards"):
        ShardSource(tmp_path / "empty", 48)
    (tmp_path / "bad.prefix").write_text("sub Y' x\tmul x x\nsub Y' bogus\tx\n")
    with pytest.raises(DataError, match=r"bad.prefix: line 2 .*'bogus' is not in the vocabulary"):
        TextSource(tmp_path / "bad.prefix", "bwd", 48).pool(0, 10)
    (tmp_path / "bad.prefix").write_text("sub Y' x mul x x\n")
    with pytest.raises(DataError, match="1 columns separated by tabs, not 2"):
        TextSource(tmp_path / "bad.prefix", "bwd", 48).pool(0, 10)
    with pytest.raises(DataError, match="cannot read"):
        TextSource(tmp_path / "missing", "bwd", 48)
