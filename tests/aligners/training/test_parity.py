"""Each objective's loss and gradient equal those of the awesome-align package, on one BERT."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest
import torch

from spanferry.aligners.matchers.softmax import Extraction
from spanferry.aligners.training.batches import Batch, Batcher, padded, wrapped
from spanferry.aligners.training.encoder import Encoder
from spanferry.aligners.training.masking import draw_masks
from spanferry.aligners.training.objectives import word_guide
from spanferry.aligners.training.settings import FinetuneSettings, Objective
from spanferry.aligners.training.tokens import TokenCache
from spanferry.aligners.training.tuning import Objectives
from tests.aligners.training.making import lessons, make_bert, sentences

PAIRS = 6
LAYER = 2
WORDS, DECODER = "bert.embeddings.word_embeddings.weight", "cls.predictions.decoder.weight"


class Both(NamedTuple):
    """Our encoder and the package's model with the same weights, and a batch of pairs."""

    encoder: Encoder
    package: Any
    batcher: Batcher
    batch: Batch


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    modeling = pytest.importorskip("awesome_align.modeling")
    configuration = pytest.importorskip("awesome_align.configuration_bert")
    folder = tmp_path_factory.mktemp("parity")
    pairs, _ = lessons(40, 4)
    # large weights: rows of probabilities that are neither flat nor all on one unit
    base = make_bert(
        folder / "base", sentences(pairs), hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0, initializer_range=0.08,
    )  # fmt: skip
    encoder = Encoder(base, seed=1)
    specials = encoder.specials
    modeling.PAD_ID, modeling.CLS_ID, modeling.SEP_ID = (
        specials.padding, specials.first, specials.last,
    )  # fmt: skip
    package = modeling.BertForMaskedLM(
        configuration.BertConfig.from_json_file(str(base / "config.json"))
    )
    names = {"0.weight": "transform.weight", "0.bias": "transform.bias",
             "2.weight": "decoder.weight", "2.bias": "bias"}  # fmt: skip
    weights = dict(encoder.model.state_dict())
    head = encoder.module["parallel"].state_dict()
    weights.update({f"psi_cls.{name}": head[ours] for ours, name in names.items()})
    weights["psi_cls.decoder.bias"] = weights["psi_cls.bias"]
    missing, unexpected = package.load_state_dict(weights, strict=False)
    assert not missing
    assert set(unexpected) <= {"bert.embeddings.position_ids", "bert.embeddings.token_type_ids"}
    cache = TokenCache.make(pairs, folder / "tokens", encoder.encode, 60)
    batcher = Batcher(cache, size=PAIRS, tokens=10_000, longest_joined=60, seed=3)
    [batch] = batcher.batches(0)
    return Both(encoder, package.eval(), batcher, batch)


def objectives(both: Both, names: set[Objective], extraction: Extraction) -> Objectives:
    settings = FinetuneSettings(
        objectives=dict.fromkeys(names, 1.0), layer=LAYER, extraction=extraction, device="cpu"
    )
    return Objectives(both.encoder, both.batcher, settings, torch.device("cpu"))


def sides(both: Both) -> tuple[torch.Tensor, torch.Tensor]:
    specials, pairs = both.encoder.specials, both.batch.pairs
    rows = [[wrapped(specials, pair[side]) for pair in pairs] for side in (0, 1)]
    return padded(rows[0], specials.padding), padded(rows[1], specials.padding)


def package_guide(both: Both, extraction: str) -> torch.Tensor:
    source, target = sides(both)
    pairs = both.batch.pairs
    guide: torch.Tensor = both.package.get_aligned_word(
        source, target, [pair[0].words.tolist() for pair in pairs],
        [pair[1].words.tolist() for pair in pairs], "cpu", source.shape[1], target.shape[1],
        align_layer=LAYER, extraction=extraction, softmax_threshold=0.001,
    )  # fmt: skip
    return guide


