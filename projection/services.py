"""What projection methods may ask for: translators, scorers, encoders; given to them by `flows`.

The folder imports none of these. A method names in `MODELS` the sections of its settings that hold
a model, and asks for each by that name; where the user left the section out, it gets the
translator of the build. Everything is safe to call from several threads, and counts what it does
in `Services.calls`.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from spanferry.data.backends import BackendInfo
from spanferry.data.records import Offsets
from spanferry.projection.base import ProjectionMethod

if TYPE_CHECKING:
    from spanferry.projection.alignment import AlignmentProjection

Floats = npt.NDArray[np.float64]


class Calls:
    """How often models were asked; safe to use from several threads.

    Names in use: `translated` (texts), `scored` (pairs of texts), `generated` (texts), `asked`
    (prompts to a server), `encoded` (texts), `passes` (batches that a decoder was run on with
    given output), `rows` (sequences in these batches), `steps` (runs of a decoder's layers one
    after the other, within the passes).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, name: str, number: int = 1) -> None:
        """Count so many more."""
        with self._lock:
            self._counts[name] += number

    def counts(self) -> dict[str, int]:
        """The counts so far, by name, without zeros."""
        with self._lock:
            return {name: n for name, n in sorted(self._counts.items()) if n}


class Rendering(Protocol):
    """One of the translations of a text; `score` is the mean log-probability a token."""

    @property
    def text(self) -> str | None: ...

    @property
    def score(self) -> float | None: ...


class RenderedText(Rendering, Protocol):
    """The translation of a text; `text` is None where there is none, `error` says why."""

    @property
    def error(self) -> str | None: ...

    @property
    def alternatives(self) -> Sequence[Rendering]:
        """Further ones, best first, where the backend was asked for several (`n_best`)."""
        ...


class TextTranslator(Protocol):
    """Translates any text."""

    @property
    def info(self) -> BackendInfo: ...

    def setup(self) -> None: ...

    def translate_texts(self, texts: Sequence[str]) -> Sequence[RenderedText]:
        """Exactly one result a text, in order."""
        ...


class PairScorer(Protocol):
    """Says how probable a given translation is."""

    @property
    def info(self) -> BackendInfo: ...

    def setup(self) -> None: ...

    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[float]:
        """Mean log-probability (nats) a target token, end token included; -inf: too long."""
        ...


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text as a model's sub-words.

    Args:
        tokens: the sub-words.
        ranges: the characters of each, white space left out; several may share a character.
    """

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


class ForcedDecoder(Protocol):
    """A translation model that can be made to write a given output."""

    @property
    def info(self) -> BackendInfo: ...

    def setup(self) -> None: ...

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """Texts of the target language as sub-words."""
        ...

    def marker(self, text: str) -> str:
        """The one sub-word that writes a marker (`[`).

        Raises:
            ConfigError: the model has no single sub-word for it.
        """
        ...

    def force(
        self, sources: Sequence[str], outputs: Sequence[Sequence[str]], watch: Sequence[str] = ()
    ) -> list[Forced | None]:
        """Force each output of sub-words on its source, in batches; None: too long for the model.

        Args:
            watch: sub-words whose log-probabilities are wanted at every position besides.
        """
        ...


class Generator(Protocol):
    """A text-to-text model that was trained for a task (mT5)."""

    @property
    def info(self) -> BackendInfo: ...

    @property
    def task(self) -> Mapping[str, Any]:
        """What its training noted (`tags`: label -> name of its tag); empty if nothing.

        After `setup`.
        """
        ...

    def setup(self) -> None: ...

    def generate(self, texts: Sequence[str]) -> list[list[tuple[str, float]]]:
        """For each text the outputs of its beams, special tokens kept, and their mean
        log-probabilities a token; the best first, none where the text is too long."""
        ...


class RangeEncoder(Protocol):
    """Vectors of parts of texts, in context or without.

    `languages` are the primary subtags of those that it knows; None where that cannot be told.
    """

    @property
    def info(self) -> BackendInfo: ...

    def setup(self) -> None: ...

    @property
    def languages(self) -> frozenset[str] | None: ...

    def knows(self, language: str) -> bool:
        """Whether it knows a BCP-47 language, as far as that can be told."""
        ...

    def encode(
        self, texts: Sequence[str], language: str, ranges: Sequence[Sequence[Offsets]]
    ) -> list[npt.NDArray[np.float32]]:
        """For each text the vectors of its ranges, of length 1, [ranges, dimensions]."""
        ...


class PromptServer(Protocol):
    """A language model that answers prompts."""

    @property
    def info(self) -> BackendInfo: ...

    def setup(self) -> None: ...

    def ask(self, prompts: Sequence[str]) -> list[str | None]:
        """An answer a prompt, in order; None where the server gave none."""
        ...


class Services(Protocol):
    """The models of a method, for one pair of languages.

    The keys are those of the method's `MODELS`. Nothing is loaded before `setup` of what is
    returned; the same key gives the same object.
    """

    @property
    def source(self) -> str: ...

    @property
    def target(self) -> str: ...

    @property
    def calls(self) -> Calls: ...

    def translator(self, key: str, *, back: bool = False) -> TextTranslator:
        """From the source to the target language; with `back`, the other way."""
        ...

    def scorer(
        self, key: str, *, back: bool = False, pair: tuple[str, str] | None = None
    ) -> PairScorer:
        """Of target texts given source texts; with `back`, the other way.

        Args:
            pair: other languages, of the given text and of the scored one; they may be the same.

        Raises:
            ConfigError: the backend cannot score, or not these languages.
        """
        ...

    def forced(self, key: str) -> ForcedDecoder:
        """From the source to the target language.

        Raises:
            ConfigError: the backend cannot be made to write a given output.
        """
        ...

    def generator(self, key: str) -> Generator:
        """The text-to-text model of a section."""
        ...

    def encoder(self, key: str) -> RangeEncoder:
        """The encoder of a section."""
        ...

    def server(self, key: str) -> PromptServer:
        """The language model of a section."""
        ...

    def alignment(self) -> AlignmentProjection:
        """Projection by alignment with its own defaults, but that nothing is doubtful: for the
        candidates near the links."""
        ...

    def method(self, settings: object) -> ProjectionMethod:
        """Another projection method, for the same pair of languages; it shares the models."""
        ...


#: What `MODELS` says of a section: its kind (`translator`, `generator`, `encoder`, `server`) and
#: its description for the schema.
Models = Mapping[str, tuple[str, str]]
