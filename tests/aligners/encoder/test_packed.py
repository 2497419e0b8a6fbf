"""Packed layers: what the real ones give, to rounding, whatever the shape."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from spanferry.aligners.encoder.packed import available, pack


@pytest.mark.skipif(not available(), reason="PyTorch has no oneDNN operators here")
def test_layers_are_packed_here() -> None:
    module = nn.Sequential(nn.Linear(8, 4), nn.Sequential(nn.Linear(4, 2, bias=False)))
    pack(module)
    assert not any(type(child) is nn.Linear for child in module.modules())


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from([(1,), (3,), (2, 5), (1030,), (4, 257)]),
    st.integers(1, 70),
    st.integers(1, 70),
    st.booleans(),
)
def test_near_the_real_layer(shape: tuple[int, ...], width: int, out: int, bias: bool) -> None:
    torch.manual_seed(width)
    real = nn.Linear(width, out, bias=bias)
    module = nn.Sequential(real)
    pack(module)
    rows = torch.randn(*shape, width)
    with torch.inference_mode():
        exact = nn.functional.linear(
            rows.double(), real.weight.double(), None if real.bias is None else real.bias.double()
        )
        found = module(rows)
    assert found.shape == (*shape, out)
    assert (found - exact).abs().max() < 1e-5


def test_models_that_ask_for_a_weights_arithmetic() -> None:
    from transformers import T5Config, T5EncoderModel

    config = T5Config(vocab_size=20, d_model=16, d_kv=4, d_ff=32, num_layers=2, num_heads=4)
    model = T5EncoderModel(config).eval()
    ids = torch.tensor([[3, 4, 5, 1]])
    with torch.inference_mode():
        expected = model(input_ids=ids).last_hidden_state
        pack(model)
        found = model(input_ids=ids).last_hidden_state
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
