"""The small models of the other tests are what they claim to be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.models.families import build_nllb, build_t5
from tests.models.held_out import held_out
from tests.models.language import Pair, pairs, split
from tests.models.marian import MarianFiles

Build = Callable[[str], Path]


def test_a_seed_gives_the_same_pairs() -> None:
    assert pairs(50, seed=3) == pairs(50, seed=3)
    assert pairs(50, seed=3) != pairs(50, seed=4)


def test_training_and_held_out_sentences_are_disjoint() -> None:
    train, held = split(3000, 200)
    assert held == held_out()
    assert len(train) == 3000
    assert len(held) == 200
    assert not {pair.source for pair in train} & {pair.source for pair in held}


def test_words_and_names_stand_where_the_pair_says() -> None:
    found = pairs(500)
    for pair in found:
        for text, words in ((pair.source, pair.source_words), (pair.target, pair.target_words)):
            assert all(text[word.start : word.end] == word.text for word in words)
            assert "".join(word.text for word in words) == text.replace(" ", "")
        for name in pair.names:
            source, target = pair.source[slice(*name.source)], pair.target[slice(*name.target)]
            assert source[0].isupper()
            assert target[0].isupper()
            assert name.kind == "LOC" or source == target
    assert sum(len(pair.names) for pair in found) > 200


def test_articles_have_no_link_and_all_words_of_the_target_have_one() -> None:
    for pair in pairs(500):
        linked = {i for i, _ in pair.links}
        bare = {word.text.lower() for n, word in enumerate(pair.source_words) if n not in linked}
        assert bare <= {"the", "a", ","}
        assert {j for _, j in pair.links} == set(range(len(pair.target_words)))


#: Of each family: the tokenizer class, the text, the tokens round its pieces, forced first token.
SPECIALS = {
    "marian": ("MarianTokenizer", "Ana saw Tom.", [], None),
    "marian_multi": ("MarianTokenizer", ">>por<< Ana saw Tom.", [">>por<<"], None),
    "nllb": ("NllbTokenizer", "Ana saw Tom.", ["eng_Latn"], "por_Latn"),
    "m2m100": ("M2M100Tokenizer", "Ana saw Tom.", ["__en__"], "__pt__"),
    "mbart50": ("MBart50Tokenizer", "Ana saw Tom.", ["en_XX"], "pt_XX"),
    "t5": ("T5Tokenizer", "Ana saw Tom.", [], None),
    "madlad": ("T5Tokenizer", "<2pt> Ana saw Tom.", ["▁", "<2pt>"], None),
}


@pytest.mark.parametrize("name", SPECIALS)
def test_a_family_loads_as_from_the_hub(family: Build, name: str) -> None:
    if name == "mbart50":
        pytest.importorskip("google.protobuf")
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    kind, text, before, code = SPECIALS[name]
    folder = family(name)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSeq2SeqLM.from_pretrained(folder)
    assert type(tokenizer).__name__ == kind
    tokens = tokenizer.convert_ids_to_tokens(tokenizer(text).input_ids)
    assert tokens[: len(before) + 1] == [*before, "▁Ana"]
    assert tokens[-1] == "</s>"
    assert len(tokenizer) <= model.config.vocab_size
    forced = {}
    if code:
        forced["forced_bos_token_id"] = tokenizer.convert_tokens_to_ids(code)
        assert forced["forced_bos_token_id"] != tokenizer.unk_token_id
    outputs = {
        tuple(_greedy(model, tokenizer, text.replace("Ana", other), forced))
        for other in ("Ana", "Tom and Helen", "The old dog", "5", "Why", "No book")
    }
    assert len(outputs) > 1
    assert (folder / "model.safetensors").exists()


def _greedy(model: Any, tokenizer: Any, text: str, forced: dict[str, int]) -> list[int]:
    inputs = tokenizer(text, return_tensors="pt")
    output = model.generate(**inputs, num_beams=1, do_sample=False, max_length=12, **forced)
    return [int(number) for number in output[0]]


@pytest.mark.parametrize("build", [build_nllb, build_t5])
def test_a_lone_tokenizer_json_gives_the_same_tokens(tmp_path: Path, build: Any) -> None:
    from transformers import AutoTokenizer

    both = AutoTokenizer.from_pretrained(build(tmp_path / "both"))
    lone = AutoTokenizer.from_pretrained(build(tmp_path / "lone", only_tokenizer_json=True))
    assert not list((tmp_path / "lone").glob("*.model"))
    for pair in pairs(30, seed=9):
        assert both(pair.source).input_ids == lone(pair.source).input_ids


@pytest.mark.parametrize("beam", [1, 4])
@pytest.mark.parametrize("precision", ["float32", "int8"])
def test_the_trained_model_translates(trained_model: Path, beam: int, precision: str) -> None:
    from sacrebleu import corpus_bleu

    translator, files, held_out = _converted(trained_model, precision)
    outputs = translator.translate_batch(
        [[*files.source.encode(pair.source, out_type=str), "</s>"] for pair in held_out],
        beam_size=beam,
    )
    texts = [files.target.decode_pieces(output.hypotheses[0]) for output in outputs]
    assert corpus_bleu(texts, [[pair.target for pair in held_out]]).score > 90
    assert json.loads((trained_model / "report.json").read_text())["bleu"] > 90


def test_its_attention_links_the_right_words(trained_model: Path) -> None:
    translator, files, held_out = _converted(trained_model, "float32")
    missed = wrong = gold = 0
    for pair in held_out:
        source = [*files.source.encode(pair.source, out_type=str), "</s>"]
        [target] = files.target.encode([pair.target], out_type=str)
        [output] = translator.translate_batch(
            [source], target_prefix=[target], return_attention=True, beam_size=1
        )
        found = _links(files, pair, output.attention[0][: len(target)])
        # one source word a target word is looked for, so links count where that is one of them
        wanted = {j: {i for i, other in pair.links if other == j} for _, j in pair.links}
        gold += len(wanted)
        missed += sum(j not in found for j in wanted)
        wrong += sum(found[j] not in wanted[j] for j in found if j in wanted)
    assert (missed + wrong) / gold < 0.05


def _converted(folder: Path, precision: str) -> tuple[Any, MarianFiles, list[Pair]]:
    ctranslate2 = pytest.importorskip("ctranslate2")
    from ctranslate2.converters import TransformersConverter

    out = folder.parent / f"{folder.name}-{precision}"
    TransformersConverter(str(folder)).convert(str(out), quantization=precision, force=True)
    translator = ctranslate2.Translator(str(out), compute_type=precision, intra_threads=2)
    return translator, MarianFiles(folder), held_out()


def _links(files: MarianFiles, pair: Pair, rows: list[list[float]]) -> dict[int, int]:
    """The source word that the sub-words of each target word look at most."""
    _, at_source = files.pieces(files.source, pair.source, pair.source_words)
    _, at_target = files.pieces(files.target, pair.target, pair.target_words)
    scores: dict[int, dict[int, float]] = {}
    for row, words in zip(rows, at_target, strict=True):
        for weight, others in zip(row, at_source, strict=False):
            for j in words:
                for i in others:
                    own = scores.setdefault(j, {})
                    own[i] = own.get(i, 0.0) + weight
    return {j: max(own, key=lambda i: own[i]) for j, own in scores.items()}
