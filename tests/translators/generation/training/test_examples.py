"""Examples as sub-words, and the examples of each update."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spanferry.data.training.padding import padded, parts
from spanferry.translators.generation.training.examples import Batches

sizes = st.lists(st.integers(1, 40), min_size=1, max_size=300)


@given(sizes, st.integers(1, 9), st.integers(0, 5))
def test_every_epoch_goes_through_all(lengths: list[int], size: int, seed: int) -> None:
    both = np.array([[n, 1] for n in lengths])
    batches = Batches(both, size, seed)
    for epoch in range(2):
        steps = range(epoch * batches.steps, (epoch + 1) * batches.steps)
        found = [batches.numbers(step) for step in steps]
        assert sorted(np.concatenate(found).tolist()) == list(range(len(lengths)))
        assert all(1 <= len(numbers) <= size for numbers in found)
        assert all((np.diff(both[numbers, 0]) >= 0).all() for numbers in found)
    # a step is the same whenever it is asked for
    again = Batches(both, size, seed)
    last = 2 * batches.steps - 1
    assert again.numbers(last).tolist() == batches.numbers(last).tolist()


def test_an_update_looks_at_examples_of_about_one_length() -> None:
    lengths = np.random.default_rng(1).integers(5, 200, size=(4000, 2))
    batches = Batches(lengths, 8, 3)
    sums = lengths.sum(axis=1)
    kept = sum(sums[batches.numbers(step)].sum() for step in range(batches.steps))
    held = sum(8 * sums[batches.numbers(step)].max() for step in range(batches.steps))
    assert kept / held > 0.9
    first = [tuple(batches.numbers(step)) for step in range(batches.steps)]
    second = [tuple(batches.numbers(step + batches.steps)) for step in range(batches.steps)]
    assert not set(first) & set(second)


@given(sizes.map(sorted), st.integers(1, 100))
def test_parts_keep_to_the_budget(lengths: list[int], tokens: int) -> None:
    found = [lengths[part] for part in parts(lengths, tokens)]
    assert [length for part in found for length in part] == lengths
    assert all(len(part) == 1 or len(part) * part[-1] <= tokens for part in found)


def test_padded() -> None:
    assert padded([[1, 2, 3], [4]], 9).tolist() == [[1, 2, 3], [4, 9, 9]]
