"""The cut encoder gives, layer for layer, what the whole model calls `hidden_states`."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from transformers import AutoModel, T5Config, T5EncoderModel, T5Model
from transformers.models.albert import AlbertConfig, AlbertModel
from transformers.models.modernbert import ModernBertConfig, ModernBertModel

from spanferry.aligners.encoder.layers import position_limit
from spanferry.aligners.encoder.loading import load_encoder
from spanferry.data.errors import ConfigError
from tests.models.encoders import FAMILIES, SIZES, build_xlmr, encoder

IDS = torch.tensor([[5, 9, 17, 30, 41, 8], [5, 33, 21, 8, 0, 0]])
MASK = torch.tensor([[1] * 6, [1] * 4 + [0] * 2])


def _all_layers(folder: Path) -> list[torch.Tensor]:
    model = AutoModel.from_pretrained(folder).eval()
    if model.config.is_encoder_decoder:
        model = model.get_encoder()
    with torch.inference_mode():
        states = model(input_ids=IDS, attention_mask=MASK, output_hidden_states=True)
    return list(states.hidden_states)


def _check_all_layers(folder: Path) -> None:
    expected = _all_layers(folder)
    for layer in (0, 2, len(expected) - 2, -1):
        cut, _, _ = load_encoder(folder, layer=layer, user="test")
        with torch.inference_mode():
            found = cut(IDS, MASK)
        kept = MASK.bool()
        assert torch.equal(found[kept], expected[layer][kept]), layer


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_layer_of_a_family(family: str) -> None:
    _check_all_layers(encoder(family))


def test_an_encoder_of_an_encoder_decoder(tmp_path: Path) -> None:
    torch.manual_seed(0)
    config = T5Config(vocab_size=64, d_model=32, d_ff=64, d_kv=8, num_layers=3, num_heads=4)
    T5Model(config).save_pretrained(tmp_path)
    _check_all_layers(tmp_path)
    cut, limit, _ = load_encoder(tmp_path, layer=2, user="test")
    assert limit is None  # its positions are relative
    assert not any("decoder" in name for name, _ in cut.model.named_parameters())
    assert isinstance(T5EncoderModel(config).get_encoder(), type(cut.model))


def test_layers_with_a_last_normalisation_and_layers_that_are_one(tmp_path: Path) -> None:
    torch.manual_seed(0)
    modern = ModernBertConfig(vocab_size=64, pad_token_id=0, **SIZES)
    ModernBertModel(modern).save_pretrained(tmp_path / "modern")
    _check_all_layers(tmp_path / "modern")
    albert = AlbertConfig(vocab_size=64, embedding_size=16, **SIZES)
    AlbertModel(albert).save_pretrained(tmp_path / "albert")
    _check_all_layers(tmp_path / "albert")


def test_layers_above_are_dropped() -> None:
    whole, _, _ = load_encoder(encoder("bert"), layer=-1, user="test")
    cut, _, _ = load_encoder(encoder("bert"), layer=1, user="test")
    assert len(whole.used_layers) == SIZES["num_hidden_layers"]
    assert len(cut.used_layers) == 1
    ran = []
    for number, layer in enumerate(cut.model.encoder.layer):
        layer.register_forward_hook(lambda *_, number=number: ran.append(number))
    cut(IDS, MASK)
    assert ran == [0]


def test_a_layer_that_there_is_not() -> None:
    with pytest.raises(ConfigError, match=r"align\.layer: 5, but the model has 4 layers"):
        load_encoder(encoder("bert"), layer=5, user="test")
    with pytest.raises(ConfigError, match=r"align\.layer: -6"):
        load_encoder(encoder("bert"), layer=-6, user="test")


def test_positions_of_roberta_begin_behind_the_padding(tmp_path: Path) -> None:
    """514 positions hold 512 sub-words; one more fails in the model itself."""
    folder = build_xlmr(tmp_path, positions=20)
    cut, limit, _ = load_encoder(folder, layer=1, user="test")
    assert limit == 20
    assert position_limit(AutoModel.from_pretrained(encoder("bert"))) == 512
    row = torch.full((1, 20), 7)
    assert cut(row, torch.ones_like(row)).shape == (1, 20, cut.width)
    row = torch.full((1, 21), 7)
    with pytest.raises((IndexError, RuntimeError)):
        cut(row, torch.ones_like(row))


def test_missing_weights_are_an_error(tmp_path: Path) -> None:
    """A layer that is not in the file would be random: said, unless it is not used."""
    from safetensors.torch import load_file, save_file

    model = AutoModel.from_pretrained(encoder("bert"))
    model.save_pretrained(tmp_path)
    file = tmp_path / "model.safetensors"
    weights = {k: v for k, v in load_file(file).items() if "layer.2.output.dense" not in k}
    save_file(weights, file, metadata={"format": "pt"})
    with pytest.raises(ConfigError, match=r"lacks 2 weights of BertModel: encoder\.layer\.2"):
        load_encoder(tmp_path, layer=3, user="test")
    load_encoder(tmp_path, layer=1, user="test")


def test_a_broken_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "model.safetensors").write_bytes(b"nonsense")
    with pytest.raises(ConfigError, match=r"align\.model: .* cannot be loaded"):
        load_encoder(tmp_path, layer=1, user="test")
