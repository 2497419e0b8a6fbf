"""Which parameters go to which optimizer, and a state that survives a kill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from spanferry.data.errors import ConfigError
from spanferry.data.training.loop import LoopSettings, train
from spanferry.data.training.optimizers import Optimizers, make

SETTINGS = LoopSettings(
    steps=11, optimizer="muon", learning_rate=0.02, warmup_steps=2, weight_decay=0.1, save_every=3,
    log_every=4, adam_betas=(0.9, 0.98),
)  # fmt: skip
WORDS, WIDTH = 12, 8


class Tagger(nn.Module):
    """Embeddings that are the output matrix too, a layer with a norm, and a place's own vector."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.words = nn.Embedding(WORDS, WIDTH)
        self.layer = nn.Linear(WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH)
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(WIDTH, WORDS, bias=False)
        self.out.weight = self.words.weight
        self.frozen = nn.Parameter(torch.ones(WIDTH, WIDTH), requires_grad=False)
        self.kernel = nn.Parameter(torch.ones(1, 1, WIDTH))

    def forward(self, ids: Tensor) -> Tensor:
        states = self.words(ids) * self.kernel[0, 0]
        found: Tensor = self.out(self.norm(self.drop(self.layer(states).relu())))
        return found


class _StoppedError(Exception):
    """Stands for whatever ends a process."""


def learn(folder: Path, settings: LoopSettings, stop_at: int = -1) -> Tagger:
    """Learn to name the next word, until a step."""
    model = Tagger()

    def losses(step: int) -> Iterator[Mapping[str, Tensor]]:
        if step == stop_at:
            raise _StoppedError
        ids = torch.randint(0, WORDS, (40,))
        yield {"tokens": nn.functional.cross_entropy(model(ids), (ids + 1) % WORDS)}

    train(model, losses, settings, folder, fingerprint="a")
    return model


def names(model: nn.Module, optimizers: Optimizers) -> list[list[set[str]]]:
    """The parameters of each group of each member."""
    known = {id(value): name for name, value in model.named_parameters()}
    return [
        [{known[id(value)] for value in group["params"]} for group in member.param_groups]
        for member in optimizers.members
    ]


def test_muon_takes_the_matrices_of_layers() -> None:
    model = Tagger()
    made = make(model, SETTINGS)
    muon, adamw = made.members
    assert isinstance(muon, torch.optim.Muon)
    assert isinstance(adamw, torch.optim.AdamW)
    vectors = {"layer.bias", "norm.weight", "norm.bias"}
    assert names(model, made) == [[{"layer.weight"}], [{"words.weight", "kernel"}, vectors]]
    assert [group["weight_decay"] for group in made.param_groups] == [0.1, 0.1, 0.0]
    assert [group["lr"] for group in made.param_groups] == [0.02] * 3
    assert all(group["betas"] == (0.9, 0.98) for group in adamw.param_groups)


def test_adamw_takes_all() -> None:
    model = Tagger()
    made = make(model, LoopSettings(steps=1, weight_decay=0.1, adam_epsilon=1e-6))
    (adamw,) = made.members
    assert isinstance(adamw, torch.optim.AdamW)
    vectors = {"layer.bias", "norm.weight", "norm.bias"}
    assert names(model, made) == [[{"words.weight", "kernel", "layer.weight"}, vectors]]
    assert [group["weight_decay"] for group in made.param_groups] == [0.1, 0.0]
    assert adamw.defaults["betas"] == (0.9, 0.999)
    assert adamw.defaults["eps"] == 1e-6
    # its state is what it was before there were two
    assert set(made.state_dict()) == {"state", "param_groups"}


@pytest.mark.parametrize(
    ("model", "kinds"),
    [
        (nn.Linear(4, 4, bias=False), [torch.optim.Muon]),
        (nn.LayerNorm(4), [torch.optim.AdamW]),
        (nn.Embedding(4, 4), [torch.optim.AdamW]),
    ],
)
def test_a_model_of_one_kind_of_parameters(model: nn.Module, kinds: list[type]) -> None:
    assert [type(member) for member in make(model, SETTINGS).members] == kinds


@pytest.mark.parametrize("optimizer", ["muon", "adamw"])
@pytest.mark.parametrize("stops", [(4,), (2, 7, 10)])
def test_a_broken_run_ends_in_the_same_bits(
    tmp_path: Path, optimizer: str, stops: tuple[int, ...]
) -> None:
    settings = replace(SETTINGS, optimizer=optimizer)  # type: ignore[arg-type]
    whole = learn(tmp_path / "whole", settings)
    for stop in stops:
        with pytest.raises(_StoppedError):
            learn(tmp_path / "broken", settings, stop)
    broken = learn(tmp_path / "broken", settings)
    for (name, one), other in zip(
        whole.named_parameters(), broken.parameters(), strict=True
    ):  # fmt: skip
        assert torch.equal(one, other), name
    assert not torch.equal(whole.layer.weight, Tagger().layer.weight)
    assert torch.equal(whole.frozen, Tagger().frozen)


def test_the_state_of_both_comes_back() -> None:
    model = Tagger()
    first, second = make(model, SETTINGS), make(model, SETTINGS)
    model(torch.arange(WORDS)).square().mean().backward()
    first.step()
    first.zero_grad()
    assert all(value.grad is None for value in model.parameters())
    second.load_state_dict(first.state_dict())
    for one, other in zip(first.members, second.members, strict=True):
        assert len(other.state) == len(one.state) > 0
        for parameter, held in one.state.items():
            for name, value in held.items():
                assert torch.equal(value, other.state[parameter][name])


def test_steps_of_muon_are_of_one_length_in_all_directions() -> None:
    layer = nn.Linear(16, 16, bias=False)
    before = layer.weight.detach().clone()
    made = make(layer, replace(SETTINGS, weight_decay=0.0))
    # a gradient whose directions differ a hundredfold
    scale = torch.logspace(0, -2, 16)
    layer.weight.grad = torch.linalg.qr(torch.randn(16, 16))[0] * scale
    made.step()
    lengths = torch.linalg.svdvals(layer.weight.detach() - before)
    assert lengths.max() / lengths.min() < 3
    # and of the size that AdamW's would have: the root mean square of the elements
    assert (layer.weight - before).square().mean().sqrt().item() == pytest.approx(
        0.2 * SETTINGS.learning_rate, rel=0.3
    )


def test_a_torch_without_muon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(torch.optim, "Muon")
    with pytest.raises(ConfigError, match=r"optimizer: muon needs torch 2\.9 or newer.*adamw"):
        make(Tagger(), SETTINGS)
    assert len(make(Tagger(), replace(SETTINGS, optimizer="adamw")).members) == 1
