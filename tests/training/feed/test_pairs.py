"""Pairs keep their rows."""

from antiderive.training.feed import Pairs


def test_joined_pairs_keep_their_rows():
    parts = [Pairs.of([([1, 2], [3])]), Pairs.of([]), Pairs.of([([4], [5, 6]), ([7], [8])])]
    joined = Pairs.joined(parts)
    assert [joined[index] for index in range(3)] == [([1, 2], [3]), ([4], [5, 6]), ([7], [8])]
    assert Pairs.joined(parts).select([2, 0])[0] == ([7], [8])
    assert [len(Pairs.joined(parts).within(longest)) for longest in (0, 1, 2)] == [0, 1, 3]
