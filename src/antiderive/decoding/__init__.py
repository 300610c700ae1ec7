"""Decoding: greedy, beam search and sampling, with a mask that lets only well-formed expressions through."""

from __future__ import annotations

from antiderive.decoding.beam import beam_search, search
from antiderive.decoding.grammar import Grammar
from antiderive.decoding.hypothesis import Hypothesis, distinct
from antiderive.decoding.sampling import sample

__all__ = ["Grammar", "Hypothesis", "beam_search", "distinct", "sample", "search"]
