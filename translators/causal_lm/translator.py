"""The backend `causal_lm`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from spanferry.data.backends import BackendInfo
from spanferry.data.fingerprint import fingerprint
from spanferry.data.models import Model
from spanferry.data.models.licence import licence_of
from spanferry.translators.base import Translation
from spanferry.translators.causal_lm import generation, prompt, scoring
from spanferry.translators.causal_lm.examples import pairs, read_examples
from spanferry.translators.causal_lm.loading import find, shared
from spanferry.translators.causal_lm.model import LanguageModel
from spanferry.translators.causal_lm.prompt import Prompt
from spanferry.translators.causal_lm.settings import CausalLMTranslatorSettings
from spanferry.translators.causal_lm.tree import Text
from spanferry.translators.keep import KEEP_VERSION, keep_items
from spanferry.translators.language_names import language_name
from spanferry.translators.text import TextTranslator

#: Raised when the same model gives other translations or scores than before.
CODE_VERSION = "1"
#: Sub-words of a sentence, at most, where neither the settings nor the model tell.
LONGEST = 512


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model with the frame of its texts.

    Args:
        longest: sub-words of the longest source.
    """

    model: LanguageModel
    prompt: Prompt
    longest: int


class CausalLMTranslator(TextTranslator):
    """A decoder-only language model of `transformers` (Gemma, Llama, Qwen ...), any languages.

    It is asked by a prompt (see `prompt`), and `score` gives the mean log-probability of a
    translation's tokens after it: any language model so becomes the judge of T-Projection or of a
    filter. Source and target language may be the same, for scores of a text given itself. The
    score of a translation is what `score` says of it, whatever found it.

    Reasons of single sentences, besides those of `TextTranslator`: `length_limit`, the output did
    not end.

    The last digits of a score depend on the other texts of a call: in float32 by less than 1e-4, in
    sixteen bits by more.

    Raises:
        ConfigError: the examples cannot be read.
    """

    Settings = CausalLMTranslatorSettings
    REQUIRES = ("torch", "transformers")
    EXTRA = "neural"

    def __init__(
        self,
        settings: CausalLMTranslatorSettings,
        *,
        source_language: str,
        target_language: str,
    ) -> None:
        super().__init__(
            source_language=source_language,
            target_language=target_language,
            newlines=settings.newlines,
        )
        self.settings = settings
        self.examples = pairs(read_examples(settings.examples), source_language, target_language)
        self._lock = threading.Lock()
        self._loaded: Loaded | None = None

    @property
    def info(self) -> BackendInfo:
        """Model, commit or content hash, examples and settings; nothing is loaded for it."""
        settings = self.settings.model_dump(mode="json", exclude=set(self.settings.IDLE))
        mark = fingerprint(settings=settings, examples=self.examples)
        return BackendInfo(
            name="causal_lm",
            revision=f"{self._source.revision}/{mark}/{CODE_VERSION}.{KEEP_VERSION}",
            licence=licence_of(self._source),
            source=self._source.describe(),
        )

    def setup(self) -> None:
        """Load the model, once for all directions that use it; a second call does nothing.

        Raises:
            ConfigError, MissingExtraError, RetryableError: see `loading.load`; or a language has no
                name, or the chat template does not do.
        """
        self._model()

    def fits(self, text: str) -> bool:
        """Whether a sentence is no longer than `max_tokens`, or what the model has room for."""
        loaded = self._model()
        if 2 * len(text) <= loaded.longest:  # tokens are no shorter than half a character or so
            return True
        return len(loaded.model.encode([text], special=True)[0][0]) <= loaded.longest

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """See `TextTranslator.translate`."""
        if not self.settings.keep_items:
            return self._translate(texts)
        return keep_items(texts, self._translate)

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[float]:
        """See `Scorer.score`; the end is that of the line, or of the turn in a chat."""
        loaded = self._model()
        known: dict[tuple[str, str], int] = {}
        places = [known.setdefault(pair, len(known)) for pair in zip(sources, targets, strict=True)]
        wholes = [loaded.prompt.whole(source, target) for source, target in known]
        encoded = loaded.model.encode([text for text, _ in wholes], special=loaded.prompt.special)
        texts: list[Text] = []
        for number, ((_, begin), (tokens, ends)) in enumerate(zip(wholes, encoded, strict=True)):
            start = next(place for place, end in enumerate(ends) if end > begin)
            if len(tokens) <= loaded.model.positions:
                texts.append(Text(number, tuple(tokens), start))
        found = scoring.means(scoring.token_scores(loaded.model, texts), len(known))
        return [found[place] for place in places]

    def _translate(self, texts: Sequence[str]) -> list[Translation]:
        """The bare model."""
        loaded = self._model()
        written = generation.generate(loaded.model, loaded.prompt, texts, self.settings)
        sources = [text for text, found in zip(texts, written, strict=True) for _ in found]
        scores = iter(self.score(sources, [text for found in written for text in found]))
        return [generation.ranked([(text, next(scores)) for text in found]) for found in written]

    @cached_property
    def _source(self) -> Model:
        return find(self.settings)

    def _model(self) -> Loaded:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded

    def _load(self) -> Loaded:
        settings = self.settings
        names = [
            language_name(
                code, settings.language_names, user="causal_lm", key="translate.language_names"
            )
            for code in (self.source_language, self.target_language)
        ]
        model = shared(settings, self._source)
        ask = settings.chat
        if ask == "auto":
            ask = bool(getattr(model.tokenizer, "chat_template", None))
        if ask:
            frame = prompt.chat(
                model.tokenizer, names[0], names[1], self.examples, settings.instruction,
                settings.chat_template_kwargs,
            )  # fmt: skip
        else:
            frame = prompt.lines(names[0], names[1], self.examples, settings.instruction)
        asked = len(model.encode([frame.ask("")], special=frame.special)[0][0])
        room = int((model.positions - asked - 16) / (1 + settings.max_output_factor))
        return Loaded(model, frame, min(settings.max_tokens or LONGEST, max(room, 1)))
