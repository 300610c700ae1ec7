"""Batches: the pairs of a pool within a budget, the same from any position on and in any parts."""

import numpy as np
import pytest

from antiderive.errors import DataError
from antiderive.expressions import Vocabulary
from antiderive.tasks import Recipe
from antiderive.training import Batch, BatchStream, RecipeSource, TextSource

VOCABULARY = Vocabulary()


def unpadded(batch):
    return [
        (
            [t for t in s if t not in (VOCABULARY.pad, VOCABULARY.eos)],
            [t for t in y if t not in (VOCABULARY.pad, VOCABULARY.bos, VOCABULARY.eos)],
        )
        for s, y in zip(batch.source.tolist(), batch.target.tolist(), strict=True)
    ]


@pytest.mark.parametrize("kind", ["recipe", "shards", "text"])
def test_batches_hold_the_pairs_of_a_pool_and_go_on_anywhere(kind, open_source):
    stream = BatchStream(open_source[kind](), tokens_per_batch=1024, pool=400)
    _, groups = stream.groups_of_pool(0)
    batches = stream.batches()
    first = [next(batches)[0] for _ in range(len(groups) + 3)]
    batches.close()
    pool = sorted(pair for batch in first[: len(groups)] for pair in unpadded(batch))
    assert pool == sorted(stream.source.pool(0, 400))
    for batch in first:
        assert batch.size <= 1024
        assert (batch.target[:, 0] == VOCABULARY.bos).all()
        assert ((batch.source == VOCABULARY.eos).sum(1) == 1).all()
        assert ((batch.target == VOCABULARY.eos).sum(1) == 1).all()
        assert batch.labels == np.count_nonzero(batch.target[:, 1:])
    for index in (0, len(groups) - 1, len(groups)):
        again = stream.batches(first[index].position)
        following = next(again)[0]
        again.close()
        assert np.array_equal(following.source, first[index + 1].source)
        assert following.position == first[index + 1].position


def test_parts_share_a_batch_and_streams_share_the_pools(recipe):
    made = RecipeSource(recipe)
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
    batches = [Batch.of(pairs, group) for group in groups]
    padding = 1 - sum(batch.tokens for batch in batches) / sum(batch.size for batch in batches)
    print(f"padding: {padding:.1%}")
    assert padding < 0.1


def test_data_without_pairs_are_refused(tmp_path):
    (tmp_path / "long.prefix").write_text("sub Y' x\tmul x x\n")
    with pytest.raises(DataError, match="no training pairs within max_tokens"):
        next(
            BatchStream(
                TextSource(tmp_path / "long.prefix", "bwd", 2), tokens_per_batch=100, pool=50
            ).batches()
        )
