"""Links that a model's attention draws between a text and a translation that is given.

CTranslate2 returns the attention at every position of a forced prefix. A text that is forced as a
whole has the attention that it has when the model writes it by itself: in the same batch to the
bit, in another one but for the last digits (0.005 were seen in int8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spanferry.data.records import Offsets
from spanferry.translators.base import CharLink
from spanferry.translators.ct2 import links
from spanferry.translators.ct2.engine import Job
from spanferry.translators.ct2.families import END

if TYPE_CHECKING:
    from spanferry.translators.ct2.translator import CTranslate2Translator


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    source: tuple[str, ...]
    target: tuple[str, ...]
    source_ranges: tuple[Offsets, ...]
    target_ranges: tuple[Offsets, ...]

    @property
    def size(self) -> int:
        return max(len(self.source), len(self.target) + 1)


def forced_links(
    translator: CTranslate2Translator, sources: Sequence[str], targets: Sequence[str]
) -> list[tuple[CharLink, ...] | None]:
    """What a model looks at while it is made to write each target for its source.

    Args:
        translator: whose model it is, loaded now if it is not yet; the heads are those that it was
            converted with.
        sources, targets: texts, each taken whole.

    Returns:
        One result a pair, in order; None: too long for the model, or for the memory.
    """
    model = translator._model()
    head = tuple(model.direction.target_tokens)
    both = zip(
        model.source.encode(sources), model.source.offsets(sources),
        model.target.encode(targets), model.target.offsets(targets), strict=True,
    )  # fmt: skip
    rows = [
        _Row(number, (*model.lead, *pieces, END), (*head, *written), tuple(ranges), tuple(places))
        for number, (pieces, ranges, written, places) in enumerate(both)
    ]
    rows = [row for row in rows if row.size <= model.positions and len(row.target) > len(head)]
    rows.sort(key=lambda row: (-row.size, row.number))

    def submit(batch: Sequence[_Row]) -> list[Any]:
        return model.engine.model.translate_batch(  # type: ignore[no-any-return]
            [list(row.source) for row in batch],
            target_prefix=[list(row.target) for row in batch],
            asynchronous=True,
            beam_size=1,
            max_input_length=0,
            max_decoding_length=max(len(row.target) for row in batch) + 1,
            min_decoding_length=0,
            return_attention=True,
        )

    done: list[tuple[CharLink, ...] | None] = [None] * len(sources)
    for row, result in model.engine.run((Job(row.size, row) for row in rows), submit):
        if result is not None:
            drawn = np.asarray(result.attention[0], np.float32)
            lead = len(model.lead)
            own = drawn[
                len(head) : len(head) + len(row.target_ranges),
                lead : lead + len(row.source_ranges),
            ]
            done[row.number] = links.from_attention(own, row.source_ranges, row.target_ranges)
    return done
