"""Whole-number layers: near the real ones, and the same for a token whatever it is batched with."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from spanferry.aligners.encoder.int8 import quantize


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from([1, 2, 511, 513, 1030]), st.integers(2, 70), st.integers(1, 70), st.booleans()
)
def test_near_the_real_layer(rows: int, width: int, out: int, bias: bool) -> None:
    torch.manual_seed(rows)
    real = nn.Linear(width, out, bias=bias)
    module = nn.Sequential(real)
    quantize(module)
    given_rows = torch.randn(rows, width) * 10.0 ** torch.randint(-3, 3, (rows, 1))
    with torch.inference_mode():
        found, expected = module(given_rows), real(given_rows)
    # each of `width` products is off by at most a hundredth of what the row and the weights allow
    weights = real.weight.abs().amax(1)
    allowed = given_rows.abs().amax(1, keepdim=True) * weights * width / 100 + 1e-6
    assert ((found - expected).abs() <= allowed).all()


def test_a_token_does_not_depend_on_its_batch() -> None:
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(64, 32))
    quantize(module)
    rows = torch.randn(3, 7, 64)
    with torch.inference_mode():
        alone = module(rows)
        beside = module(torch.cat([rows * 1000, rows, rows.flip(0)]))
    assert torch.equal(alone, beside[3:6])
    assert alone.shape == (3, 7, 32)


def test_only_linear_layers_are_changed() -> None:
    module = nn.ModuleDict({"a": nn.Sequential(nn.LayerNorm(4), nn.Linear(4, 4)), "b": nn.Tanh()})
    quantize(module)
    inner = module["a"]
    assert isinstance(inner, nn.Sequential)
    assert isinstance(inner[0], nn.LayerNorm)
    assert not isinstance(inner[1], nn.Linear)
    assert inner[1].get_buffer("weight").dtype is torch.int8


def test_a_row_of_zeros_is_the_bias() -> None:
    real = nn.Linear(8, 3)
    module = nn.Sequential(real)
    quantize(module)
    with torch.inference_mode():
        assert module(torch.zeros(2, 8)).numpy() == pytest.approx(
            real.bias.detach().expand(2, 3).numpy()
        )
