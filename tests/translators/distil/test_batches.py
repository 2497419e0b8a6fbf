"""The pairs of each update: all in each epoch, within the budget, whatever was asked for before."""

from __future__ import annotations

from itertools import count
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.translators.distil import batches as module
from spanferry.translators.distil.batches import Batches

sizes = st.lists(st.tuples(st.integers(2, 40), st.integers(2, 40)), min_size=1, max_size=120)
budgets = st.integers(16, 300)


def epochs(batches: Batches, pairs: int) -> list[list[np.ndarray]]:
    """The updates of three epochs, told apart by how many pairs they hold."""
    steps = count()
    found = []
    for _ in range(3):
        left = pairs
        updates = []
        while left > 0:
            updates.append(batches.numbers(next(steps)))
            left -= len(updates[-1])
        found.append(updates)
    return found


@given(sizes, budgets, st.integers(0, 9))
def test_every_epoch_goes_through_all(
    lengths: list[tuple[int, int]], tokens: int, seed: int
) -> None:
    table = np.array(lengths)
    made = epochs(Batches(table, tokens, seed), len(lengths))
    for updates in made:
        assert sorted(np.concatenate(updates).tolist()) == list(range(len(lengths)))
        for numbers in updates:
            longest = int(table[numbers].max())
            assert len(numbers) == 1 or len(numbers) * longest <= tokens
            assert (np.diff(table[numbers].max(axis=1)) >= 0).all()
    batches = Batches(table, tokens, seed)
    starts = np.cumsum([0, *map(len, made)])
    assert [batches.steps(number) for number in (1, 2, 3)] == starts[1:].tolist()


@given(sizes, budgets, st.integers(0, 9), st.data())
def test_an_update_depends_on_its_number_alone(
    lengths: list[tuple[int, int]], tokens: int, seed: int, data: st.DataObject
) -> None:
    table = np.array(lengths)
    in_order = [numbers for epoch in epochs(Batches(table, tokens, seed), len(lengths))
                for numbers in epoch]  # fmt: skip
    steps = data.draw(st.permutations(range(len(in_order))))
    other = Batches(table, tokens, seed)
    if data.draw(st.booleans()):
        other.steps(data.draw(st.floats(0.1, 2.5)))
    for step in steps:
        assert other.numbers(step).tolist() == in_order[step].tolist()


@given(sizes, budgets, st.floats(0.01, 3))
def test_updates_in_a_part_of_an_epoch(
    lengths: list[tuple[int, int]], tokens: int, share: float
) -> None:
    batches = Batches(np.array(lengths), tokens, 1)
    below, above = (max(1, batches.steps(whole)) if whole else 0
                    for whole in (floor(share), ceil(share)))  # fmt: skip
    found = batches.steps(share)
    assert max(1, below) <= found <= above
    assert abs(found - (below + (share - floor(share)) * (above - below))) <= 1
    assert Batches(np.array(lengths), tokens, 1).steps(share) == found


def test_many_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than are sorted at a time: all come, in other company each time, with little padding."""
    monkeypatch.setattr(module, "_WINDOW", 2_000)
    table = np.random.default_rng(1).integers(3, 90, (5_500, 2))
    first, second, _ = epochs(Batches(table, 2_000, 5), len(table))
    assert sorted(np.concatenate(first).tolist()) == list(range(len(table)))
    sides = [table[numbers].max(axis=1) for numbers in first]
    assert sum(map(sum, sides)) / sum(len(side) * side.max() for side in sides) > 0.9
    groups = [{frozenset(numbers.tolist()) for numbers in epoch} for epoch in (first, second)]
    assert not groups[0] & groups[1]
    # short and long ones take turns: lengths do not rise through an epoch
    means = np.array([side.mean() for side in sides])
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.2
    other = Batches(table, 2_000, 6)
    assert frozenset(other.numbers(0).tolist()) not in groups[0]


def test_a_pair_beyond_the_budget_comes_alone() -> None:
    batches = Batches(np.array([[3, 90], [3, 3], [2, 3]]), 16, 0)
    updates = [sorted(numbers.tolist()) for numbers in map(batches.numbers, range(2))]
    assert sorted(updates) == [[0], [1, 2]]
