"""Where a model comes from: a Hub id, a checkpoint, a converted folder; and what identifies it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from spanferry.data.errors import ConfigError, RetryableError
from spanferry.data.fingerprint import fingerprint
from spanferry.data.readers.files import near_names
from spanferry.translators.ct2 import hub
from spanferry.translators.ct2.cache import Cache
from spanferry.translators.ct2.checkpoint import CONVERTED, check, read_config, small, weights

_HUB = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model as the user names it.

    Args:
        name: what the configuration says.
        kind: where it lies; what a Hub id holds is seen when it is fetched.
        folder: of the files, None for a Hub id.
        revision: commit of a Hub id; hash of the contents of a folder.
    """

    name: str
    kind: Literal["hub", "checkpoint", "converted"]
    folder: Path | None
    revision: str

    def describe(self) -> str:
        """For a card: no path of a machine, only its last part."""
        return f"{self.name}@{self.revision[:12]}" if self.folder is None else self.label

    @property
    def label(self) -> str:
        """The last part of the name."""
        if self.folder is not None and self.folder.name in {"", ".."}:  # "." and ".."
            return self.folder.resolve().name
        return Path(self.name).name


def find(name: str, revision: str | None, cache: Cache) -> ModelSource:
    """See what a name means; for a Hub id, ask which commit it is (or recall it, offline).

    Raises:
        ConfigError: there is no such model, or the folder holds none.
        RetryableError: the Hub cannot be reached, and the model was never used here.
    """
    folder = _folder(name, "model")
    if folder is None:
        return ModelSource(name, "hub", None, hub.commit(name, revision or "main", cache))
    if revision is not None:
        raise ConfigError(f"translate.revision is for Hub ids; {name!r} is a folder")
    if (folder / CONVERTED).is_file():
        return ModelSource(name, "converted", folder, digest(folder, cache))
    if (folder / "config.json").is_file():
        check(folder, name)
        return ModelSource(name, "checkpoint", folder, digest(folder, cache))
    raise ConfigError(
        f"translate.model: {name!r} holds neither a transformers checkpoint (config.json) nor "
        f"a converted model ({CONVERTED})"
    )


def find_tokenizer(name: str, cache: Cache) -> ModelSource:
    """As `find`, for a folder or Hub id of which only the tokenizer is wanted."""
    folder = _folder(name, "tokenizer")
    if folder is None:
        with _of_tokenizer():
            return ModelSource(name, "hub", None, hub.commit(name, "main", cache))
    return ModelSource(name, "checkpoint", folder, digest(folder, cache, with_weights=False))


def fetch_tokenizer(source: ModelSource) -> Path:
    """The folder of a tokenizer; nothing but small files is downloaded.

    Raises:
        ConfigError, RetryableError: see `hub.download`.
    """
    if source.folder is not None:
        return source.folder
    with _of_tokenizer():
        names = hub.names(source.name, source.revision, small)
        return hub.download(source.name, source.revision, small(names))


@contextmanager
def _of_tokenizer() -> Iterator[None]:
    """Errors of the Hub name the key that the user wrote."""
    try:
        yield
    except (ConfigError, RetryableError) as error:
        text = str(error).replace("translate.model:", "translate.tokenizer:", 1)
        raise type(error)(text) from error


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
    names = hub.names(source.name, source.revision, weights)
    few, many = small(names), weights(names)
    folder = hub.download(source.name, source.revision, few)
    if CONVERTED in many:
        return hub.download(source.name, source.revision, [*few, *many])
    read_config(folder, source.name)
    before()
    folder = hub.download(source.name, source.revision, [*few, *many])
    check(folder, source.name)
    return folder


def digest(folder: Path, cache: Cache, *, with_weights: bool = True) -> str:
    """Hash of the contents of the files that a model is made of (not of its README)."""
    names = [file.name for file in folder.iterdir() if file.is_file()]
    chosen = [*small(names), *(weights(names) if with_weights else ())]
    return fingerprint(files={name: cache.digest(folder / name) for name in sorted(chosen)})


def _folder(name: str, key: str) -> Path | None:
    """The folder that a name means, or None for a Hub id."""
    try:
        path = Path(name).expanduser()
        if path.is_dir():
            return path
        if path.exists():
            raise ConfigError(f"translate.{key}: {name!r} is a file; name the folder of the model")
        if _HUB.fullmatch(name):
            return None
        near = near_names(path)
    except (OSError, RuntimeError, ValueError) as error:  # a name too long, `~nobody`, NUL
        raise ConfigError(f"translate.{key}: {name!r} is no folder: {error}") from error
    raise ConfigError(f"translate.{key}: there is no folder {name!r}{near}")
