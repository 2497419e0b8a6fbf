"""Given outputs, token by token: beside `score`, and beside the forward pass of transformers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spanferry.data.errors import ConfigError
from spanferry.translators.ct2 import forced
from spanferry.translators.ct2.families import END
from spanferry.translators.ct2.forced import Forced, ForcedDecoder
from tests.models.held_out import held_out
from tests.translators.ct2.conftest import Make

PAIRS = held_out(12)
SOURCES = [pair.source for pair in PAIRS]
#: Of several lengths, so that a batch has shorter outputs too; each of another source.
TARGETS = [pair.target for pair in reversed(PAIRS)]
FAMILIES = ["marian", "marian_multi", "nllb", "m2m100", "t5", "madlad"]


class Counts(dict[str, int]):
    def add(self, name: str, number: int = 1) -> None:
        self[name] = self.get(name, 0) + number


def _force(decoder: ForcedDecoder, watch: Sequence[str] = ()) -> list[Forced]:
    outputs = [one.tokens for one in decoder.pieces(TARGETS)]
    found = decoder.force(SOURCES, outputs, watch)
    assert all(one is not None for one in found)
    return [one for one in found if one is not None]


@pytest.mark.parametrize("name", FAMILIES)
def test_watching_changes_nothing_and_the_mean_is_the_score(name: str, of_family: Make) -> None:
    translator = of_family(name, compute_type="float32")
    decoder = translator.forced()
    tokens = [one.tokens for one in decoder.pieces(TARGETS)]
    watch = ["\u2581a", *tokens[0][:2]]
    plain, watching = _force(decoder), _force(decoder, watch)
    for one, other, own in zip(plain, watching, tokens, strict=True):
        assert one.own.shape == (len(own) + 1,)
        assert one.watched.shape == (len(own) + 1, 0)
        assert other.watched.shape == (len(own) + 1, 3)
        assert other.own == pytest.approx(one.own, abs=1e-4)
    assert watching[0].watched[:2, 1:].diagonal() == pytest.approx(watching[0].own[:2], abs=1e-6)
    means = [one.own.mean() for one in plain]
    assert means == pytest.approx(translator.score(SOURCES, TARGETS), abs=1e-4)


@pytest.mark.parametrize("name", ["marian", "nllb", "m2m100", "mbart50"])
def test_probabilities_are_those_of_transformers(
    name: str, of_family: Make, family: Callable[[str], Path]
) -> None:
    """At every position, of the output's tokens and of any other."""
    import torch
    from transformers import AutoModelForSeq2SeqLM

    translator = of_family(name, compute_type="float32", keep_items=False)
    decoder = translator.forced()
    loaded = translator._model()
    ids = forced.numbers(loaded.folder)
    model = AutoModelForSeq2SeqLM.from_pretrained(family(name)).eval()
    theirs = _their_ids(ids, model)
    watch = [token for token in ids if token in theirs][10:300:17]
    outputs = [one.tokens for one in decoder.pieces(TARGETS)]
    known = [n for n, output in enumerate(outputs) if set(output) <= theirs.keys()]
    assert len(known) > 5
    for n in known:
        source = [*loaded.lead, *loaded.source.encode([SOURCES[n]])[0], END]
        target = [*loaded.direction.target_tokens, *outputs[n], END]
        if not set(source) <= theirs.keys():
            continue
        start = model.config.decoder_start_token_id
        with torch.no_grad():
            logits = model(
                input_ids=torch.tensor([[theirs[token] for token in source]]),
                decoder_input_ids=torch.tensor([[start, *(theirs[t] for t in target[:-1])]]),
            ).logits[0]
        logs = _log_softmax(logits, model, name)[len(loaded.direction.target_tokens) :]
        [found] = decoder.force([SOURCES[n]], [outputs[n]], watch)
        assert found is not None
        own = [theirs[token] for token in (*outputs[n], END)]
        assert found.own == pytest.approx(logs[range(len(own)), own], abs=2e-3)
        assert found.watched == pytest.approx(logs[:, [theirs[t] for t in watch]], abs=2e-3)


