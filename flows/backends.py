"""The backends that a configuration names, made when first asked for and kept."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from spanferry.aligners import ALIGNERS
from spanferry.aligners.base import Aligner, CorpusAligner
from spanferry.aligners.calibration.setting import with_calibration
from spanferry.aligners.embedded.likeness import EmbeddedLikeness
from spanferry.data import backends, samples
from spanferry.data.backends import BackendInfo
from spanferry.data.readers import READERS
from spanferry.data.readers.base import Reader
from spanferry.flows.config import BaseConfig
from spanferry.flows.services import MethodServices, Models
from spanferry.projection import METHODS
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.base import ProjectionMethod
from spanferry.projection.filters import build as build_filters
from spanferry.projection.filters.base import Filter
from spanferry.projection.ranking import Links
from spanferry.translators import TRANSLATORS
from spanferry.translators.base import Translator

#: The stages that a backend does; the configuration has a field of the same name for each.
BACKED = ("translate", "align", "project")


def make_aligner(settings: Any, source: str, target: str) -> Aligner:
    """An aligner as its settings ask for, calibrated if they do; not set up.

    Args:
        source, target: BCP-47 codes.

    Raises:
        ConfigError, MissingExtraError: see `data.backends.load` and `with_calibration`.
    """
    made = backends.load("aligners", settings.backend, ALIGNERS)
    aligner: Aligner = made(settings, source_language=source, target_language=target)
    return with_calibration(aligner, settings)


def make_method(
    settings: Any, links: Links, services: MethodServices | None = None
) -> ProjectionMethod:
    """The projection method of a `project` section, not set up, for links of that kind.

    Args:
        services: the models of methods that have some; `alignment` has none of these.
    """
    made = backends.load("methods", settings.method, METHODS)
    if not issubclass(made, AlignmentProjection):
        other: ProjectionMethod = made(settings, services)
        return other
    wanted = settings.likeness == "embedded"
    wanted |= settings.likeness == "auto" and EmbeddedLikeness.installed()
    likeness = EmbeddedLikeness() if wanted else None
    return AlignmentProjection(settings, likeness=likeness, links=links)


def method_for(
    settings: Any, links: Links, models: Models, source: str, target: str
) -> ProjectionMethod:
    """A projection method with its models, not set up, for a pair of languages."""

    def make(settings: Any, services: MethodServices) -> ProjectionMethod:
        return make_method(settings, links, services)

    return make(settings, MethodServices(settings, source, target, models, make))


def links_of(align: Any) -> Links:
    """The kind of links that an `align` section gives.

    Calibrated scores are others than those that the weights for `embedded` were fitted to.
    """
    return "embedded" if align.backend == "embedded" and not align.calibration else "any"


class Backends:
    """Makes the reader, translators, aligners, method and filters of a configuration.

    `info` is cheap (a fingerprint needs it even when there is nothing to do); the heavy work is
    in `setup`, which runs once a backend, whatever the number of threads.
    """

    def __init__(self, config: BaseConfig) -> None:
        self.config: Any = config
        self._lock = threading.RLock()
        self._made: dict[tuple[str, str], Any] = {}
        self._ready: set[tuple[str, str]] = set()
        self._loaded: dict[str, Path] = {}
        self.models = Models(
            vars(config)["translate"], lambda target: self.translator(target, setup=False)
        )

    def _get(self, stage: str, target: str, *, setup: bool) -> Any:
        key = (stage, target)
        with self._lock:
            if key not in self._made:
                self._made[key] = self._make(stage, target)
            if setup and key not in self._ready:
                self._made[key].setup()
                self._ready.add(key)
            return self._made[key]

    def _make(self, stage: str, target: str) -> Any:
        if stage == "read":
            source = self.config.source
            source = source.model_copy(update={"path": samples.resolve(source.path)})
            return backends.load("readers", source.reader, READERS)(source)
        settings = getattr(self.config, stage)
        source = self.config.source.language
        if stage == "project":
            return method_for(settings, links_of(self.config.align), self.models, source, target)
        if stage == "align":
            return make_aligner(settings, source, target)
        # no matter of the backend's, which may hash its settings
        settings = settings.model_copy(update={"translate_labels": False})
        made = backends.load("translators", settings.backend, TRANSLATORS)
        return made(settings, source_language=source, target_language=target)

    def reader(self) -> Reader:
        """The reader, set up."""
        return self._get("read", "", setup=True)  # type: ignore[no-any-return]

    def translator(self, target: str, *, setup: bool = True) -> Translator:
        """The translator into a language."""
        return self._get("translate", target, setup=setup)  # type: ignore[no-any-return]

    def aligner(self, target: str) -> Aligner:
        """The aligner of a language pair, set up."""
        return self._get("align", target, setup=True)  # type: ignore[no-any-return]

    def corpus_pairs(self, target: str) -> int:
        """How many pairs of the corpus the aligner wants to learn from; 0 for most."""
        aligner = self._get("align", target, setup=False)
        return aligner.corpus_pairs if isinstance(aligner, CorpusAligner) else 0

    def learner(self, target: str) -> BackendInfo:
        """What identifies the aligner that learns of the corpus: not its calibration."""
        aligner = self._get("align", target, setup=False)
        aligner = getattr(aligner, "inner", aligner)
        info: BackendInfo = getattr(aligner, "learner_info", aligner.info)
        return info

    def load_prepared(self, target: str, folder: Path) -> None:
        """Have the aligner take up what it learnt, once."""
        with self._lock:
            if self._loaded.get(target) != folder:
                aligner = self.aligner(target)
                assert isinstance(aligner, CorpusAligner)
                aligner.load(folder)
                self._loaded[target] = folder

    def method(self, target: str) -> ProjectionMethod:
        """The projection method for a target language, set up."""
        return self._get("project", target, setup=True)  # type: ignore[no-any-return]

    def check_targets(self) -> None:
        """Ask the translator's class whether it can serve all targets together.

        Raises:
            ConfigError: it cannot.
        """
        settings = self.config.translate
        made = backends.load("translators", settings.backend, TRANSLATORS)
        check = getattr(made, "check_targets", None)
        if check is not None:
            check(settings, self.config.targets)

    def filters(self) -> list[Filter]:
        """The filters, in the order in which the first that refuses names the reason."""
        return build_filters(self.config.filter)

    def info(self, stage: str, target: str) -> BackendInfo | None:
        """What identifies the backend of a stage; None for stages without one."""
        if stage not in BACKED:
            return None
        info: BackendInfo = self._get(stage, target, setup=False).info
        return info
