"""The generator: what a trained model writes, its scores, and what they do not depend on."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanferry.data.errors import ConfigError
from spanferry.projection.methods.tprojection.form import parse, source_text
from spanferry.translators.ct2.convert import converted
from spanferry.translators.ct2.source import find
from spanferry.translators.generation.training.checkpoint import TextToText
from tests.models.generators import unseen
from tests.models.language import Pair
from tests.translators.generation.conftest import Calls, Make

NAMES = {"PER": "Person", "LOC": "Location"}


def asked(pair: Pair) -> str:
    """The translation, with the labels of the source in the order of the source."""
    return source_text(pair.target, [name.kind for name in pair.names], NAMES)


def wanted(pair: Pair) -> set[tuple[str, str]]:
    return {(name.kind, pair.target[slice(*name.target)]) for name in pair.names}


@pytest.fixture(scope="module")
def held_out() -> list[Pair]:
    found = unseen()
    assert len(found) > 50
    return found


@pytest.mark.parametrize("compute_type", ["float32", "int8"])
def test_it_finds_the_names_of_sentences_that_it_has_not_seen(
    generator: Make, held_out: list[Pair], calls: Calls, compute_type: str
) -> None:
    found = generator(compute_type=compute_type).generate([asked(pair) for pair in held_out])
    best = [set(parse(outputs[0][0], NAMES)) for outputs in found]
    right = sum(one == wanted(pair) for one, pair in zip(best, held_out, strict=True))
    among = sum(
        wanted(pair) <= {part for text, _ in outputs for part in parse(text, NAMES)}
        for outputs, pair in zip(found, held_out, strict=True)
    )
    assert right >= 0.95 * len(held_out)
    assert among >= right
    assert calls == {"generated": len(held_out)}


def test_scores_are_mean_log_probabilities(
    generator: Make, held_out: list[Pair], trained_generator: Path
) -> None:
    """Forced on the model as torch has it, each output has the probability that was told."""
    import torch

    model = TextToText(trained_generator, ())
    model.model.eval()
    texts = [asked(pair) for pair in held_out[:4]]
    for text, outputs in zip(texts, generator().generate(texts), strict=True):
        assert len(outputs) > 1
        assert [score for _, score in outputs] == sorted((s for _, s in outputs), reverse=True)
        for output, score in outputs:
            source, target = (torch.tensor([ids]) for ids in model.encode([text, output]))
            with torch.no_grad():
                logits = model.model(input_ids=source, labels=target).logits
            own = logits.log_softmax(-1).gather(-1, target[..., None]).mean().item()
            assert score == pytest.approx(own, abs=2e-3)


def texts_of(found: list[list[tuple[str, float]]]) -> list[list[str]]:
    return [[text for text, _ in outputs] for outputs in found]


def test_outputs_do_not_depend_on_what_else_is_asked(generator: Make, held_out: list[Pair]) -> None:
    texts = [asked(pair) for pair in held_out[:12]]
    together = generator().generate(texts)
    turned = generator().generate(texts[::-1])[::-1]
    few = generator(batch_tokens=1)
    alone = [few.generate([text])[0] for text in texts]
    assert texts_of(together) == texts_of(turned) == texts_of(alone)
    for one, other in zip(together, alone, strict=True):
        assert [score for _, score in one] == pytest.approx([score for _, score in other], abs=1e-4)


def test_too_long_texts_have_no_outputs(generator: Make, held_out: list[Pair]) -> None:
    made = generator(max_tokens=40)
    found = made.generate([asked(held_out[0]), "Ana saw the old dog of " * 20, ""])
    assert found[0]
    assert found[1] == []
    assert len(found) == 3
    assert made.generate([]) == []


def test_beams_that_do_not_end_are_left_out(
    generator: Make, held_out: list[Pair], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tag, a name of one sub-word, a tag and the end are four sub-words."""
    texts = [asked(pair) for pair in held_out[:20]]
    whole = generator().generate(texts)
    assert {len(outputs) for outputs in generator(n_best=2).generate(texts)} == {2}
    monkeypatch.setattr("spanferry.translators.generation.generator._ROOM", 3)
    short = generator(max_output_factor=0.001).generate(texts)
    assert any(outputs for outputs in short)
    assert all(text.count(" ") <= 1 for outputs in short for text, _ in outputs)
    assert texts_of(short) != texts_of(whole)
    monkeypatch.setattr("spanferry.translators.generation.generator._ROOM", 0)
    assert not any(generator(max_output_factor=0.001).generate(texts))


def test_a_converted_folder_is_as_good_as_its_checkpoint(
    generator: Make, held_out: list[Pair], trained_generator: Path
) -> None:
    texts = [asked(pair) for pair in held_out[:5]]
    made = generator()
    found = made.generate(texts)
    assert made.task["tags"] == NAMES
    source = find(str(trained_generator), None, made.cache)
    folder = converted(source, made.cache, "float32", -1, 1)
    other = generator(model=str(folder))
    assert texts_of(other.generate(texts)) == texts_of(found)
    assert other.task == made.task


def test_what_changes_outputs_changes_the_revision(generator: Make) -> None:
    revision = generator().info.revision
    assert generator(batch_tokens=100, inter_threads=2).info.revision == revision
    for changed in ({"beam_size": 6}, {"n_best": 2}, {"compute_type": "int8"}):
        assert generator(**changed).info.revision != revision


def test_errors(generator: Make, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"translate\.model: .*nowhere"):
        generator(model=str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match="n_best 9 needs as many beams"):
        generator(n_best=9)
