"""What `spanferry train` does: a checkpoint for an aligner or for a projection method."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from spanferry.aligners.awesome_checkpoint import loadable
from spanferry.aligners.base import WordPair
from spanferry.aligners.bitext import bitext_words, check_bitext, read_bitext
from spanferry.aligners.evaluate import Gold
from spanferry.aligners.link_files import read_links
from spanferry.aligners.supervised.training import train as train_supervised
from spanferry.aligners.supervised.training_settings import Report
from spanferry.aligners.training.finetune import FinetuneReport, finetune
from spanferry.aligners.words import check_language
from spanferry.data import models
from spanferry.data.errors import ConfigError
from spanferry.flows.train_config import AwesomeTraining, GenerationTraining, TrainConfig
from spanferry.flows.training_generation import train_generator
from spanferry.translators.generation.training.settings import GenerationReport

if TYPE_CHECKING:
    from spanferry.data.training.state import Progress

#: What the parts that train call what a configuration has under another key.
_KEYS = {"base": "model", "align.model": "model", "out": "output", "pairs": "texts"}


Trained = FinetuneReport | Report | GenerationReport


def train(config: TrainConfig, progress: Callable[[Progress], None] | None = None) -> Trained:
    """Train as a configuration asks for; the same call goes on where a killed one stopped.

    Raises:
        ConfigError, InputError: a file, the model or a setting is wrong.
        MissingExtraError: torch or transformers is not installed.
    """
    with _keys_of(config):
        return _train(config, progress)


def _train(config: TrainConfig, progress: Callable[[Progress], None] | None) -> Trained:
    if isinstance(config, GenerationTraining):
        return train_generator(config, _base(config), progress)
    if isinstance(config, AwesomeTraining):
        check_bitext(config.texts, "texts")
        check_language(config.source)
        check_language(config.target)
        gold = None if config.gold is None else read_gold(config.gold, "gold")
        with loadable(_base(config)) as base:
            return finetune(
                base, _pairs(config), config.settings, config.output, gold=gold, progress=progress
            )
    held_out = None if config.held_out is None else read_gold(config.held_out, "held_out")
    return train_supervised(
        _base(config),
        read_gold(config.gold, "gold"),
        config.settings,
        config.output,
        held_out=held_out,
        progress=progress,
    )


@contextmanager
def _keys_of(config: TrainConfig) -> Iterator[None]:
    """Errors name the keys that the user wrote, not the arguments of the parts that train."""
    settings = type(config.settings).model_fields
    try:
        yield
    except ConfigError as error:
        name, colon, rest = str(error).partition(":")
        known = _KEYS.get(name) or (f"settings.{name}" if name in settings else None)
        if not colon or known is None:
            raise
        raise type(error)(f"{known}:{rest}") from error


def read_gold(path: Path, key: str) -> list[Gold]:
    """Pairs with their sure and their possible links.

    Args:
        key: of the configuration, for errors.

    Raises:
        ConfigError: the file has links without words. Others: see `read_links`.
    """
    found: list[Gold] = []
    for pair in read_links(path.expanduser()).pairs:
        if pair.source is None or pair.target is None:
            raise ConfigError(
                f"{key}: {path} holds links without their words; a file of JSON lines with "
                "src_tokens, tgt_tokens, sure and possible holds both"
            )
        if pair.source and pair.target:
            found.append((WordPair(pair.source, pair.target), pair.sure, pair.possible))
    return found


def _base(config: TrainConfig) -> Path:
    extra = "convert" if isinstance(config, GenerationTraining) else "neural"
    model = models.find(
        config.model, config.revision, key="model", extra=extra, user="spanferry train"
    )
    return models.fetch(model, key="model", extra=extra, user="spanferry train")


def _pairs(config: AwesomeTraining) -> Iterator[WordPair]:
    texts = islice(read_bitext(config.texts, "texts"), config.pairs)
    return bitext_words(texts, config.source, config.target)
