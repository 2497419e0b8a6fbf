"""The models of projection methods, made for a pair of languages when they are first asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from spanferry.data import backends
from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.projection.base import ProjectionMethod
from spanferry.projection.services import (
    Calls,
    ForcedDecoder,
    Generator,
    PairScorer,
    PromptServer,
    RangeEncoder,
    TextTranslator,
)
from spanferry.translators import TRANSLATORS
from spanferry.translators.base import Scorer, Translation, Translator
from spanferry.translators.strings import string_translator

if TYPE_CHECKING:
    from spanferry.projection.alignment import AlignmentProjection

#: Makes a method from settings and services; `flows.backends.make_method` does.
MakeMethod = Callable[[Any, "MethodServices"], ProjectionMethod]


class Models:
    """The models of all methods of a build: those with the same settings are one.

    Args:
        own: the translator of the build into a language, for sections that are left out.
        translate: the settings of that translator.
    """

    def __init__(
        self,
        translate: BaseModel,
        own: Callable[[str], Translator] | None = None,
    ) -> None:
        self.calls = Calls()
        self.translate = translate
        self._own = own
        self._lock = threading.RLock()
        self._made: dict[tuple[Any, ...], Any] = {}

    def once(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        """What was made for a key, or is made now."""
        with self._lock:
            if key not in self._made:
                self._made[key] = make()
            return self._made[key]

    def translator(self, settings: BaseModel | None, source: str, target: str) -> _Once:
        """A translator between two languages, set up at most once.

        Args:
            settings: None: those of the build; its very translator where the languages fit.
        """
        chosen = settings or self.translate
        name = str(vars(chosen)["backend"])
        key = ("translator", name, chosen.model_dump_json(), source, target)
        own = None
        if settings is None and self._own is not None and key not in self._made:
            # without the lock: the build has one too, and may hold it while it asks for a model
            own = self._own(target)

        def make() -> _Once:
            if own is not None and _languages(own) == (source, target):
                return _Once(own)
            made = backends.load("translators", name, TRANSLATORS)
            plain = chosen
            if hasattr(chosen, "translate_labels"):  # no matter of the backend's
                plain = chosen.model_copy(update={"translate_labels": False})
            return _Once(made(plain, source_language=source, target_language=target))

        found: _Once = self.once(key, make)
        return found


class MethodServices:
    """See `projection.services.Services`.

    Args:
        settings: of the method, whose sections say which models it has.
        source, target: BCP-47 codes.
        models: shared by all methods.
        make: makes further methods.
    """

    def __init__(
        self, settings: Any, source: str, target: str, models: Models, make: MakeMethod
    ) -> None:
        self.source, self.target = source, target
        self._settings, self._models, self._make = settings, models, make

    @property
    def calls(self) -> Calls:
        """What the models of all methods did."""
        return self._models.calls

    def _translator(self, key: str, pair: tuple[str, str]) -> _Once:
        with blame(key):
            return self._models.translator(getattr(self._settings, key, None), *pair)

    def _pair(self, back: bool) -> tuple[str, str]:
        return (self.target, self.source) if back else (self.source, self.target)

    def translator(self, key: str, *, back: bool = False) -> TextTranslator:
        """See `Services.translator`.

        Raises:
            ConfigError: the backend looks translations up and cannot translate any text.
        """
        once = self._translator(key, self._pair(back))
        with blame(key):
            string_translator(once.model)
        return _CountedTranslator(once, self.calls, key)

    def scorer(
        self, key: str, *, back: bool = False, pair: tuple[str, str] | None = None
    ) -> PairScorer:
        """See `Services.scorer`."""
        once = self._translator(key, pair or self._pair(back))
        if not isinstance(once.model, Scorer):
            raise ConfigError(
                f"project.{key}: the backend {once.model.info.name!r} cannot tell how probable a "
                "translation is; ctranslate2 and causal_lm can"
            )
        return _CountedScorer(once, self.calls, key)

    def forced(self, key: str) -> ForcedDecoder:
        """See `Services.forced`."""
        once = self._translator(key, self._pair(False))
        make = getattr(once.model, "forced", None)
        if make is None:
            raise ConfigError(
                f"project.{key}: the backend {once.model.info.name!r} cannot be made to write a "
                "given translation; ctranslate2 can"
            )
        inner = self._models.once(
            ("forced", id(once.model)), lambda: _Once(make(self.calls), once.setup)
        )
        return _Forced(inner, key)

    def generator(self, key: str) -> Generator:
        """See `Services.generator`."""
        from spanferry.translators.generation import TextGenerator

        return self._section("generator", key, TextGenerator)  # type: ignore[no-any-return]

    def encoder(self, key: str) -> RangeEncoder:
        """See `Services.encoder`."""
        from spanferry.aligners.range_encoder import RangeEncoderSettings, make_range_encoder

        return self._section(  # type: ignore[no-any-return]
            "encoder", key, make_range_encoder, RangeEncoderSettings
        )

    def server(self, key: str) -> PromptServer:
        """See `Services.server`."""
        from spanferry.translators.openai_server.prompt_client import PromptClient

        return self._section("server", key, PromptClient)  # type: ignore[no-any-return]

    def _section(
        self,
        kind: str,
        key: str,
        make: Callable[[Any, Calls], Any],
        default: Callable[[], Any] | None = None,
    ) -> Any:
        settings = getattr(self._settings, key, None)
        if settings is None and default is not None:
            settings = default()
        if settings is None:
            raise ConfigError(f"project.{key}: is needed with these settings")
        with blame(key):
            once = self._models.once(
                (kind, settings.model_dump_json()), lambda: _Once(make(settings, self.calls))
            )
        return _Section(once, key)

    def alignment(self) -> AlignmentProjection:
        """See `Services.alignment`."""
        from spanferry.flows.config import settings_class
        from spanferry.projection.alignment import AlignmentProjection

        # doubtful spans keep their candidates
        settings = settings_class("methods", "alignment")(min_confidence=0)
        made = self.method(settings)
        # links of another kind have other weights, which the revision tells
        found = self._models.once(("alignment", made.info.revision), lambda: made)
        assert isinstance(found, AlignmentProjection)
        return found

    def method(self, settings: object) -> ProjectionMethod:
        """See `Services.method`."""
        inner = MethodServices(settings, self.source, self.target, self._models, self._make)
        return self._make(settings, inner)


class _Once:
    """A model that is set up at most once, whatever the number of methods that use it."""

    def __init__(self, model: Any, setup: Callable[[], None] | None = None) -> None:
        self.model = model
        self._setup = setup or model.setup
        self._lock = threading.Lock()
        self._ready = False

    def setup(self) -> None:
        with self._lock:
            if not self._ready:
                self._setup()
                self._ready = True


class _Counted:
    def __init__(self, once: _Once, calls: Calls, key: str) -> None:
        self._once, self._calls, self._key = once, calls, key

    @property
    def info(self) -> BackendInfo:
        found: BackendInfo = self._once.model.info
        return found

    def setup(self) -> None:
        with blame(self._key):
            self._once.setup()


class _Section:
    """The model of a section, which counts for itself."""

    def __init__(self, once: _Once, key: str) -> None:
        self._once, self._key = once, key

    def setup(self) -> None:
        with blame(self._key):
            self._once.setup()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._once.model, name)


class _Forced(_Section):
    def marker(self, text: str) -> str:
        with blame(self._key):
            return str(self._once.model.marker(text))


class _CountedTranslator(_Counted):
    def translate_texts(self, texts: Sequence[str]) -> list[Translation]:
        self._calls.add("translated", len(texts))
        found: list[Translation] = self._once.model.translate_texts(texts)
        return found


class _CountedScorer(_Counted):
    def score(self, sources: Sequence[str], targets: Sequence[str]) -> list[float]:
        self._calls.add("scored", len(sources))
        found: list[float] = self._once.model.score(sources, targets)
        return found


def _languages(translator: Any) -> tuple[str, str] | None:
    source = getattr(translator, "source_language", None)
    target = getattr(translator, "target_language", None)
    return (source, target) if source and target else None


@contextmanager
def blame(key: str) -> Iterator[None]:
    """Name the section in errors of a model: `translate.model: ...` becomes `project.key.model`."""
    try:
        yield
    except ConfigError as error:
        text = str(error)
        own = text.removeprefix("translate.")
        if text.startswith("project."):
            raise
        raise type(error)(
            f"project.{key}: {text}" if own == text else f"project.{key}.{own}"
        ) from error
