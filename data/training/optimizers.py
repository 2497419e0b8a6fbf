"""The optimizers of a training run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from spanferry.data.errors import ConfigError

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer

    from spanferry.data.training.loop import LoopSettings


class Optimizers:
    """One or two optimizers, each with parameters of its own, used as one."""

    def __init__(self, *members: Optimizer) -> None:
        self.members = members

    @property
    def param_groups(self) -> Iterator[dict[str, Any]]:
        return chain.from_iterable(member.param_groups for member in self.members)

    def step(self) -> None:
        for member in self.members:
            member.step()

    def zero_grad(self) -> None:
        for member in self.members:
            member.zero_grad(set_to_none=True)

    def state_dict(self) -> dict[str, Any]:
        """As that of the optimizer itself where there is one alone."""
        if len(self.members) == 1:
            return self.members[0].state_dict()
        return {str(number): member.state_dict() for number, member in enumerate(self.members)}

    def load_state_dict(self, held: dict[str, Any]) -> None:
        if len(self.members) == 1:
            self.members[0].load_state_dict(held)
            return
        for number, member in enumerate(self.members):
            member.load_state_dict(held[str(number)])


def make(model: nn.Module, settings: LoopSettings) -> Optimizers:
    """AdamW for all, or Muon for the matrices inside the layers and AdamW for the rest.

    Muon (K. Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024) makes
    each update of a matrix nearly orthogonal. Its step has the size that AdamW's would have (Liu
    et al., "Muon is Scalable for LLM Training", 2025), so one learning rate serves both.

    Raises:
        ConfigError: this torch has no Muon.
    """
    import torch

    if settings.optimizer == "muon" and not hasattr(torch.optim, "Muon"):
        raise ConfigError(
            f"optimizer: muon needs torch 2.9 or newer (this is {torch.__version__}); choose adamw"
        )
    free = [value for value in model.parameters() if value.requires_grad]
    tables = {
        id(value)
        for module in model.modules()
        if isinstance(module, torch.nn.Embedding)
        for value in module.parameters()
    }
    by_muon = [
        value
        for value in free
        if settings.optimizer == "muon" and value.ndim == 2 and id(value) not in tables
    ]
    taken = set(map(id, by_muon))
    rest = [value for value in free if id(value) not in taken]
    groups: list[dict[str, Any]] = [
        {"params": [value for value in rest if value.ndim > 1]},
        {"params": [value for value in rest if value.ndim < 2], "weight_decay": 0.0},
    ]
    members: list[Optimizer] = []
    if by_muon:
        members.append(
            torch.optim.Muon(
                by_muon,
                lr=settings.learning_rate,
                weight_decay=settings.weight_decay,
                adjust_lr_fn="match_rms_adamw",
            )
        )
    if rest:
        members.append(
            torch.optim.AdamW(
                [group for group in groups if group["params"]],
                lr=settings.learning_rate,
                betas=settings.adam_betas,
                eps=settings.adam_epsilon,
                weight_decay=settings.weight_decay,
            )
        )
    return Optimizers(*members)
