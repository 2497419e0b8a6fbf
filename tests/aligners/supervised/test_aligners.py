"""The aligners on small random models: right whatever the batch, the windows and the threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spanferry.aligners.base import Aligner, SimilarityAligner, WordPair
from spanferry.aligners.supervised.binary import BinaryAligner
from spanferry.aligners.supervised.span_prediction import SpanPredictionAligner
from spanferry.data.links import Link
from tests.aligners.supervised.small import gold

KINDS: dict[str, Any] = {
    "spans": SpanPredictionAligner,
    "binary": BinaryAligner,
    "one": BinaryAligner,
}
Build = Callable[..., Any]


@pytest.fixture
def build(bert: Callable[[str], Path]) -> Build:
    def make(head: str, **settings: Any) -> Any:
        aligner = KINDS[head](
            KINDS[head].Settings(model=str(bert(head)), marker="7", device="cpu", **settings)
        )
        aligner.setup()
        return aligner

    return make


def all_scores(links: Sequence[Link]) -> dict[tuple[int, int], float]:
    return {(link.source, link.target): link.score for link in links}


PAIRS = [pair for pair, _, _ in gold(12)]


@pytest.mark.parametrize("head", ["spans", "binary"])
def test_scores_do_not_depend_on_the_batch(build: Build, head: str) -> None:
    more = {"score": "marginal"} if head == "spans" else {}
    together = build(head, threshold=0, **more).align(PAIRS)
    small = build(head, threshold=0, batch_tokens=1, **more)
    for pair, links in zip(PAIRS, together, strict=True):
        assert list(links) == sorted(links)
        alone = small.align([pair])[0]
        assert len(alone) == len(links) > len(pair.source)
        for one, two in zip(alone, links, strict=True):
            assert one[:2] == two[:2]
            assert one.score == pytest.approx(two.score, abs=2e-4)


@pytest.mark.parametrize("head", ["binary", "one"])
def test_binary_scores_are_those_of_the_bare_model(build: Build, head: str) -> None:
    """Row by row through the tokenizer and the model, as their documentation shows."""
    import torch

    aligner = build(head, threshold=0)
    model, tokenizer = aligner._engine.model, aligner._engine.subwords.tokenizer

    def direction(source: Sequence[str], target: Sequence[str]) -> Any:
        out = np.zeros((len(source), len(target)))
        for word in range(len(source)):
            question = [*source[:word], "7", source[word], "7", *source[word + 1 :]]
            row = tokenizer(question, list(target), is_split_into_words=True, return_tensors="pt")
            with torch.no_grad():
                logits = model(**row).logits[0]
            chances = logits.sigmoid()[:, 0] if head == "one" else logits.softmax(-1)[:, 1]
            for side, place, chance in zip(
                row.sequence_ids(0), row.word_ids(0), chances.tolist(), strict=True
            ):
                if side == 1:
                    out[word, place] = max(out[word, place], chance)
        return out

    for pair, links in zip(PAIRS[:4], aligner.align(PAIRS[:4]), strict=True):
        wanted = (direction(pair.source, pair.target) + direction(pair.target, pair.source).T) / 2
        found = all_scores(links)
        assert len(found) == wanted.size
        for place, score in found.items():
            assert score == pytest.approx(wanted[place], abs=2e-4)


@pytest.mark.parametrize("head", ["spans", "binary"])
def test_no_word_of_a_long_pair_is_left_out(build: Build, head: str) -> None:
    source = [word for pair in PAIRS for word in pair.source]
    target = [word for pair in PAIRS for word in pair.target]
    more = {"score": "marginal"} if head == "spans" else {}
    aligner = build(head, threshold=0, window=48, overlap=8, **more)
    [links] = aligner.align([WordPair(source, target)])
    # the mean of both directions is rounded to four digits; a random model's is far above that
    words = {link.source for link in links}, {link.target for link in links}
    assert words == (set(range(len(source))), set(range(len(target))))
    if head == "binary":
        assert len(links) == len(source) * len(target)


@pytest.mark.parametrize("head", ["spans", "binary"])
def test_sides_without_words_have_no_links(build: Build, head: str) -> None:
    aligner = build(head, threshold=0)
    assert isinstance(aligner, Aligner)
    assert isinstance(aligner, SimilarityAligner)
    empty = [WordPair([], []), WordPair(["a"], []), WordPair([], ["a"])]
    assert aligner.align(empty) == [(), (), ()]
    assert aligner.align([]) == []
    mixed = aligner.align([empty[0], PAIRS[0], empty[1]])
    assert (mixed[0], mixed[2]) == ((), ())
    assert mixed[1] == aligner.align([PAIRS[0]])[0]


def test_directions_are_averaged_or_combined(build: Build) -> None:
    pairs = PAIRS[:3]
    ways = {
        way: build("one", symmetrization=way, threshold=0).align(pairs)
        for way in ("average", "forward", "reverse")
    }
    for number in range(len(pairs)):
        mean, ahead, back = (all_scores(ways[way][number]) for way in ways)
        assert mean.keys() == ahead.keys() == back.keys()
        assert ahead != back
        for place, score in mean.items():
            assert score == pytest.approx((ahead[place] + back[place]) / 2, abs=1e-4)
    middle = float(np.median([link.score for link in ways["average"][0]]))
    for way in ("intersection", "union", "average", "grow-diag"):
        found = build("one", symmetrization=way, threshold=middle).align(pairs[:1])[0]
        ahead, back = all_scores(ways["forward"][0]), all_scores(ways["reverse"][0])
        both = {place for place in ahead if min(ahead[place], back[place]) > middle}
        either = {place for place in ahead if max(ahead[place], back[place]) > middle}
        places = {link[:2] for link in found}
        assert 0 < len(both) < len(either)
        if way in ("intersection", "union"):
            assert places == (both if way == "intersection" else either)
        else:
            assert both <= places <= either
        assert all(link.score == all_scores(ways["average"][0])[link[:2]] for link in found)


def test_where_no_answer_is_likelier_there_are_no_links(build: Build) -> None:
    """A model that is pushed towards the first token answers nothing."""
    import torch

    aligner = build("spans", threshold=0)
    assert any(aligner.align(PAIRS))
    model = aligner._engine.model

    def push(_module: Any, args: Any, output: Any) -> Any:
        bonus = torch.zeros_like(output)
        bonus[:, 0] = 50
        return output + bonus

    model.qa_outputs.register_forward_hook(push)
    assert aligner.align(PAIRS) == [()] * len(PAIRS)


def test_threads_share_an_aligner(build: Build) -> None:
    aligner = build("binary", threshold=0.45)
    alone = [aligner.align(PAIRS[k : k + 3]) for k in range(0, 12, 3)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda k: aligner.align(PAIRS[k : k + 3]), range(0, 12, 3)))
    assert found == alone


def test_a_batch_that_does_not_fit_goes_in_halves(build: Build) -> None:
    """The model refuses batches of more than three rows, as a GPU whose memory is full does."""
    import torch

    aligner = build("one", threshold=0)
    whole = aligner.align(PAIRS[:3])

    def refuse(_module: Any, _args: Any, kwargs: Any) -> None:
        if len(kwargs["input_ids"]) > 3:
            raise torch.OutOfMemoryError("CUDA out of memory")

    aligner._engine.model.register_forward_pre_hook(refuse, with_kwargs=True)
    for one, two in zip(whole, aligner.align(PAIRS[:3]), strict=True):
        assert [link[:2] for link in one] == [link[:2] for link in two]
        assert np.allclose([link.score for link in one], [link.score for link in two], atol=2e-4)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_short_numbers_give_nearly_the_same(build: Build, dtype: str) -> None:
    exact = build("binary", threshold=0).align(PAIRS[:3])
    short = build("binary", threshold=0, dtype=dtype).align(PAIRS[:3])
    for one, two in zip(exact, short, strict=True):
        assert np.allclose([link.score for link in one], [link.score for link in two], atol=0.02)


def test_the_revision_tells_of_the_weights(bert: Callable[[str], Path], build: Build) -> None:
    info = build("binary").info
    assert (info.name, info.source) == ("binary", "binary")
    assert info.revision != build("one").info.revision
    assert info == build("binary", window=64).info


@pytest.mark.parametrize("way", ["average", "forward", "reverse", "union"])
def test_similarities_are_the_scores_of_links(build: Build, way: str) -> None:
    aligner = build("binary", threshold=0, symmetrization=way)
    shown = aligner.similarities([*PAIRS[:2], WordPair([], ["a"])])
    assert shown[2].shape == (0, 1)
    for pair, scores, links in zip(PAIRS[:2], shown, aligner.align(PAIRS[:2]), strict=False):
        assert scores.shape == (len(pair.source), len(pair.target))
        assert len(links) == scores.size
        for link in links:
            assert link.score == pytest.approx(scores[link.source, link.target])


@pytest.mark.gpu
@pytest.mark.parametrize("head", ["spans", "binary"])
def test_a_gpu_gives_the_same(build: Build, bert: Callable[[str], Path], head: str) -> None:
    import torch

    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA device here")
    more = {"score": "marginal"} if head == "spans" else {}
    here = build(head, threshold=0, **more).similarities(PAIRS)
    aligner = KINDS[head](
        KINDS[head].Settings(model=str(bert(head)), marker="7", device="cuda", threshold=0, **more)
    )
    aligner.setup()
    for one, two in zip(here, aligner.similarities(PAIRS), strict=True):
        np.testing.assert_allclose(one, two, atol=5e-3)
