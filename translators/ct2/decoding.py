"""Calls of the model, and what their results mean."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from spanferry.data.records import Offsets
from spanferry.translators.base import Alternative, CharLink, Translation
from spanferry.translators.ct2 import links
from spanferry.translators.ct2.families import END, Direction
from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
from spanferry.translators.ct2.tokens import decode, text_of

#: Sub-words that any translation may have, however short its source.
_ROOM = 16


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as the model gets it.

    Args:
        number: its place in the caller's list.
        tokens: sub-words with special tokens.
        lead: special tokens before the first sub-word.
        offsets: characters of the sub-words, where links are wanted.
        target: for scoring: the translation, with the tokens it has to start with.
    """

    number: int
    tokens: tuple[str, ...]
    lead: int
    offsets: tuple[Offsets, ...] = ()
    target: tuple[str, ...] = ()


class _Both:
    """Two results that belong together; the second for the first row of attention."""

    def __init__(self, whole: Any, first: Any) -> None:
        self._whole, self._first = whole, first

    def result(self) -> tuple[Any, Any]:
        return self._whole.result(), self._first.result()


class _One:
    def __init__(self, whole: Any) -> None:
        self._whole = whole

    def result(self) -> tuple[Any, None]:
        return self._whole.result(), None


class Decoder:
    """Hands batches to a model and reads its results.

    Args:
        model: the `ctranslate2.Translator`.
        positions: longest output that the model can write, in sub-words.
    """

    def __init__(
        self,
        model: Any,
        settings: CTranslate2TranslatorSettings,
        direction: Direction,
        positions: int,
    ) -> None:
        self._model = model
        self._settings = settings
        self._prefix = list(direction.target_tokens)
        self._positions = positions

    def submit(self, batch: Sequence[Sentence]) -> list[Any]:
        """Begin to translate a batch; one future a sentence, for `read`."""
        settings = self._settings
        sources = [list(sentence.tokens) for sentence in batch]
        prefix = [self._prefix] * len(batch) if self._prefix else None
        futures = self._model.translate_batch(
            sources,
            prefix,
            asynchronous=True,
            beam_size=settings.beam_size,
            num_hypotheses=settings.n_best,
            patience=settings.patience,
            length_penalty=settings.length_penalty,
            repetition_penalty=settings.repetition_penalty,
            no_repeat_ngram_size=settings.no_repeat_ngram_size,
            disable_unk=True,
            return_end_token=True,
            max_input_length=0,  # 0: nothing is cut off; too long sentences never come here
            max_decoding_length=max(map(self._most, batch)),
            return_scores=True,
            return_attention=settings.links,
        )
        if not self._first_row_is_wrong(len(batch)):
            return [_One(future) for future in futures]
        firsts = self._model.translate_batch(
            sources,
            asynchronous=True,
            beam_size=1,
            max_decoding_length=1,
            max_input_length=0,
            return_attention=True,
        )
        return [_Both(*pair) for pair in zip(futures, firsts, strict=True)]

    def _first_row_is_wrong(self, sentences: int) -> bool:
        """Whether the first row of attention has to be asked for separately.

        CTranslate2 4.8 gives a sentence the first row of another one of the batch when there are
        several beams. That row does not depend on what is written: the decoder has seen its start
        token only. So one greedy step gives it, at the price of running the encoder once more.
        Where translations start with a language token, the first row is that token's, and nobody
        wants it.
        """
        return (
            self._settings.links
            and self._settings.beam_size > 1
            and sentences > 1
            and not self._prefix
        )

    def _most(self, sentence: Sentence) -> int:
        """Longest output of a sentence, its prefix and end token included."""
        own = math.ceil(self._settings.max_output_factor * len(sentence.tokens)) + _ROOM
        return min(own + len(self._prefix), self._positions)

    def read(self, sentence: Sentence, found: tuple[Any, Any] | None) -> Translation:
        """The translation of a sentence; `out_of_memory` for None."""
        if found is None:
            return Translation(None, error="out_of_memory")
        result, first = found
        pieces = result.hypotheses[0]
        best = self._mean(pieces, result.scores[0])
        if pieces[-1:] != [END] or len(pieces) > self._most(sentence):
            return Translation(None, score=best, error="length_limit")
        text = text_of(self._own(pieces))
        others: list[Alternative] = []
        for pieces, score in zip(result.hypotheses[1:], result.scores[1:], strict=True):
            other = text_of(self._own(pieces))
            if other and other != text and all(other != known.text for known in others):
                others.append(Alternative(other, self._mean(pieces, score)))
        rows = self._links(sentence, result, first) if self._settings.links else None
        return Translation(text, best, rows, alternatives=tuple(others))

    def _mean(self, pieces: Sequence[str], score: float) -> float:
        """The mean log-probability a token, end token included.

        The model's score is the sum over all tokens divided by their number to the power of
        `length_penalty`; a prefix counts in that number, and adds nothing to the sum.
        """
        total = score * len(pieces) ** self._settings.length_penalty
        return float(total / max(1, len(pieces) - len(self._prefix)))

    def _own(self, pieces: Sequence[str]) -> Sequence[str]:
        """Pieces of the text, without those at both ends that are the model's."""
        return pieces[len(self._prefix) : -1 if pieces[-1:] == [END] else None]

    def _links(self, sentence: Sentence, result: Any, first: Any) -> tuple[CharLink, ...]:
        target = decode(self._own(result.hypotheses[0]))[1]
        rows: npt.NDArray[np.float32] = np.asarray(result.attention[0], np.float32)
        if first is not None:
            rows[0] = first.attention[0][0]
        begin, lead = len(self._prefix), sentence.lead
        own = rows[begin : begin + len(target), lead : lead + len(sentence.offsets)]
        return links.from_attention(own, sentence.offsets, target)

    def submit_scores(self, batch: Sequence[Sentence]) -> list[Any]:
        """Begin to score a batch; one future a sentence, for `read_score`."""
        futures = self._model.score_batch(
            [list(sentence.tokens) for sentence in batch],
            [list(sentence.target) for sentence in batch],
            max_input_length=0,
            offset=len(self._prefix),
            asynchronous=True,
        )
        return list(futures)

    def read_score(self, result: Any) -> float:
        """Mean log-probability a token, end token included; -inf where memory did not suffice."""
        if result is None:
            return -math.inf
        return float(sum(result.log_probs) / len(result.log_probs))
