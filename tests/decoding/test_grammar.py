"""The grammar mask."""

import itertools

import torch
from helpers.well_formed import VOCABULARY, is_solution, mask_accepts

from antiderive.decoding import Grammar


def test_the_mask_accepts_exactly_the_well_formed_sequences():
    names = ["x", "sin", "add", "INT+", "7", "Y", "<pad>"]
    ids = [VOCABULARY.ids[name] for name in names]
    counts = {True: 0, False: 0}
    for length in range(1, 5):
        for tokens in itertools.product(ids, repeat=length):
            expected = is_solution(tokens)
            assert mask_accepts(tokens) is expected, VOCABULARY.decode(tokens)
            counts[expected] += 1
    assert min(counts.values()) > 10


def test_the_mask_always_leaves_a_way_to_the_end():
    generator = torch.Generator().manual_seed(0)
    grammar = Grammar(VOCABULARY)
    for room in (1, 2, 3, 8, 30):
        for _ in range(50):
            state, tokens = grammar.start(1), []
            for used in range(room + 1):
                allowed = grammar.allowed(state, room - used)[0]
                assert allowed.any()
                token = torch.multinomial(allowed.float(), 1, generator=generator)
                if int(token) == VOCABULARY.eos:
                    break
                tokens.append(int(token))
                state = grammar.advance(state, token)
            assert is_solution(tokens), VOCABULARY.decode(tokens)
            assert len(tokens) <= room
