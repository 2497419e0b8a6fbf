"""The pairs of a step: all of them once an epoch, in parts that fit, and others beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from spanferry.aligners.base import WordPair
from spanferry.aligners.training.batches import Batcher, padded, wrapped
from spanferry.aligners.training.encoder import Specials
from spanferry.aligners.training.masking import draw_masks
from spanferry.aligners.training.tokens import TokenCache, split_words

PAIRS = 23


def numbered(words: Sequence[str]) -> list[list[int]]:
    return [[int(word)] for word in words]


@pytest.fixture
def cache(tmp_path: Path) -> TokenCache:
    """Pair k has the sub-word k on both sides, 1 to 7 times."""
    pairs = [WordPair([str(k)] * (k % 7 + 1), [str(k)] * (k % 5 + 1)) for k in range(PAIRS)]
    return TokenCache.make(pairs, tmp_path, numbered, 99)


def batcher(cache: TokenCache, *, size: int = 6, tokens: int = 40, seed: int = 1) -> Batcher:
    return Batcher(cache, size=size, tokens=tokens, longest_joined=5, seed=seed)


@pytest.mark.parametrize("size", [1, 4, 6, 50])
def test_every_epoch_goes_through_all_pairs(cache: TokenCache, size: int) -> None:
    drawn = [number for step in range(PAIRS) for number in batcher(cache, size=size).numbers(step)]
    assert len(drawn) == PAIRS * size
    for start in range(0, len(drawn), PAIRS):
        assert sorted(drawn[start : start + PAIRS]) == list(range(PAIRS))
    if size > 1:
        assert drawn[:PAIRS] != drawn[PAIRS : 2 * PAIRS], "epochs have orders of their own"
    assert drawn[:PAIRS] != [n for s in range(PAIRS) for n in batcher(cache, seed=2).numbers(s)]


def test_a_step_depends_on_its_number_alone(cache: TokenCache) -> None:
    forward, backward = batcher(cache), batcher(cache)
    steps = range(12)
    found = {step: signature(forward, step) for step in steps}
    assert {step: signature(backward, step) for step in reversed(steps)} == found


def signature(given: Batcher, step: int) -> list[tuple[list[int], list[int], list[int]]]:
    return [
        (
            [int(pair[0].ids[0]) for pair in batch.pairs],
            list(batch.joinable),
            [int(pair[1].ids[0]) for pair in batch.others],
        )
        for batch in given.batches(step)
    ]


def test_parts_hold_the_pairs_of_the_step_and_few_enough_tokens(cache: TokenCache) -> None:
    given = batcher(cache)
    cut = 0
    for step in range(20):
        parts = given.batches(step)
        cut += len(parts) > 1
        drawn = [int(pair[0].ids[0]) for batch in parts for pair in batch.pairs]
        assert sorted(drawn) == sorted(given.numbers(step).tolist())
        for batch in parts:
            costs = [len(source.ids) + len(target.ids) + 4 for source, target in batch.pairs]
            assert len(costs) == 1 or len(costs) * max(costs) <= 40
    assert cut > 10


def test_other_pairs_are_any_short_ones_but_the_pair_itself(cache: TokenCache) -> None:
    given = batcher(cache)
    short = {k for k in range(PAIRS) if k % 7 < 5}
    seen: Counter[int] = Counter()
    for step in range(150):
        for batch in given.batches(step):
            own = [int(batch.pairs[place][0].ids[0]) for place in batch.joinable]
            others = [int(source.ids[0]) for source, _ in batch.others]
            assert len(own) == len(others)
            assert all(first != second for first, second in zip(own, others, strict=True))
            assert set(own) <= short
            seen.update(others)
    assert seen.keys() == short
    assert max(seen.values()) < 2 * min(seen.values())


def test_sentences_are_wrapped_and_padded() -> None:
    specials = Specials(101, 102, 0, 103)
    one, two = split_words(["5", "6"], numbered), split_words(["7"], numbered)
    assert wrapped(specials, one).tolist() == [101, 5, 6, 102]
    assert wrapped(specials, one, two).tolist() == [101, 5, 6, 102, 101, 7, 102]
    rows = [wrapped(specials, one), wrapped(specials, two)]
    assert padded(rows, 0).tolist() == [[101, 5, 6, 102], [101, 7, 102, 0]]


def test_masks() -> None:
    ids = torch.randint(200, 300, (400, 60), generator=torch.Generator().manual_seed(1))
    allowed = torch.zeros(ids.shape, dtype=torch.bool)
    allowed[:, 10:50] = True
    torch.manual_seed(2)
    read, places = draw_masks(ids, allowed, 0.15, 103, 10_000)
    assert not places[~allowed].any()
    assert torch.equal(read[~places], ids[~places])
    assert places[allowed].float().mean().item() == pytest.approx(0.15, abs=0.01)
    masked, kept = (read == 103)[places], (read == ids)[places]
    assert masked.float().mean().item() == pytest.approx(0.8, abs=0.02)
    assert kept.float().mean().item() == pytest.approx(0.1, abs=0.02)
    drawn = read[places][~masked & ~kept]
    assert drawn.max() > 9_000
    assert drawn.min() < 1_000
