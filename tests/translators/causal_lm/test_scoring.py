"""Scores: those of the bare model for each pair alone, however they are computed."""

from __future__ import annotations

import math
from itertools import product

import pytest

from spanferry.translators.base import Scorer
from spanferry.translators.causal_lm.scoring import batches
from spanferry.translators.causal_lm.translator import CausalLMTranslator
from spanferry.translators.causal_lm.tree import Text
from tests.models.causal import WINDOW
from tests.models.lessons import LESSONS
from tests.translators.causal_lm.conftest import Make

SOURCES = ["Ana lives in Lisbon.", "Lisbon", "Nobody answered the letter."]
TARGETS = ["Ana vive en Lisboa.", "Ana vive", "Ana", "Lisboa", "Nadie contestó la carta.", ""]
PAIRS = list(product(SOURCES, TARGETS))
#: Longer than the window of `gemma`, so that it is no part of a tree.
LONG = (" ".join(lesson.text("en") for lesson in LESSONS[:4]), "Ana vive en Lisboa. " * 4)


def bare(made: CausalLMTranslator, source: str, target: str) -> float:
    """What `transformers` itself says: the loss of a text whose prompt has no labels."""
    import torch

    loaded = made._model()
    tokenizer, model = loaded.model.tokenizer, loaded.model.model
    whole, begin = loaded.prompt.whole(source, target)
    found = tokenizer(whole, return_offsets_mapping=True, add_special_tokens=False)
    first = [] if loaded.prompt.special or tokenizer.bos_token is None else [tokenizer.bos_token_id]
    tokens = torch.tensor([[*first, *found.input_ids]])
    labels = tokens.clone()
    for place, (_, end) in enumerate([*[(0, 0)] * len(first), *found.offset_mapping]):
        if end <= begin:
            labels[0, place] = -100
    with torch.no_grad():
        return -float(model(input_ids=tokens, labels=labels).loss)


@pytest.mark.parametrize(
    ("name", "trees"), [("gemma", True), ("gemma", False), ("llama", True), ("bloom", False)]
)
def test_scores_are_those_of_the_bare_model(make: Make, name: str, trees: bool) -> None:
    made = make(name, chat=False, share_prefixes="auto" if trees else False)
    pairs = [*PAIRS, LONG]
    sources, targets = [a for a, _ in pairs], [b for _, b in pairs]
    found = made.score(sources, targets)
    assert made._model().model.trees == trees
    assert found == pytest.approx([bare(made, *pair) for pair in pairs], abs=1e-4)
    assert isinstance(made, Scorer)


def test_the_long_text_is_beyond_the_window(make: Make) -> None:
    made = make("gemma")
    whole, _ = made._model().prompt.whole(*LONG)
    assert WINDOW < len(made._model().model.encode([whole], special=False)[0][0]) < 256


def test_scores_in_a_chat_are_those_of_the_bare_model(make: Make) -> None:
    made = make("llama", examples=[{"en": "Anna", "es": "Ana"}])
    whole, begin = made._model().prompt.whole("Lisbon", "Lisboa")
    assert whole[begin:] == "Lisboa<|im_end|>"
    found = made.score(["Lisbon"] * 3, ["Lisboa", "Lis", "Prague"])
    assert found == pytest.approx(
        [bare(made, "Lisbon", text) for text in ("Lisboa", "Lis", "Prague")], abs=1e-4
    )


def test_scores_depend_neither_on_the_others_nor_on_the_budget(make: Make) -> None:
    made, small = make("gemma"), make("gemma", batch_tokens=1)
    alone = [made.score([a], [b])[0] for a, b in PAIRS]
    turned = PAIRS[::-1]
    for scorer in (made, small):
        found = scorer.score([a for a, _ in turned], [b for _, b in turned])[::-1]
        assert found == pytest.approx(alone, abs=1e-4)


def test_one_language_on_both_sides(make: Make) -> None:
    made = make("gemma", "en", "en", examples=[{"en": "Anna", "es": "Ana"}])
    assert (
        made._model().prompt.ask("Rain") == "English: Anna\nEnglish: Anna\nEnglish: Rain\nEnglish:"
    )
    (found,) = made.score(["Rain"], ["Rain"])
    assert math.isfinite(found)


def test_a_translation_that_it_knows_is_the_most_probable(make: Make) -> None:
    made = make("taught")
    for lesson in LESSONS:
        others = [other.text("es") for other in LESSONS]
        scores = made.score([lesson.text("en")] * len(others), others)
        assert others[scores.index(max(scores))] == lesson.text("es")


def test_a_text_that_is_too_long_for_the_model(make: Make) -> None:
    made = make("gemma")
    short, long = made.score(["Lisbon", "Lisbon " * 300], ["Lisboa", "Lisboa"])
    assert math.isfinite(short)
    assert long == -math.inf
    assert made.score([], []) == []


def test_lines_and_blanks_in_a_text_are_blanks(make: Make) -> None:
    made = make("gemma")
    found = made.score(["Ana\n lives", "Ana lives"], [" Ana\nvive ", "Ana vive"])
    assert found[0] == found[1]


def test_one_pass_reads_what_pairs_share_once(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    made = make("llama", chat=False)
    model = made._model().model
    seen: list[int] = []
    forward = model.model.forward

    def counted(*args: object, **given: object) -> object:
        tokens = given["input_ids"]
        seen.append(tokens.numel())  # type: ignore[attr-defined]
        return forward(*args, **given)

    monkeypatch.setattr(model.model, "forward", counted)
    made.score([SOURCES[0]] * 8, [f"Ana vive en {n}" for n in "abcdefgh"])
    whole = [made._model().prompt.whole(SOURCES[0], f"Ana vive en {n}")[0] for n in "abcdefgh"]
    lengths = [len(tokens) for tokens, _ in model.encode(whole, special=False)]
    assert len(seen) == 1
    assert seen[0] < sum(lengths) / 3


def test_batches_keep_to_both_limits() -> None:
    texts = [Text(n, tuple(range(4 + n % 5)), 2 + n % 2) for n in range(30)]
    found = list(batches(texts, 24, 9))
    assert sorted(text.number for batch in found for text in batch) == list(range(30))
    for batch in found:
        width, start = max(len(t.tokens) for t in batch), min(t.start for t in batch)
        assert len(batch) == 1 or len(batch) * width <= 24
        assert len(batch) == 1 or len(batch) * (width - start) <= 9
