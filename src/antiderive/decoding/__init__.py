"""Decoding: greedy decoding, beam search and sampling, with a mask that allows only well-formed expressions.

It knows tokens and the grammar of the prefix form. It does not know whether a hypothesis is right: that is
for the caller to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from antiderive.lazy import lazy_exports

if TYPE_CHECKING:
    from antiderive.decoding.beam import beam_search
    from antiderive.decoding.grammar import Grammar
    from antiderive.decoding.hypothesis import Hypothesis, distinct
    from antiderive.decoding.sampling import sample
    from antiderive.decoding.settings import Decoding

__all__ = ["Decoding", "Grammar", "Hypothesis", "beam_search", "distinct", "sample"]

# Hypotheses and settings do not need torch.
__getattr__ = lazy_exports(
    __name__,
    {
        "Decoding": ".settings",
        "Grammar": ".grammar",
        "Hypothesis": ".hypothesis",
        "beam_search": ".beam",
        "distinct": ".hypothesis",
        "sample": ".sampling",
    },
)
