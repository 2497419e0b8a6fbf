"""Where a model comes from: a Hub id, a checkpoint, a converted folder; and what identifies it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from spanferry.data import checkpoints, hub
from spanferry.data.cache import Cache
from spanferry.data.checkpoints import small
from spanferry.data.errors import ConfigError
from spanferry.data.languages import base
from spanferry.data.models import Model, as_folder, shipped
from spanferry.translators.ct2.checkpoint import CONVERTED, check, read_config, weights

ASKER = hub.Asker("translate.model", "ctranslate2", "translator 'ctranslate2'")
#: What `spanferry distil` tells of a model and does not change it.
_TOLD = {"distil.json"}
_OF_TOKENIZER = hub.Asker("translate.tokenizer", ASKER.extra, ASKER.user)


@dataclass(frozen=True, slots=True)
class ModelSource(Model):
    """A model to translate with.

    Args:
        kind: where it lies; what a Hub id holds is seen when it is fetched.
    """

    kind: Literal["hub", "checkpoint", "converted"]

    def describe(self) -> str:
        """See `Model.describe`; of a model that comes with the package, whose it is."""
        own = self.folder is not None and shipped.is_shipped(self.folder)
        return f"spanferry's own {self.label}" if own else Model.describe(self)


def name_of(model: str | None, source: str, target: str) -> str:
    """What the setting `model` means for two languages.

    Args:
        model: a name in which `{source}` and `{target}` stand for the languages; None for the model
            that comes with the package.
        source, target: BCP-47 codes.

    Raises:
        ConfigError: none comes with the package for these languages; the text lists those that do.
    """
    if model is not None:
        return model.replace("{source}", base(source)).replace("{target}", base(target))
    folder = shipped.shipped(source, target)
    if folder is None:
        known = ", ".join(f"{a} to {b}" for a, b in shipped.pairs()) or "none"
        raise ConfigError(
            f"{ASKER.key}: is missing, and no model for {source} to {target} comes with spanferry "
            f"(there is: {known}); name a folder or a Hub id that has these languages "
            "(Helsinki-NLP/opus-mt-en-es, facebook/nllb-200-distilled-600M)"
        )
    return str(folder)


def find(name: str, revision: str | None, cache: Cache) -> ModelSource:
    """See what a name means; for a Hub id, ask which commit it is (or recall it, offline).

    Raises:
        ConfigError: there is no such model, or the folder holds none.
        RetryableError: the Hub cannot be reached, and the model was never used here.
    """
    folder = as_folder(name, ASKER.key)
    if folder is None:
        return ModelSource(name, None, hub.commit(name, revision or "main", cache, ASKER), "hub")
    if revision is not None:
        raise ConfigError(f"translate.revision is for Hub ids; {name!r} is a folder")
    if (folder / CONVERTED).is_file():
        return ModelSource(name, folder, digest(folder, cache), "converted")
    if (folder / "config.json").is_file():
        check(folder, name)
        return ModelSource(name, folder, digest(folder, cache), "checkpoint")
    raise ConfigError(
        f"translate.model: {name!r} holds neither a transformers checkpoint (config.json) nor "
        f"a converted model ({CONVERTED})"
    )


def find_tokenizer(name: str, cache: Cache) -> ModelSource:
    """As `find`, for a folder or Hub id of which only the tokenizer is wanted."""
    folder = as_folder(name, _OF_TOKENIZER.key)
    if folder is None:
        return ModelSource(name, None, hub.commit(name, "main", cache, _OF_TOKENIZER), "hub")
    return ModelSource(name, folder, digest(folder, cache, with_weights=False), "checkpoint")


def fetch_tokenizer(source: ModelSource) -> Path:
    """The folder of a tokenizer; nothing but small files is downloaded.

    Raises:
        ConfigError, RetryableError: see `hub.download`.
    """
    if source.folder is not None:
        return source.folder
    names = hub.names(source.name, source.revision, small, _OF_TOKENIZER)
    return hub.download(source.name, source.revision, small(names), _OF_TOKENIZER)


def fetch(source: ModelSource, before: Callable[[], None] = lambda: None) -> Path:
    """The folder of a model, whole and of a kind that can be used.

    A Hub id is downloaded into the Hub's own cache: first what tells of the model, and then the
    weights, as safetensors where it has them.

    Args:
        before: called once it is known that the model has to be converted, before its weights are
            downloaded.

    Raises:
        ConfigError: see `checkpoint.check` and `hub.download`.
        RetryableError: the download failed.
    """
    if source.folder is not None:
        if source.kind == "checkpoint":
            before()
        return source.folder
    names = hub.names(source.name, source.revision, weights, ASKER)
    few, many = small(names), weights(names)
    folder = hub.download(source.name, source.revision, few, ASKER)
    if CONVERTED in many:
        return hub.download(source.name, source.revision, [*few, *many], ASKER)
    read_config(folder, source.name)
    before()
    folder = hub.download(source.name, source.revision, [*few, *many], ASKER)
    check(folder, source.name)
    return folder


def digest(folder: Path, cache: Cache, *, with_weights: bool = True) -> str:
    """Hash of the contents of the files that a model is made of (not of its card and report)."""
    names = [file.name for file in folder.iterdir() if file.is_file() and file.name not in _TOLD]
    chosen = [*small(names), *(weights(names) if with_weights else ())]
    return checkpoints.digest(folder, chosen, cache)
