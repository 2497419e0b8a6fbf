"""The aligner `eflomal`: texts out to the program, links back in, with what the runs agree on."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from itertools import chain, islice
from pathlib import Path

from spanferry.aligners.base import WordPair
from spanferry.aligners.bitext import bitext_words, check_bitext, read_bitext
from spanferry.aligners.eflomal import learning, program
from spanferry.aligners.eflomal.files import digest
from spanferry.aligners.eflomal.priors import Priors
from spanferry.aligners.eflomal.program import Program
from spanferry.aligners.eflomal.sampling import Plan, workers
from spanferry.aligners.eflomal.settings import EflomalAlignerSettings
from spanferry.aligners.eflomal.shard import Sampler
from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link

#: Part of `info.revision`: raise it with every change that changes links.
ALGORITHM = "1"
_KEY = "align.bitext"
log = logging.getLogger("spanferry")


class EflomalAligner:
    """Statistical: learns from the corpus and from bitext of yours, any language, no model, CPU.

    eflomal (Östling and Tiedemann 2016, "Efficient Word Alignment with Markov Chain Monte Carlo")
    samples links with a Bayesian model of word translation, word order and number of links. It
    runs as a process of its own. What it learnt of the corpus are priors, with which each shard is
    aligned.

    A link's score is the mean, over both directions, of the share of runs that made it. On the
    Hansards gold (447 English-French pairs), with priors of Multi30k and of the same text, 93 % of
    the links with a score of 1 were right, 77 % of those with 5/6, 63 % with 1/2, 59 % with 1/3.
    The alignment error rate there: 12.8; 14.1 with priors of Multi30k alone, 17.1 without any, 13.5
    when all of it is aligned at once.

    The links of a pair depend on the pairs that are aligned with it. The program draws its seed
    from the system and has no option for it; it is run from a copy in memory that reads ours, so
    the same pairs, priors and installed program give the same links on one kind of processor.
    Where that cannot be done (outside Linux, or with a program that is built otherwise) `setup`
    says so in the log, and of 100 links 5 differ from run to run, 14 without priors.

    Sentences of more than 200 words are aligned in windows that overlap.
    """

    Settings = EflomalAlignerSettings
    REQUIRES = ()
    EXTRA = program.EXTRA

    def __init__(
        self,
        settings: EflomalAlignerSettings | None = None,
        *,
        source_language: str = "",
        target_language: str = "",
    ) -> None:
        self.settings = settings or EflomalAlignerSettings()
        self._languages = (source_language, target_language)
        self._program: Program | None = None
        self._priors: Priors | None = None
        self._warned = False

    @classmethod
    def missing(cls) -> str:
        """What to do where the program is not installed; nothing where it is."""
        return "" if program.find() else f"pip install 'spanferry[{cls.EXTRA}]'"

    @cached_property
    def info(self) -> BackendInfo:
        found = program.find()
        version = found.version if found else "missing"
        texts = f"+{digest(self.settings.bitext)}" if self.settings.bitext else ""
        return BackendInfo(
            name="eflomal",
            revision=f"{version}+{ALGORITHM}{texts}",
            licence="GPL-3.0-only",
            source=f"eflomal=={version}",
        )

    @property
    def corpus_pairs(self) -> int:
        return self.settings.corpus_pairs or (1 if self.settings.bitext else 0)

    def setup(self) -> None:
        """Find the program and try it.

        Raises:
            MissingExtraError: it is not installed.
            ConfigError: it does not work here, or a file of `bitext` is not there.
        """
        if self._program is not None:
            return
        check_bitext(self.settings.bitext, _KEY)
        found = program.need()
        if found.seeded:
            with suppress(ConfigError):  # a system that forbids programs in memory
                self._program = self._try(found)
                return
        log.warning(
            "align: eflomal cannot be given a seed here, so another run gives other links: "
            "5 of 100 with priors, 14 without"
        )
        self._program = self._try(replace(found, seeded=False))

    def prepare(self, pairs: Iterable[WordPair], folder: Path) -> None:
        """Learn priors from the first `corpus_pairs` pairs and from `bitext`.

        Raises:
            ConfigError: `setup` was not called, a file of `bitext` cannot be read, or the program
                failed.
            InputError: a line of `bitext` is broken.
            RetryableError: the program was killed, or the disk is full.
        """
        of_corpus = islice(pairs, self.settings.corpus_pairs)
        more = bitext_words(read_bitext(self.settings.bitext, _KEY), *self._languages)
        learning.Learner(
            self._ready(), workers(self.settings.threads), self._plan(self.settings.length),
            self.settings.samplers, self._stems, self.info.revision,
        ).learn(chain(of_corpus, more), folder)  # fmt: skip

    def load(self, folder: Path) -> None:
        """Take up priors.

        Raises:
            ConfigError: there are none, or they were learnt with other settings.
        """
        self._priors = learning.load(folder, self._stems)

    def align(self, pairs: Sequence[WordPair]) -> list[tuple[Link, ...]]:
        """Links of each pair; none where a side has no words.

        Raises:
            ConfigError: `setup` was not called, or the program failed.
            RetryableError: it was killed, or the disk is full.
        """
        ready = self._ready()
        if self._priors is None and self.corpus_pairs and not self._warned:
            self._warned = True
            log.warning("align: eflomal has no priors loaded; aligns each batch on its own")
        least = self.settings.min_score
        return [
            tuple(link for link in links if link.score >= least)
            for links in self._sampler(ready).links(pairs)
        ]

    def _sampler(self, ready: Program) -> Sampler:
        settings = self.settings
        primed = self._priors is not None
        return Sampler(
            ready,
            workers(settings.threads),
            self._plan(settings.length_with_priors if primed else settings.length),
            settings.samplers,
            self._stems,
            settings.symmetrization,
            self._priors,
        )

    def _try(self, candidate: Program) -> Program:
        """Align two pairs, quickly.

        Raises:
            ConfigError: the program failed.
        """
        quick = replace(self._sampler(candidate), plan=self._plan(0.001), samplers=1)
        quick.links([WordPair(["a", "b"], ["c", "d"]), WordPair(["a"], ["c"])])
        return candidate

    def _ready(self) -> Program:
        if self._program is None:
            raise ConfigError("the aligner 'eflomal' was not set up; call setup() first")
        return self._program

    def _plan(self, length: float) -> Plan:
        return Plan(length, self.settings.null_prior, self.settings.seed)

    @property
    def _stems(self) -> tuple[int, int]:
        return self.settings.source_stem, self.settings.target_stem
