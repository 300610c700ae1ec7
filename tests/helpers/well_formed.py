"""Well-formed solutions, judged without the grammar of the decoder, and by it."""

import torch

from antiderive.decoding import Grammar
from antiderive.errors import AntideriveError
from antiderive.expressions import Expr, Vocabulary

VOCABULARY = Vocabulary()


def is_solution(tokens):
    """An independent judgement: the parser reads it and it has no unknown."""
    names = [VOCABULARY.names[token] for token in tokens]
    if any(name.startswith(("Y", "<")) for name in names):
        return False
    try:
        Expr.from_prefix(" ".join(names))
    except AntideriveError as error:
        # Undefined or too large values are well-formed all the same.
        return type(error).__name__ != "ParseError"
    return True


def mask_accepts(tokens, room=20):
    grammar = Grammar(VOCABULARY)
    state = grammar.start(1)
    for index, token in enumerate([*tokens, VOCABULARY.eos]):
        if not grammar.allowed(state, room - index)[0, token]:
            return False
        state = grammar.advance(state, torch.tensor([token]))
    return True
