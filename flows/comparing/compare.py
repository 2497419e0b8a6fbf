"""The comparison as a whole: gold sets in, results out, files written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from spanferry.flows.backends import links_of
from spanferry.flows.comparing.corpus import read_corpus
from spanferry.flows.comparing.figures import SetResult, measure
from spanferry.flows.comparing.gold import read_set
from spanferry.flows.comparing.page import write_page
from spanferry.flows.comparing.running import Runner
from spanferry.flows.comparing.saving import FIGURES, PREDICTIONS, write_figures, write_predictions


class Comparison:
    """A configured comparison.

    Args:
        config: see `config.load_comparison`.
        told: is told what is being done.
    """

    def __init__(self, config: Any, told: Callable[[str], None] = lambda text: None) -> None:
        self.config = config
        self.runner = Runner(config)
        self._told = told

    def results(self) -> list[SetResult]:
        """Every gold set under every method.

        All sets are read, and all methods set up for them, before anything is projected.

        Raises:
            ConfigError, InputError: a set or a method cannot be used.
        """
        sets = []
        for gold in self.config.gold:
            self._told(f"{gold.title}: reading and aligning")
            sets.append(read_set(gold, self.config))
            self.runner.methods(sets[-1].kind, sets[-1].pair)
        if self.config.source is not None:
            self._told("reading, translating and aligning")
            for target in self.config.targets:  # before the long work
                kind = links_of(self.config.align)
                self.runner.methods(kind, (self.config.source.language, target))
            with TemporaryDirectory(prefix="spanferry-") as folder:
                sets = read_corpus(self.config, Path(folder))
        return [
            measure(
                data,
                self.runner.run(data, lambda name, data=data: self._told(f"{data.name}: {name}")),  # type: ignore[misc]
                resamples=self.config.resamples,
            )
            for data in sets
        ]

    def write(self, results: Sequence[SetResult]) -> list[str]:
        """Write the files that the configuration asks for; returns what was written, in words."""
        written = []
        if self.config.output is not None:
            write_figures([result.figures for result in results], self.config.output / FIGURES)
            write_predictions(results, self.config.output / PREDICTIONS)
            written.append(f"figures and predictions: {self.config.output}")
        if self.config.page is not None:
            shown = write_page(results, self.config.page, most=self.config.page_spans)
            written.append(f"page of {shown} disagreements: {self.config.page}")
        return written
