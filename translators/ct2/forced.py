"""A model that is made to write a given output, and what it thinks of it, token by token.

CTranslate2 returns, with `return_logits_vocab`, the logits of the whole vocabulary at every
position of a forced prefix. So one row tells the probability of each token of an output, and of
any other token in the place of each. Where no other token is asked about, `score_batch` does the
same without them, all positions at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.data.records import Offsets
from spanferry.translators.ct2.engine import Job
from spanferry.translators.ct2.families import END
from spanferry.translators.ct2.tokens import BLANK

if TYPE_CHECKING:
    from spanferry.translators.ct2.translator import CTranslate2Translator, Loaded

Floats = npt.NDArray[np.float64]
#: Memory for the logits of a batch, which the library holds until all of the batch is written:
#: positions x vocabulary x 4 bytes a row, 60 MB for a sentence of NLLB.
LOGITS_BYTES = 512 << 20
_UNKNOWN = "<unk>"


class Counter(Protocol):
    """Counts calls by name."""

    def add(self, name: str, number: int = 1) -> None: ...


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text as sub-words, and the characters of each, white space left out."""

    tokens: tuple[str, ...]
    ranges: tuple[Offsets, ...]


@dataclass(frozen=True, slots=True)
class Forced:
    """What a model thinks of an output that it is made to write.

    Args:
        own: log-probability (nats) of each of its tokens, and of the end after them, [n + 1].
        watched: those of other tokens in the place of each of them, [n + 1, watched].
    """

    own: Floats
    watched: Floats


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    source: tuple[str, ...]
    output: tuple[str, ...]

    @property
    def size(self) -> int:
        return max(len(self.source), len(self.output) + 1)


class ForcedDecoder:
    """A translator's model, made to write given outputs; safe to use from several threads.

    Args:
        translator: whose model it is.
        loaded: gives its model, and loads it when it is first needed.
        calls: where `passes` (batches run through the decoder), `rows` (sequences in them) and
            `steps` (runs of the decoder's layers, one after the other, within the passes) are
            counted.
    """

    def __init__(
        self,
        translator: CTranslate2Translator,
        loaded: Callable[[], Loaded],
        calls: Counter | None = None,
    ) -> None:
        self._translator = translator
        self._loaded = loaded
        self._calls = calls

    @property
    def info(self) -> BackendInfo:
        """That of the translator."""
        return self._translator.info

    def setup(self) -> None:
        """Load the model; see `CTranslate2Translator.setup`."""
        self._translator.setup()

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """Texts of the target language as sub-words."""
        tokenizer = self._loaded().target
        found = zip(tokenizer.encode(texts), tokenizer.offsets(texts), strict=True)
        return [Pieces(tuple(tokens), tuple(ranges)) for tokens, ranges in found]

    def marker(self, text: str) -> str:
        """The one sub-word that the tokenizer writes for a marker between two words.

        Raises:
            ConfigError: it writes several, or one that the model does not know.
        """
        model = self._loaded()
        known = numbers(model.folder)
        (written,) = model.target.encode([f"a {text} a"])
        for piece in (BLANK + text, text):
            if piece in written and piece in known:
                return piece
        raise ConfigError(
            f"translate.model: {self._translator.settings.model!r} has no sub-word of its own for "
            f"the marker {text!r}; name others that it has"
        )

    def force(
        self, sources: Sequence[str], outputs: Sequence[Sequence[str]], watch: Sequence[str] = ()
    ) -> list[Forced | None]:
        """Force each output of sub-words on its source, in batches of like length.

        Args:
            sources: texts.
            outputs: sub-words as `pieces` gives them, without those of the language.
            watch: sub-words whose log-probabilities are wanted at every position besides.

        Returns:
            One result an output, in order; None: too long for the model, or for the memory.
        """
        model = self._loaded()
        scorer = _Watching(model, watch) if watch else _Scoring(model)
        done: list[Forced | None] = [None] * len(sources)
        for rows in _portions(_rows(model, sources, outputs), scorer.row_bytes):
            jobs = [Job(row.size, row) for row in rows]
            for row, result in model.engine.run(jobs, self._counted(scorer)):
                done[row.number] = None if result is None else scorer.read(row, result)
        return done

    def _counted(self, scorer: _Scoring | _Watching) -> Callable[[list[_Row]], list[Any]]:
        def run(batch: list[_Row]) -> list[Any]:
            if self._calls is not None:
                self._calls.add("passes")
                self._calls.add("rows", len(batch))
                self._calls.add("steps", scorer.steps(batch))
            return scorer.submit(batch)

        return run