def same_gradients(both: Both, ours: torch.Tensor, theirs: torch.Tensor) -> None:
    """The losses and their gradients by the weights agree to a few parts in 10^5."""
    assert ours.item() == pytest.approx(theirs.item(), rel=2e-5, abs=1e-6)
    both.encoder.module.zero_grad()
    both.package.zero_grad()
    torch.autograd.backward([ours])
    torch.autograd.backward([theirs])
    their = {name: value.grad for name, value in both.package.named_parameters()}
    if their[DECODER] is not None:  # in our model the same weights as those of the words
        their[WORDS] = their[WORDS] + their[DECODER]
    scale = max(grad.abs().max().item() for grad in their.values() if grad is not None)
    compared = 0
    for name, value in both.encoder.model.named_parameters():
        zeros = torch.zeros_like(value)
        grad = zeros if value.grad is None else value.grad
        other = zeros if their[name] is None else their[name]
        assert torch.allclose(grad, other, rtol=1e-3, atol=1e-5 * scale), name
        compared += bool(other.any())
    assert compared > 20


@pytest.mark.parametrize("extraction", get_args(Extraction))
def test_guide(both: Both, extraction: Extraction) -> None:
    ours = objectives(both, {"self_training"}, extraction)
    both.encoder.module.eval()
    vectors = ours.vectors(both.batch.pairs)
    guide = word_guide(vectors, *ours._words(both.batch.pairs), extraction, 0.001)
    expected = package_guide(both, extraction)[:, 0, 1:-1, 1:-1]
    assert torch.equal(guide, expected)
    assert 0 < guide.mean() < 0.9


@pytest.mark.parametrize("extraction", get_args(Extraction))
@pytest.mark.parametrize(
    "names",
    [("self_training",), ("consistency",), ("self_training", "consistency")],
    ids="-".join,
)
def test_self_training_and_consistency(
    both: Both, names: tuple[Objective, ...], extraction: Extraction
) -> None:
    source, target = sides(both)
    theirs = both.package(
        inputs_src=source, inputs_tgt=target, align_layer=LAYER, extraction=extraction,
        guide=package_guide(both, extraction), train_so="self_training" in names,
        train_co="consistency" in names, attention_mask_src=source != both.encoder.specials.padding,
        attention_mask_tgt=target != both.encoder.specials.padding,
    )  # fmt: skip
    losses = objectives(both, set(names), extraction).link_losses(both.batch)
    assert losses.keys() == set(names)
    same_gradients(both, torch.stack(list(losses.values())).sum(), theirs)


@pytest.mark.parametrize("joined", [False, True], ids=["masked", "translation"])
def test_guessing_words(both: Both, joined: bool) -> None:
    specials = both.encoder.specials
    assert specials.mask is not None
    ids, _ = sides(both)
    if joined:
        rows = [wrapped(specials, *pair) for pair in both.batch.pairs]
        ids = padded(rows, specials.padding)
    ours = objectives(both, {"masked"}, "softmax")
    torch.manual_seed(5)
    masked = draw_masks(ids, ours._ordinary(ids), 0.15, specials.mask, 100)
    assert masked.places.any()
    masked.places[1] = False  # a sentence in which nothing was masked counts too
    theirs = both.package(inputs_src=masked.ids, labels_src=ids.masked_fill(~masked.places, -100))
    same_gradients(both, ours.masked_loss(masked.ids, masked.places, ids), theirs)


def test_parallel_sentences(both: Both) -> None:
    specials = both.encoder.specials
    rows = [wrapped(specials, *pair) for pair in both.batch.pairs]
    ids, labels = padded(rows, specials.padding), torch.tensor([1, 0] * (PAIRS // 2))
    ours = objectives(both, {"parallel"}, "softmax").parallel_loss(ids, labels)
    theirs = both.package(inputs_src=ids, labels_psi=labels, align_layer=LAYER + 1)
    same_gradients(both, ours, theirs)


def test_a_checkpoint_of_the_package_loads_whole(both: Both, tmp_path: Path) -> None:
    # what the package's `save_pretrained` writes, but for the model_type that it leaves out
    both.encoder.tokenizer.save_pretrained(tmp_path)
    both.encoder.config.save_pretrained(tmp_path)
    torch.save(both.package.state_dict(), tmp_path / "pytorch_model.bin")
    encoder = Encoder(tmp_path, seed=99)
    assert encoder.new_weights == []
    for name, value in both.encoder.module.state_dict().items():
        assert torch.equal(encoder.module.state_dict()[name], value), name
