"""How near a student is to its teacher on held-out sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from spanferry.data.training.devices import autocast
from spanferry.data.training.padding import padded, parts
from spanferry.translators.distil.vocabulary import Vocabulary

if TYPE_CHECKING:
    import torch

#: Sub-words that a translation may have beyond twice its source's.
_ROOM = 8


class Scorer:
    """Translates held-out sentences greedily, and compares with the teacher's translations.

    Args:
        pairs: source and translation.
        longest: sub-words of a source; pairs with a longer one are left out.
        tokens: source sub-words in memory at a time.
    """

    def __init__(
        self,
        pairs: Sequence[tuple[str, str]],
        vocabulary: Vocabulary,
        *,
        longest: int,
        tokens: int,
        dtype: str,
    ) -> None:
        self._vocabulary, self._tokens, self._dtype = vocabulary, tokens, dtype
        ids = vocabulary.encode([source for source, _ in pairs])
        fitting = [number for number, found in enumerate(ids) if len(found) <= longest]
        # of a corpus of nothing but long sentences the beginnings must do
        order = sorted(fitting or range(len(ids)), key=lambda number: len(ids[number]))
        self._sources = [[*ids[number][:longest], vocabulary.end] for number in order]
        self._wanted = [pairs[number][1] for number in order]

    def chrf(self, model: Any) -> float:
        """chrF2 of a model as it is, 0 to 100; it is in evaluation mode.

        Popovic, "chrF: character n-gram F-score for automatic MT evaluation", WMT 2015, as
        sacrebleu computes it.
        """
        import sacrebleu

        return float(sacrebleu.corpus_chrf(self.translate(model), [self._wanted]).score)

    def translate(self, model: Any) -> list[str]:
        """Greedy translations, in the order of the sources' lengths."""
        import torch

        device: torch.device = next(model.parameters()).device
        padding, done = self._vocabulary.padding, []
        for part in parts([len(source) for source in self._sources], self._tokens):
            ids = torch.from_numpy(padded(self._sources[part], padding)).to(device)
            longest = min(2 * ids.shape[1] + _ROOM, model.config.max_position_embeddings - 1)
            with torch.no_grad(), autocast(device, self._dtype):
                found = model.generate(
                    input_ids=ids, attention_mask=(ids != padding).long(), num_beams=1,
                    do_sample=False, max_new_tokens=longest, max_length=None,
                )  # fmt: skip
            # the first one is the start token
            done += [self._vocabulary.decode(row[1:]) for row in found.tolist()]
        return done