def _rows(model: Loaded, sources: Sequence[str], outputs: Sequence[Sequence[str]]) -> list[_Row]:
    """What fits the model as sub-words, the longest outputs first; each source is cut once."""
    texts = list(dict.fromkeys(sources))
    cut = {
        text: (*model.lead, *tokens, END)
        for text, tokens in zip(texts, model.source.encode(texts), strict=True)
    }
    head = model.direction.target_tokens
    found = [
        _Row(number, cut[source], (*head, *output))
        for number, (source, output) in enumerate(zip(sources, outputs, strict=True))
    ]
    found.sort(key=lambda row: (-len(row.output), -len(row.source), row.number))
    return [row for row in found if row.size <= model.positions]


def _portions(rows: Sequence[_Row], row_bytes: Callable[[_Row], int]) -> Iterator[list[_Row]]:
    """As many rows at a time as `LOGITS_BYTES` allow, when all are as long as the first."""
    start = 0
    while start < len(rows):
        most = max(1, LOGITS_BYTES // max(1, row_bytes(rows[start])))
        yield list(rows[start : start + most])
        start += most


class _Scoring:
    """Probabilities of the outputs alone."""

    def __init__(self, model: Loaded) -> None:
        self._model = model
        self._head = len(model.direction.target_tokens)

    def row_bytes(self, row: _Row) -> int:
        """Nothing is held of a row but its probabilities."""
        return 8 * len(row.output)

    def steps(self, batch: Sequence[_Row]) -> int:
        """All positions are computed at once."""
        return 1

    def submit(self, batch: Sequence[_Row]) -> list[Any]:
        """Hand a batch to the model; one future a row."""
        return self._model.engine.model.score_batch(  # type: ignore[no-any-return]
            [list(row.source) for row in batch],
            [list(row.output) for row in batch],
            max_input_length=0,
            offset=self._head,
            asynchronous=True,
        )

    def read(self, row: _Row, result: Any) -> Forced:
        """The probabilities of a row."""
        own = np.array(result.log_probs, np.float64)
        return Forced(own, np.zeros((len(own), 0)))


class _Watching:
    """Probabilities of the outputs, and of other tokens in the place of each of theirs."""

    def __init__(self, model: Loaded, watch: Sequence[str]) -> None:
        self._model = model
        self._head = len(model.direction.target_tokens)
        self._numbers = numbers(model.folder)
        self._watch = [self._number(token) for token in watch]

    def _number(self, token: str) -> int:
        return self._numbers.get(token, self._numbers.get(_UNKNOWN, 0))

    def row_bytes(self, row: _Row) -> int:
        """What the library holds of a row: 32-bit logits at every position."""
        return 4 * len(self._numbers) * (len(row.output) + 1)

    def steps(self, batch: Sequence[_Row]) -> int:
        """The library writes a given output as it writes its own: position by position."""
        return max(len(row.output) for row in batch) + 1

    def submit(self, batch: Sequence[_Row]) -> list[Any]:
        """Hand a batch to the model; one future a row."""
        return self._model.engine.model.translate_batch(  # type: ignore[no-any-return]
            [list(row.source) for row in batch],
            target_prefix=[list(row.output) for row in batch],
            asynchronous=True,
            beam_size=1,
            max_input_length=0,
            max_decoding_length=max(len(row.output) for row in batch) + 1,
            min_decoding_length=0,  # else the end is impossible in the first place
            return_logits_vocab=True,
        )

    def read(self, row: _Row, result: Any) -> Forced:
        """The probabilities of a row; what was written after its end is left out."""
        tokens = [*(self._number(token) for token in row.output[self._head :]),
                  self._number(END)]  # fmt: skip
        steps = result.logits[0][self._head : self._head + len(tokens)]
        own = np.zeros(len(tokens))
        watched = np.zeros((len(tokens), len(self._watch)))
        for place, (token, step) in enumerate(zip(tokens, steps, strict=True)):
            logits = _array(step)
            top = float(logits.max())
            norm = top + float(np.log(np.exp(logits - top).sum(dtype=np.float64)))
            own[place] = logits[token] - norm
            watched[place] = logits[self._watch] - norm
        return Forced(own, watched)


def _array(step: Any) -> npt.NDArray[np.float32]:
    """Logits of one position as 32-bit numbers in the memory of the CPU."""
    from ctranslate2 import DataType, Device

    if step.device != "cpu":
        step = step.to_device(Device.cpu)
    if step.dtype != DataType.float32:  # numpy knows no bfloat16
        step = step.to(DataType.float32)
    return np.asarray(step, np.float32)


@cache
def numbers(folder: Path) -> Mapping[str, int]:
    """The number of each token of the target side of a converted model."""
    for name in ("target_vocabulary", "shared_vocabulary"):
        as_json, as_text = folder / f"{name}.json", folder / f"{name}.txt"
        if as_json.is_file():
            listed = json.loads(as_json.read_text("utf-8"))
        elif as_text.is_file():
            listed = as_text.read_text("utf-8").split("\n")
        else:
            continue
        return {token: number for number, token in enumerate(listed)}
    return {}
