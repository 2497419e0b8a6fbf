"""Word links of pairs that come from files: read, made by an aligner, scored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanferry.aligners.base import Aligner, WordPair
from spanferry.aligners.calibration import calibrate
from spanferry.aligners.calibration.setting import settings_of as calibrated_settings
from spanferry.aligners.link_files import (
    LinkedPair,
    LinkFile,
    Texts,
    match,
    read_joined,
    read_texts,
    stored_links,
)
from spanferry.aligners.segments import prepared_on
from spanferry.data import languages
from spanferry.data.errors import AccountingError, ConfigError
from spanferry.data.links import Link
from spanferry.flows.backends import make_aligner
from spanferry.flows.config import KINDS, config_class, settings_class
from spanferry.flows.link_report import LinkReport
from spanferry.flows.load import apply_override, validate

#: Pairs that an aligner is given at a time, so that a bar can move.
_STEP = 1_000
#: What stands for a language that nobody named.
UNKNOWN = "und"


@dataclass(frozen=True, slots=True)
class Texting:
    """Where the words of a file of links are, if not in the file itself.

    Args:
        source, target: two files that run line by line.
        joined: one file of `source ||| target`.
    """

    source: Path | None = None
    target: Path | None = None
    joined: Path | None = None

    def read(self) -> list[Texts] | None:
        """The texts, or None where no file is named.

        Raises:
            ConfigError: only one side is named, or the texts twice; and see `read_texts`.
        """
        if (self.source is None) != (self.target is None):
            raise ConfigError("--source-text and --target-text must both be given")
        if self.source is None or self.target is None:
            if self.joined is None:
                return None
            return read_joined(self.joined)
        if self.joined is not None:
            raise ConfigError("give --text, or --source-text and --target-text")
        return read_texts(self.source, self.target)


def settings_of(overrides: Sequence[str]) -> Any:
    """A configuration of defaults and `key=value` overrides, for what needs no corpus.

    Raises:
        ConfigError: an override does not fit.
    """
    data: dict[str, Any] = {
        "source": {"reader": "jsonl", "path": "-", "language": UNKNOWN},
        "targets": [UNKNOWN],
    }
    for override in overrides:
        apply_override(data, override)
    return validate(config_class(), data, "--set")


def pair_languages(
    pairs: Sequence[LinkedPair], named: str | None, config: Any | None
) -> tuple[str, str]:
    """Source and target language of pairs: as named (`en,fr`), as the file says, as configured.

    Raises:
        ConfigError: two codes are not given, or the pairs are of several languages.
    """
    if named is not None:
        codes = named.split(",")
        if len(codes) != 2:
            raise ConfigError(f"--languages {named!r}: write source and target, e.g. en,fr")
        return languages.normalize(codes[0].strip()), languages.normalize(codes[1].strip())
    told = sorted({pair.languages for pair in pairs if all(pair.languages)})
    if len(told) > 1:
        listed = "; ".join(",".join(codes) for codes in told)
        raise ConfigError(f"the pairs are of several languages ({listed}); align a file of each")
    if told:
        return told[0]
    if config is not None:
        return config.source.language, config.targets[0]
    return UNKNOWN, UNKNOWN


@contextmanager
def open_aligner(
    settings: Any, codes: tuple[str, str], corpus: Sequence[LinkedPair]
) -> Iterator[Aligner]:
    """The aligner of a configuration (the default one for None), ready to align.

    One that learns of the corpus learns of these pairs.

    Raises:
        ConfigError: it cannot run here.
    """
    aligner = make_aligner(_aligner_settings(settings), *codes)
    aligner.setup()
    with prepared_on(aligner, map(_words, corpus)):
        yield aligner


def _aligner_settings(settings: Any | None) -> Any:
    default = KINDS["aligners"][2]
    assert default is not None
    return settings.align if settings is not None else settings_class("aligners", default)()


def word_pairs(pairs: Sequence[LinkedPair]) -> list[WordPair]:
    """The words of pairs, as they stand in the file.

    Raises:
        ConfigError: a pair has none.
    """
    return [_words(pair) for pair in pairs]


def _words(pair: LinkedPair) -> WordPair:
    if pair.source is None or pair.target is None:
        raise ConfigError(
            f"{pair.origin}: has links and no words; give the texts with --source-text and "
            "--target-text, or with --text"
        )
    return WordPair(pair.source, pair.target)


def align(
    aligner: Aligner, pairs: Sequence[WordPair], progress: Callable[[int], None] = lambda rows: None
) -> list[tuple[Link, ...]]:
    """The links of all pairs.

    Raises:
        AccountingError: the aligner gave more or fewer results than it was given pairs.
    """
    links: list[tuple[Link, ...]] = []
    for start in range(0, len(pairs), _STEP):
        some = pairs[start : start + _STEP]
        found = aligner.align(some)
        if len(found) != len(some):
            raise AccountingError(f"{aligner.info.name} aligned {len(found)} of {len(some)} pairs")
        links += found
        progress(len(some))
    return links


def evaluate_links(
    gold: LinkFile,
    *,
    predicted: LinkFile | None = None,
    stored: str | None = None,
    settings: Any | None = None,
    named: str | None = None,
    min_score: float = 0.0,
    fit: str | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> LinkReport:
    """Put links beside gold ones: those of a file, those stored with the gold, or an aligner's.

    Args:
        gold: sure and possible links.
        predicted: a file of links.
        stored: name of links that the gold file holds.
        settings: the configuration whose aligner is used if neither is given.
        named: languages for the aligner, `en,fr`; see `pair_languages`.
        min_score: links with a lower score are left out.
        fit: name of a calibration that is to be fitted to the aligner's links.

    Raises:
        ConfigError: the gold file has no links, or no words for an aligner; and see `match`.
    """
    if not any(pair.has_links for pair in gold.pairs):
        raise ConfigError(f"{gold.path}: holds no gold links")
    fitted = None
    if predicted is not None:
        name, links = predicted.path.name, match(gold, predicted)
    elif stored is not None:
        name, links = f"{gold.path.name}, {stored}", stored_links(gold, stored)
    else:
        pairs = word_pairs(gold.pairs)
        codes = pair_languages(gold.pairs, named, settings)
        with open_aligner(settings, codes, gold.pairs) as aligner:
            name, links = aligner.info.name, align(aligner, pairs, progress)
            if fit is not None:
                chosen = calibrated_settings(_aligner_settings(settings))
                fitted = calibrate(
                    aligner, gold.pairs, name=fit, settings=chosen, fitted_on=gold.path.name
                )
    kept = [tuple(link for link in of_pair if link.score >= min_score) for of_pair in links]
    notes = gold.notes + (predicted.notes if predicted else ())
    return LinkReport(name, gold.pairs, tuple(kept), notes, fitted)
