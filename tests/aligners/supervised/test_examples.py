"""What is learnt from sure links, from possible ones and from none."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.aligners.base import WordPair
from spanferry.aligners.supervised.examples import (
    Example,
    examples,
    label_matrix,
    loss,
    runs,
    sub_word_labels,
    weight,
)
from spanferry.aligners.supervised.marking import Layout, batch
from spanferry.aligners.supervised.sampling import Sampler
from spanferry.aligners.supervised.subwords import SubWords

PAIR = WordPair(("the", "dog", "did", "bark"), ("pava", "vazuren", "bova", "diga"))
GOLD = (PAIR, frozenset({(1, 0), (1, 2), (1, 3)}), frozenset({(1, 0), (1, 1), (2, 3)}))


@pytest.fixture(scope="module")
def subwords(bert: Callable[[str], Path]) -> SubWords:
    from transformers import AutoTokenizer

    return SubWords(AutoTokenizer.from_pretrained(bert("spans")), "small")


@pytest.fixture
def layout(subwords: SubWords) -> Layout:
    return subwords.layout(128, 128, 32, "7")


def forward(found: list[Example]) -> list[Example]:
    return [example for example in found if example.row.task == 0]


def test_labels() -> None:
    assert label_matrix(*GOLD).tolist() == [[0] * 4, [1, -1, 1, 1], [0, 0, 0, -1], [0] * 4]


def test_spans_are_runs_of_sure_links(subwords: SubWords, layout: Layout) -> None:
    """Word 1 is asked twice; word 2, with a possible link only, is not; others have no answer."""
    found = forward(examples("spans", [GOLD], subwords, layout))
    asked = [(example.row.word, example.span) for example in found]
    assert asked == [(0, None), (1, (0, 0)), (1, (2, 3)), (3, None)]


def test_binary_labels_leave_out_possible_links(subwords: SubWords, layout: Layout) -> None:
    found = forward(examples("binary", [GOLD], subwords, layout))
    assert [example.labels.tolist() for example in found] == label_matrix(*GOLD).tolist()
    made = batch([example.row for example in found], layout)
    labels = sub_word_labels(made, found)
    # the second target word is vazu + ##ren
    assert labels[1][labels.shape[1] - 6 :].tolist() == [1, -1, -1, 1, 1, -1]
    assert weight("binary", found) == int((labels >= 0).sum()) == 5 + 3 + 4 + 5


@pytest.mark.parametrize("kind", ["spans", "binary"])
def test_the_loss_is_least_where_the_answers_are_right(
    subwords: SubWords, layout: Layout, kind: str
) -> None:
    torch = pytest.importorskip("torch")
    found = forward(examples(kind, [GOLD], subwords, layout))  # type: ignore[arg-type]
    made = batch([example.row for example in found], layout)
    right = np.full((2, *made.ids.shape), -20.0)
    if kind == "binary":
        right[0][sub_word_labels(made, found) == 1] = 20
        output = SimpleNamespace(logits=torch.tensor(right[0])[..., None])
    else:
        for number, example in enumerate(found):
            first, last = example.span or (None, None)
            right[0, number, 0 if first is None else made.first[number, first]] = 20
            right[1, number, 0 if last is None else made.last[number, last]] = 20
        output = SimpleNamespace(
            start_logits=torch.tensor(right[0]), end_logits=torch.tensor(right[1])
        )
    assert loss(kind, output, made, found, 0) < 1e-6  # type: ignore[arg-type]
    for value in vars(output).values():
        value.neg_()
    assert loss(kind, output, made, found, 0) > 20 * len(found) / 2  # type: ignore[arg-type]


def test_a_window_without_the_answer_has_none(subwords: SubWords) -> None:
    words = ("dog", "cat", "see", "tree") * 10
    pair = WordPair(words, words)
    small = subwords.layout(40, 128, 8, "7")
    links = frozenset((i, i) for i in range(len(words)))
    found = forward(examples("spans", [(pair, links, frozenset())], subwords, small))
    assert len(found) > len(words)
    for word in range(len(words)):
        spans = [(e.row.window.first, e.span) for e in found if e.row.word == word]
        assert [first + span[0] for first, span in spans if span] == [word]


@given(st.lists(st.sampled_from([1, 0, -1]), max_size=12))
def test_runs(labels: list[int]) -> None:
    found = runs(np.array(labels, dtype=np.int8))
    held = [place for first, last in found for place in range(first, last + 1)]
    assert held == [place for place, label in enumerate(labels) if label == 1]
    assert all(first > last + 1 for (_, last), (first, _) in pairwise(found))


@given(st.lists(st.integers(1, 50), min_size=1, max_size=90), st.integers(1, 9), st.integers(0, 9))
def test_an_epoch_has_each_example_once(lengths: list[int], rows: int, seed: int) -> None:
    sampler = Sampler(lengths, rows, seed)
    for epoch in range(2):
        steps = range(epoch * sampler.steps, (epoch + 1) * sampler.steps)
        seen = [number for step in steps for number in sampler.numbers(step)]
        assert sorted(seen) == list(range(len(lengths)))
    fresh = Sampler(lengths, rows, seed)
    assert fresh.numbers(sampler.steps) == sampler.numbers(sampler.steps)
