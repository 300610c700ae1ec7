"""The split is decided by the keyed hash of a skeleton."""

from antiderive._core import skeleton_hash


def test_the_hash_of_a_skeleton_never_changes():
    # SipHash-2-4 under the split key; the values are part of the file format.
    assert skeleton_hash("x") == 4666778077896751003
    assert skeleton_hash("mul # x") == 11201067474468786248
