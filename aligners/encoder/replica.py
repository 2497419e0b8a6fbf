"""An encoder on one device: chunks of sub-words to vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spanferry.aligners.encoder.chunks import Batch, Chunk
from spanferry.aligners.encoder.units import Units, mean
from spanferry.data.errors import ConfigError

if TYPE_CHECKING:
    from torch import Tensor

    from spanferry.aligners.encoder.layers import Encoder
    from spanferry.aligners.encoder.settings import TokenType


class Replica:
    """One copy of the encoder; used by one thread at a time."""

    def __init__(self, encoder: Encoder, device: Any, user: str) -> None:
        self.encoder, self.device = encoder, device
        self._user = user

    def vectors(self, chunk: Chunk, token_type: TokenType) -> tuple[Tensor, Units]:
        """The vectors of a chunk's units, [units, width], float32, on the device.

        Raises:
            ConfigError: the arithmetic overflows, or not even one sequence fits in memory.
        """
        import torch

        with torch.inference_mode():
            table = torch.empty(
                (len(chunk.units.words), self.encoder.width),
                dtype=torch.float32,
                device=self.device,
            )
            for batch in chunk.batches:
                self._encode(batch, table)
            if not bool(torch.isfinite(table.sum())):
                raise ConfigError(
                    f"{self._user}: the model gives numbers that are not finite in this "
                    "arithmetic; write dtype: bfloat16 or float32 (key align.dtype)"
                )
            if token_type == "bpe":
                return table, chunk.units
            words, sizes = chunk.units.by_word()
            return mean(table, sizes), words

    def forward(self, batch: Batch) -> Tensor:
        """Hidden states of a batch, [sequences, length, width], and nothing else."""
        import torch

        with torch.inference_mode():
            return self.encoder(
                torch.from_numpy(batch.ids).to(self.device, non_blocking=True),
                torch.from_numpy(batch.mask).to(self.device, non_blocking=True),
            )

    def _encode(self, batch: Batch, table: Tensor) -> None:
        """Put the vectors that a batch keeps in their rows; in halves where memory is short."""
        import torch

        try:
            hidden = self.forward(batch).flatten(0, 1)
            places = torch.from_numpy(batch.places).to(self.device, non_blocking=True)
            rows = torch.from_numpy(batch.rows).to(self.device, non_blocking=True)
            table[rows] = hidden[places].to(torch.float32)
            return
        except torch.OutOfMemoryError as error:
            if len(batch.ids) == 1:
                raise ConfigError(
                    f"{self._user}: {self.device} has no memory for one sequence of "
                    f"{batch.ids.shape[1]} sub-words; write a smaller align.window, "
                    "dtype: float16, or device: cpu"
                ) from error
        # outside of the handler, which would keep the failed pass's memory alive
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
        for half in _halves(batch):
            self._encode(half, table)


def _halves(batch: Batch) -> tuple[Batch, Batch]:
    middle, length = len(batch.ids) // 2, batch.ids.shape[1]
    cut = int(np.searchsorted(batch.places, middle * length))
    return (
        Batch(batch.ids[:middle], batch.mask[:middle], batch.places[:cut], batch.rows[:cut]),
        Batch(
            batch.ids[middle:],
            batch.mask[middle:],
            batch.places[cut:] - middle * length,
            batch.rows[cut:],
        ),
    )
