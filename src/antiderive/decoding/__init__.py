"""Decoding: greedy and beam search, with a mask that lets only well-formed expressions through."""

from __future__ import annotations

from antiderive.decoding.beam import Hypothesis, beam_search
from antiderive.decoding.grammar import Grammar

__all__ = ["Grammar", "Hypothesis", "beam_search"]
