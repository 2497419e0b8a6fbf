"""How good greedy outputs are on held-out examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from spanferry.data.training.devices import autocast
from spanferry.data.training.padding import padded, parts
from spanferry.translators.generation.training.checkpoint import TextToText
from spanferry.translators.generation.training.examples import IGNORED

if TYPE_CHECKING:
    import torch
    from torch import Tensor

#: The parts of an output that count, such as label and text of each span.
Parts = Callable[[str], Sequence[Hashable]]
#: Sub-words that an output may have beyond the longest one wanted.
_ROOM = 16


class Score(NamedTuple):
    """F1 of the parts of outputs, and the share of outputs that have all of them right."""

    f1: float
    exact: float


class Scorer:
    """Generates greedily, and compares.

    Args:
        pairs: input and the output that is wanted.
        parts_of: what counts in an output. A part counts as often as it stands there.
        tokens: input sub-words in memory at a time.
    """

    def __init__(
        self,
        pairs: Sequence[tuple[str, str]],
        model: TextToText,
        parts_of: Parts,
        tokens: int,
        dtype: str,
    ) -> None:
        self._model, self._parts_of, self._tokens, self._dtype = model, parts_of, tokens, dtype
        sources = model.encode([source for source, _ in pairs])
        order = sorted(range(len(pairs)), key=lambda number: len(sources[number]))
        self._sources = [sources[number] for number in order]
        self._wanted = [Counter(parts_of(pairs[number][1])) for number in order]
        targets = model.encode([target for _, target in pairs])
        self._targets = [targets[number] for number in order]
        self._longest = max(map(len, targets), default=1) + _ROOM

    def score(self) -> Score:
        """The score of the model as it is; it is in evaluation mode."""
        outputs = self.outputs()
        found = [Counter(self._parts_of(output)) for output in outputs]
        right = sum((a & b).total() for a, b in zip(found, self._wanted, strict=True))
        total = sum(a.total() + b.total() for a, b in zip(found, self._wanted, strict=True))
        exact = sum(a == b for a, b in zip(found, self._wanted, strict=True))
        return Score(2 * right / total if total else 0.0, exact / max(1, len(found)))

    def loss(self) -> float:
        """Mean loss a sub-word of the outputs that are wanted."""
        from torch.nn.functional import cross_entropy

        total = items = 0.0
        for part, inputs in self._inputs():
            labels = self._tensor(self._targets[part], IGNORED)
            with self._calm():
                logits = self._model.model(**inputs, labels=labels).logits
            total += cross_entropy(
                logits.float().flatten(0, 1), labels.flatten(), ignore_index=IGNORED,
                reduction="sum",
            ).item()  # fmt: skip
            items += int((labels != IGNORED).sum())
        return total / max(1, items)

    def outputs(self) -> list[str]:
        """Greedy outputs, in the order of the inputs' lengths."""
        done: list[str] = []
        for _, inputs in self._inputs():
            with self._calm():
                found = self._model.model.generate(
                    **inputs, num_beams=1, do_sample=False, max_new_tokens=self._longest,
                    pad_token_id=self._model.padding, eos_token_id=self._model.end,
                )  # fmt: skip
            done += [self._model.decode(row[1:]) for row in found.tolist()]
        return done

    def _inputs(self) -> Iterator[tuple[slice, dict[str, Tensor]]]:
        padding = self._model.padding
        for part in parts([len(source) for source in self._sources], self._tokens):
            ids = self._tensor(self._sources[part], padding)
            yield part, {"input_ids": ids, "attention_mask": (ids != padding).long()}

    def _tensor(self, rows: Sequence[Sequence[int]], padding: int) -> Tensor:
        import torch

        return torch.from_numpy(padded(rows, padding)).to(self._device)

    @contextmanager
    def _calm(self) -> Iterator[None]:
        import torch

        with torch.no_grad(), autocast(self._device, self._dtype):
            yield

    @property
    def _device(self) -> torch.device:
        device: torch.device = next(self._model.model.parameters()).device
        return device
