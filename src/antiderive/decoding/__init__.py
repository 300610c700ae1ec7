"""Decoding: greedy, beam search and sampling, with a mask that lets only well-formed expressions through."""

from __future__ import annotations

from antiderive.decoding.beam import beam_search
from antiderive.decoding.grammar import Grammar
from antiderive.decoding.hypothesis import Hypothesis, distinct
from antiderive.decoding.sampling import sample
from antiderive.decoding.settings import Decoding

__all__ = ["Decoding", "Grammar", "Hypothesis", "beam_search", "distinct", "sample"]