def _their_ids(ours: Any, model: Any) -> dict[str, int]:
    """The numbers of tokens in the checkpoint: those of the converted model, but for Marian.

    CTranslate2 drops Marian's <pad>, which is the last token; all other models keep their order.
    """
    assert len(ours) in (model.config.vocab_size, model.config.vocab_size - 1)
    return {token: number for token, number in ours.items() if not token.startswith("madeup")}


def _log_softmax(logits: Any, model: Any, name: str) -> np.ndarray[Any, Any]:
    """Marian never writes <pad>, whose bias would be minus infinity in a real checkpoint."""
    if name == "marian":
        logits = logits[:, : model.config.pad_token_id]
    found: np.ndarray[Any, Any] = logits.double().log_softmax(-1).numpy()
    return found


def test_little_memory_for_logits_changes_nothing(
    of_family: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = Counts()
    decoder = of_family("nllb", compute_type="float32").forced(counts)
    whole = _force(decoder, ["\u2581a"])
    longest = max(len(one.tokens) for one in decoder.pieces(TARGETS))
    # the language token, and the end
    assert counts == {"passes": 1, "rows": len(SOURCES), "steps": longest + 2}
    monkeypatch.setattr(forced, "LOGITS_BYTES", 3 * 4 * 720 * 40)
    few = _force(decoder, ["\u2581a"])
    assert counts["passes"] > 3
    assert counts["rows"] == 2 * len(SOURCES)
    passes, steps = counts["passes"], counts["steps"]
    _force(decoder)
    assert counts["steps"] - steps == counts["passes"] - passes
    for one, other in zip(whole, few, strict=True):
        assert one.own == pytest.approx(other.own, abs=1e-4)
        assert one.watched == pytest.approx(other.watched, abs=1e-4)


def test_what_is_too_long_has_no_probabilities(of_family: Make) -> None:
    decoder = of_family("marian").forced()
    [own] = decoder.pieces(TARGETS[:1])
    long = own.tokens * 600
    for watch in ([], ["\u2581a"]):
        found = decoder.force([SOURCES[0]] * 2, [long, own.tokens], watch)
        assert found[0] is None
        assert found[1] is not None
    assert decoder.force([f"{SOURCES[0]} " * 600], [own.tokens]) == [None]
    assert decoder.force([], []) == []


def test_an_empty_output_is_an_end(of_family: Make) -> None:
    """Whose probability in the first place is not that of a text that must not be empty."""
    decoder = of_family("nllb", compute_type="float32").forced()
    [plain] = decoder.force(SOURCES[:1], [()])
    [watched] = decoder.force(SOURCES[:1], [()], [END])
    assert plain is not None
    assert watched is not None
    assert plain.own.shape == (1,)
    assert watched.own == pytest.approx(plain.own, abs=1e-4)
    assert watched.watched[0] == pytest.approx(plain.own, abs=1e-4)


def test_markers_are_the_sub_words_that_the_tokenizer_writes(of_family: Make) -> None:
    decoder = of_family("nllb").forced()
    for text in ("[", "]"):
        piece = decoder.marker(text)
        assert piece.removeprefix("\u2581") == text
        assert piece in {token for one in decoder.pieces([f"a {text} a"]) for token in one.tokens}
    for text in ("[[", "\u2603", "<entity>"):
        with pytest.raises(ConfigError, match="no sub-word of its own for the marker"):
            decoder.marker(text)


def test_pieces_know_their_characters(trained: Make) -> None:
    decoder = trained().forced()
    for text, own in zip(TARGETS, decoder.pieces(TARGETS), strict=True):
        assert len(own.tokens) == len(own.ranges)
        for token, (start, end) in zip(own.tokens, own.ranges, strict=True):
            assert token.removeprefix("\u2581") == text[start:end]
