"""Parts of texts by an encoder of transformers: every text goes through it once, whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from spanferry.aligners.base import WordPair
from spanferry.aligners.encoder.engine import ENGINE, EncoderEngine
from spanferry.aligners.ranges.offsets import pieces_of
from spanferry.aligners.ranges.vectors import Vectors, means
from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.data.records import Offsets

if TYPE_CHECKING:
    from spanferry.aligners.encoder.chunks import Chunk
    from spanferry.aligners.encoder.replica import Replica
    from spanferry.aligners.range_encoder import Counter, RangeEncoderSettings

#: Part of the revision: raise it with every change that changes vectors.
VERSION = "1"
#: What the tokenizer is given as a word: windows are cut between these. Text without blanks, and
#: what is no text, is cut after so many characters.
_WORD = re.compile(r"\S{1,100}")


class ContextualRanges:
    """See `projection.services.RangeEncoder`; the engine is that of the aligners."""

    def __init__(self, settings: RangeEncoderSettings, calls: Counter) -> None:
        self.settings = settings
        self._calls = calls
        self._engine = EncoderEngine(settings.engine(), user="encoder of ranges")

    @property
    def info(self) -> BackendInfo:
        """Raises: see `spanferry.data.models.find`."""
        with _named():
            model = self._engine.model
        return BackendInfo(
            name="encoder",
            revision=f"{model.revision}+{ENGINE}.{VERSION}",
            source=model.describe(),
        )

    @property
    def languages(self) -> frozenset[str] | None:
        """None: which languages a checkpoint knows cannot be told."""
        return None

    def knows(self, language: str) -> bool:
        """Always: which languages a checkpoint knows cannot be told."""
        return True

    def setup(self) -> None:
        """Load the encoder, once; those with the same settings share one.

        Raises: see `EncoderEngine.setup`.
        """
        with _named():
            self._engine.setup()

    def encode(
        self, texts: Sequence[str], language: str, ranges: Sequence[Sequence[Offsets]]
    ) -> list[Vectors]:
        """Vectors of the ranges of each text, [ranges, width], of length 1; equal texts once.

        The vector of a range that the tokenizer makes nothing of is 0.

        Raises:
            ConfigError: `setup` was not called, or see `Replica.vectors`.
        """
        numbers: dict[str, int] = {}
        wanted: list[dict[Offsets, int]] = []
        for text, of_text in zip(texts, ranges, strict=True):
            if of_text and text not in numbers:
                numbers[text] = len(wanted)
                wanted.append({})
            for place in of_text:
                mine = wanted[numbers[text]]
                mine.setdefault(place, len(mine))
        distinct = list(numbers)
        words = [[found.span() for found in _WORD.finditer(text)] for text in distinct]
        given = [
            [text[a:b] for a, b in of_text] for text, of_text in zip(distinct, words, strict=True)
        ]
        self._calls.add("encoded", len(distinct))

        def work(replica: Replica, chunk: Chunk) -> list[tuple[int, Vectors]]:
            table, units = replica.vectors(chunk, "bpe")
            rows = table.to("cpu").numpy()
            places = chunk.places.tolist()
            tokenizer = self._engine.loaded.tokenizer
            offsets = pieces_of(tokenizer, [given[k] for k in places], [words[k] for k in places])
            found = []
            for number, k, pieces in zip(chunk.sources.tolist(), places, offsets, strict=True):
                own = rows[units.starts[number] : units.starts[number + 1]]
                found.append((k, means(own, pieces, [*wanted[k]], center=self.settings.center)))
            return found

        vectors = [np.zeros((0, 0), np.float32)] * len(distinct)
        with _named():
            width = self._engine.width
            # both sides of a pair are the same text, which is encoded once
            for of_chunk in self._engine.run([WordPair(w, w) for w in given], work):
                for k, found in of_chunk:
                    vectors[k] = found
        return [
            self._of_text(text, of_text, numbers, wanted, vectors, width)
            for text, of_text in zip(texts, ranges, strict=True)
        ]

    @staticmethod
    def _of_text(
        text: str,
        ranges: Sequence[Offsets],
        numbers: dict[str, int],
        wanted: Sequence[dict[Offsets, int]],
        vectors: Sequence[Vectors],
        width: int,
    ) -> Vectors:
        if not ranges or not len(vectors[numbers[text]]):
            return np.zeros((len(ranges), width), np.float32)
        number = numbers[text]
        return np.asarray(vectors[number][[wanted[number][place] for place in ranges]])


@contextmanager
def _named() -> Iterator[Any]:
    """Errors of the engine name the section of the aligner; here it is another one."""
    try:
        yield
    except ConfigError as error:
        text = str(error)
        if "align." not in text:
            raise
        raise type(error)(text.replace("align.", "project.encoder.")) from error
