"""The vocabulary: names to ids and back, and what it refuses."""

import pytest

from antiderive.errors import DataError, ParseError
from antiderive.expressions import Vocabulary


def test_the_vocabulary_refuses_what_it_does_not_know():
    vocabulary = Vocabulary()
    assert vocabulary.decode(vocabulary.encode("add x INT+ 1 2")) == "add x INT+ 1 2"
    with pytest.raises(ParseError):
        vocabulary.encode("foo")
    with pytest.raises(DataError):
        vocabulary.check("0" * 16)
