"""The backend `ctranslate2`."""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from spanferry.data.backends import BackendInfo
from spanferry.data.cache import Cache
from spanferry.data.fingerprint import fingerprint
from spanferry.data.models.licence import licence_of
from spanferry.translators.base import Translation
from spanferry.translators.ct2 import devices, tokens
from spanferry.translators.ct2.convert import converted, facts, library, weights_type
from spanferry.translators.ct2.decoding import Decoder, Sentence
from spanferry.translators.ct2.engine import Engine, Job, shared
from spanferry.translators.ct2.families import END, Direction, detect, direct
from spanferry.translators.ct2.forced import Counter, ForcedDecoder
from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
from spanferry.translators.ct2.source import (
    ModelSource,
    fetch_tokenizer,
    find,
    find_tokenizer,
    name_of,
)
from spanferry.translators.ct2.vocabulary import characters, read
from spanferry.translators.keep import KEEP_VERSION, keep_items
from spanferry.translators.text import TextTranslator

#: Raised when the same model gives other translations than before.
CODE_VERSION = "1"
#: Sentences tokenized at a time, while earlier ones are translated.
CHUNK = 256
_HEADS = {"alignment_layer", "alignment_heads"}
#: Sub-words that a model takes at most, where its configuration does not tell.
POSITIONS = 512


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything of a model that is ready.

    Args:
        folder: of the converted model.
        lead: tokens before the pieces of every source.
        characters: those that the model knows; None for all.
        longest: sub-words of the longest source, special tokens included.
    """

    folder: Path
    engine: Engine
    direction: Direction
    source: tokens.Tokenizer
    target: tokens.Tokenizer
    lead: tuple[str, ...]
    characters: frozenset[str] | None
    positions: int
    longest: int


class CTranslate2Translator(TextTranslator):
    """OPUS-MT, NLLB-200, M2M-100, mBART-50, T5, MADLAD-400 models; English-Portuguese comes along.

    Without the setting `model` it is the one that comes with the package for these languages. A
    checkpoint is converted once, into a cache folder; see `convert.py`. Sentences are sorted by
    length and translated in batches of like length, the longest first, while the next ones are
    being tokenized. The same records in the same shards give the same translations on the same
    kind of device; another size of shards puts other sentences into a batch, which may move the
    last digits of a score.

    Raises:
        ConfigError: see `source.name_of`, `source.find`, `families.direct` and `devices.plan`.
    """

    Settings = CTranslate2TranslatorSettings
    REQUIRES = ("ctranslate2", "sentencepiece", "tokenizers")
    EXTRA = "ctranslate2"

    def __init__(
        self,
        settings: CTranslate2TranslatorSettings | None = None,
        *,
        source_language: str,
        target_language: str,
    ) -> None:
        settings = settings or CTranslate2TranslatorSettings()
        self._name = name_of(settings.model, source_language, target_language)
        super().__init__(
            source_language=source_language,
            target_language=target_language,
            newlines=settings.newlines,
        )
        # errors name the model
        self.settings = settings.model_copy(update={"model": self._name})
        self.cache = Cache(settings.cache_path)
        self._lock = threading.Lock()
        self._loaded: Loaded | None = None

    @property
    def info(self) -> BackendInfo:
        """Model, commit or content hash, arithmetic and settings; nothing is loaded for it."""
        # the arithmetic before a T5 model makes it another: before and after `setup` the same
        settings = self.settings.model_dump(mode="json", exclude=set(self.settings.IDLE))
        mark = fingerprint(
            settings=settings,
            compute_type=self._plan.compute_type,
            tokenizer=self._tokenizer.revision if self._tokenizer else None,
        )
        plan = self._loaded.engine.plan if self._loaded else self._plan
        return BackendInfo(
            name="ctranslate2",
            revision=f"{self._source.revision}/{mark}/{CODE_VERSION}.{KEEP_VERSION}",
            licence=self._licence,
            source=f"{self._source.describe()}, CTranslate2 {version('ctranslate2')}, "
            f"{plan.compute_type} on {plan.device}",
        )

    def setup(self) -> None:
        """Convert the model if it never was, and load it; a second call does nothing.

        Raises:
            ConfigError, MissingExtraError, RetryableError: see `convert.converted`, `tokens.load`,
                `families.direct` and `Engine`.
        """
        self._model()

    def fits(self, text: str) -> bool:
        """Whether a sentence is no longer than `max_tokens` or the model's own limit."""
        model = self._model()
        extra = len(model.lead) + 1
        # pieces are no shorter than a character, but for bytes and what normalisation takes apart
        if 2 * len(text) + extra <= model.longest:
            return True
        return len(model.source.encode([text])[0]) + extra <= model.longest

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """See `TextTranslator.translate`."""
        if not self.settings.keep_items:
            return self._translate(texts)
        known = self._model().characters
        expressible = None if known is None else known.__contains__
        return keep_items(texts, self._translate, expressible=expressible)

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[float]:
        """See `Scorer.score`."""
        model = self._model()
        decoder = self._decoder(model)
        scores = [-math.inf] * len(sources)
        jobs = self._score_jobs(model, sources, targets)
        for sentence, result in model.engine.run(jobs, decoder.submit_scores):
            scores[sentence.number] = decoder.read_score(result)
        return scores

    def forced(self, calls: Counter | None = None) -> ForcedDecoder:
        """The model, made to write given translations; what it does is counted in `calls`."""
        return ForcedDecoder(self, self._model, calls)

    def _translate(self, texts: Sequence[str]) -> list[Translation]:
        """The bare model."""
        model = self._model()
        decoder = self._decoder(model)
        done: list[Translation] = [Translation(None, error="too_long")] * len(texts)
        for sentence, result in model.engine.run(self._jobs(model, texts), decoder.submit):
            done[sentence.number] = decoder.read(sentence, result)
        return done

    def _decoder(self, model: Loaded) -> Decoder:
        return Decoder(model.engine.model, self.settings, model.direction, model.positions)

    def _jobs(self, model: Loaded, texts: Sequence[str]) -> Iterator[Job[Sentence]]:
        """Sentences as sub-words, the longest first, tokenized as they are asked for."""
        order = sorted(range(len(texts)), key=lambda number: (-len(texts[number]), number))
        for start in range(0, len(order), CHUNK):
            chunk = order[start : start + CHUNK]
            strings = [texts[number] for number in chunk]
            pieces = model.source.encode(strings)
            ranges = model.source.offsets(strings) if self.settings.links else [()] * len(chunk)
            found = [
                Sentence(number, (*model.lead, *own, END), len(model.lead), tuple(where))
                for number, own, where in zip(chunk, pieces, ranges, strict=True)
            ]
            found.sort(key=lambda sentence: (-len(sentence.tokens), sentence.number))
            for sentence in found:
                if len(sentence.tokens) <= model.positions:
                    yield Job(len(sentence.tokens), sentence)

    def _score_jobs(
        self, model: Loaded, sources: Sequence[str], targets: Sequence[str]
    ) -> Iterator[Job[Sentence]]:
        sizes = [len(a) + len(b) for a, b in zip(sources, targets, strict=True)]
        order = sorted(range(len(sizes)), key=lambda number: (-sizes[number], number))
        head = model.direction.target_tokens
        for start in range(0, len(order), CHUNK):
            chunk = order[start : start + CHUNK]
            both = zip(
                chunk,
                model.source.encode([sources[number] for number in chunk]),
                model.target.encode([targets[number] for number in chunk]),
                strict=True,
            )
            for number, source, target in both:
                sentence = Sentence(
                    number, (*model.lead, *source, END), len(model.lead), target=(*head, *target)
                )
                if max(len(sentence.tokens), len(sentence.target) + 1) <= model.positions:
                    yield Job(max(len(sentence.tokens), len(sentence.target) + 1), sentence)

    @cached_property
    def _source(self) -> ModelSource:
        return find(self._name, self.settings.revision, self.cache)

    @cached_property
    def _licence(self) -> str:
        return licence_of(self._source)

    @cached_property
    def _tokenizer(self) -> ModelSource | None:
        """Where a tokenizer that is not the model's own comes from."""
        given = self.settings.tokenizer
        return None if given is None else find_tokenizer(given, self.cache)

    @cached_property
    def _plan(self) -> devices.Plan:
        """Device and arithmetic as they are before the family of the model is known."""
        return devices.plan(self.settings, library())

    def _model(self) -> Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> Loaded:
        settings = self.settings
        folder = converted(
            self._source, self.cache, weights_type(self._plan.compute_type),
            settings.alignment_layer, settings.alignment_heads,
        )  # fmt: skip
        vocabulary = read(folder)
        source, target = tokens.load(
            fetch_tokenizer(self._tokenizer) if self._tokenizer else folder
        )
        family = settings.family
        if family == "auto":
            family = detect(vocabulary.source, two_tokenizers=source is not target)
        direction = direct(settings, family, vocabulary, self.source_language, self.target_language)
        if settings.links and family != "marian" and not _HEADS & settings.model_fields_set:
            logging.getLogger("spanferry").warning(
                "translate.links: no head of a %s model is known to align words; look at the "
                "links, or name others (translate.alignment_layer, alignment_heads)", family,
            )  # fmt: skip
        lead = (*direction.source_tokens, *_lead(direction, source))
        known = facts(folder)
        positions = int(known.get("positions") or POSITIONS)
        longest = settings.max_tokens or int(known.get("max_tokens") or positions)
        plan = devices.plan(settings, library(), t5=family in {"t5", "madlad"})
        return Loaded(
            folder, shared(folder, plan), direction, source, target, lead, characters(vocabulary),
            positions, min(longest, positions),
        )  # fmt: skip


def _lead(direction: Direction, tokenizer: tokens.Tokenizer) -> tuple[str, ...]:
    """The pieces of the words before every text. A language token (<2pt>) is one of them."""
    if not direction.lead:
        return ()
    found = tuple(tokenizer.encode([direction.lead])[0])
    if direction.family == "madlad" and direction.lead not in found:
        return (tokens.BLANK, direction.lead)
    return found
