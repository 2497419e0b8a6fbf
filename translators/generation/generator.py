"""Text in, the outputs of all beams out."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any, Protocol

from spanferry.data.backends import BackendInfo
from spanferry.data.cache import Cache
from spanferry.data.checkpoints import read_json
from spanferry.data.fingerprint import fingerprint
from spanferry.translators.ct2 import devices, vocabulary
from spanferry.translators.ct2.convert import TASK, converted, library, weights_type
from spanferry.translators.ct2.engine import Engine, Job, shared
from spanferry.translators.ct2.families import END
from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
from spanferry.translators.ct2.source import find
from spanferry.translators.ct2.tokens import text_of
from spanferry.translators.generation.pieces import Encoder, load
from spanferry.translators.generation.settings import TextGeneratorSettings

#: Raised when the same model gives other outputs than before.
CODE_VERSION = "1"
#: Texts tokenized at a time, while earlier ones are at work.
CHUNK = 256
#: Sub-words that any output may have, however short the text.
_ROOM = 16
#: Beams that the engine's own size of batches is meant for.
_USUAL_BEAMS = 4
#: What says that the engine is the same: settings that `devices.plan` looks at.
_OF_PLAN = {
    "model", "device", "device_index", "compute_type", "inter_threads", "intra_threads",
}  # fmt: skip


class Counter(Protocol):
    """Counts what models are asked."""

    def add(self, name: str, number: int = 1) -> None:
        """So many more."""
        ...


@dataclass(frozen=True, slots=True)
class _Text:
    number: int
    tokens: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Loaded:
    engine: Engine
    tokenizer: Encoder
    task: dict[str, Any]


class TextGenerator:
    """A T5, mT5 or UMT5 model in CTranslate2; see `projection.services.Generator`.

    A checkpoint is converted once, into the cache folder of all converted models. Beam search draws
    nothing: the same texts give the same outputs. Texts are sorted by length and go through the
    model in batches of like length.

    Args:
        settings: which model, and how to search.
        calls: told how many texts were `generated`.

    Raises:
        ConfigError: there is no such model, or no such device; see `source.find`, `devices.plan`.
        MissingExtraError: `ctranslate2` is not installed.
        RetryableError: the Hub cannot be reached, and the model was never used here.
    """

    Settings = TextGeneratorSettings

    def __init__(self, settings: TextGeneratorSettings, calls: Counter) -> None:
        self.settings, self._calls = settings, calls
        self.cache = Cache(settings.cache_path)
        self._plan = _plan(settings)
        self._source = find(settings.model, settings.revision, self.cache)
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    @property
    def info(self) -> BackendInfo:
        """Model, commit or content hash, arithmetic and settings; nothing is loaded for it."""
        settings = self.settings.model_dump(mode="json", exclude=set(self.settings.IDLE))
        mark = fingerprint(settings=settings, compute_type=self._plan.compute_type)
        return BackendInfo(
            name="generator",
            revision=f"{self._source.revision}/{mark}/{CODE_VERSION}",
            source=f"{self._source.describe()}, CTranslate2 {version('ctranslate2')}, "
            f"{self._plan.compute_type} on {self._plan.device}",
        )

    @property
    def task(self) -> dict[str, Any]:
        """What its training noted for those who use it; empty for a model of another origin."""
        return dict(self._model().task)

    def setup(self) -> None:
        """Convert the model if it never was, and load it; a second call does nothing.

        Raises:
            ConfigError, MissingExtraError, RetryableError: see `convert.converted`, `pieces.load`
                and `Engine`.
        """
        self._model()

    def generate(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        """For each text the outputs of its beams and their mean log-probabilities (nats) a token.

        The best come first; the end token counts as a token. Tokens that were added to the model
        stand in the outputs as they are called. Of a text that is longer than `max_tokens`, or for
        which memory does not suffice, there is none.

        Raises:
            RetryableError: see `Engine.run`.
        """
        model = self._model()
        self._calls.add("generated", len(texts))
        done: list[list[tuple[str, float]]] = [[] for _ in texts]
        for text, result in model.engine.run(self._jobs(model, texts), self._submit):
            if result is not None:
                done[text.number] = self._read(text, result)
        return done

    def _jobs(self, model: _Loaded, texts: Sequence[str]) -> Iterator[Job[_Text]]:
        """Texts as sub-words, the longest first, tokenized as they are asked for."""
        order = sorted(range(len(texts)), key=lambda number: (-len(texts[number]), number))
        for start in range(0, len(order), CHUNK):
            chunk = order[start : start + CHUNK]
            pieces = model.tokenizer.encode([texts[number] for number in chunk])
            found = [_Text(n, (*own, END)) for n, own in zip(chunk, pieces, strict=True)]
            found.sort(key=lambda text: (-len(text.tokens), text.number))
            for text in found:
                if len(text.tokens) <= self.settings.max_tokens:
                    yield Job(len(text.tokens), text)

    def _submit(self, batch: Sequence[_Text]) -> list[Any]:
        assert self._loaded is not None
        settings = self.settings
        return list(
            self._loaded.engine.model.translate_batch(
                [list(text.tokens) for text in batch],
                asynchronous=True,
                beam_size=settings.beam_size,
                num_hypotheses=settings.outputs,
                patience=settings.patience,
                length_penalty=settings.length_penalty,
                disable_unk=True,
                return_end_token=True,
                max_input_length=0,  # 0: nothing is cut off; too long texts never come here
                max_decoding_length=max(map(self._most, batch)),
                return_scores=True,
            )
        )

    def _most(self, text: _Text) -> int:
        """Longest output of a text, its end token included."""
        return math.ceil(self.settings.max_output_factor * len(text.tokens)) + _ROOM

    def _read(self, text: _Text, result: Any) -> list[tuple[str, float]]:
        """Outputs that have ended, best first, each text once.

        What is longer than allowed for this very text is left out: other texts of the batch may
        have let it go on for longer.
        """
        found: dict[str, float] = {}
        for pieces, score in zip(result.hypotheses, result.scores, strict=True):
            if pieces[-1:] == [END] and len(pieces) <= self._most(text):
                # the score is the sum over all tokens by their number to the power of the penalty
                mean = score * len(pieces) ** (self.settings.length_penalty - 1)
                found.setdefault(text_of(pieces[:-1]), float(mean))
        return sorted(found.items(), key=lambda one: -one[1])

    def _model(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> _Loaded:
        folder = converted(self._source, self.cache, weights_type(self._plan.compute_type), -1, 1)
        known = vocabulary.read(folder)
        return _Loaded(
            shared(folder, self._plan), load(folder, known.source), read_json(folder / TASK)
        )


def _plan(settings: TextGeneratorSettings) -> devices.Plan:
    """Device, arithmetic and the size of batches.

    A batch has as many more rows as there are beams more than usual, so it gets fewer texts.
    """
    given = settings.model_dump(include=_OF_PLAN)
    if settings.batch_tokens != "auto":
        given["batch_tokens"] = settings.batch_tokens
    plan = devices.plan(CTranslate2TranslatorSettings(**given), library(), t5=True)
    if settings.batch_tokens == "auto" and settings.beam_size > _USUAL_BEAMS:
        smaller = plan.batch_tokens * _USUAL_BEAMS // settings.beam_size
        plan = replace(plan, batch_tokens=smaller)
    return plan
