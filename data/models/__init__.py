"""A checkpoint of `transformers` by name: a Hub id or a folder, and what identifies it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from spanferry.data import hub
from spanferry.data.cache import Cache
from spanferry.data.checkpoints import check_weights, digest, read_config, small, weights
from spanferry.data.errors import ConfigError
from spanferry.data.readers.files import near_names

_HUB = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the user names it.

    Args:
        name: what the configuration says.
        folder: of the files, None for a Hub id.
        revision: commit of a Hub id; hash of the contents of a folder.
    """

    name: str
    folder: Path | None
    revision: str

    @property
    def label(self) -> str:
        """The last part of the name."""
        if self.folder is not None and self.folder.name in {"", ".."}:  # "." and ".."
            return self.folder.resolve().name
        return Path(self.name).name

    def describe(self) -> str:
        """For a card: no path of a machine, only its last part."""
        return f"{self.name}@{self.revision[:12]}" if self.folder is None else self.label


def find(name: str, revision: str | None, *, key: str, extra: str, user: str) -> Model:
    """See what a name means; for a Hub id, ask which commit it is (or recall it, offline).

    Args:
        key: the key of the configuration that names the model (`align.model`).
        extra: the extra that installs what is needed.
        user: what needs the model (`aligner 'simalign'`).

    Raises:
        ConfigError: there is no such model, or the folder holds none.
        RetryableError: the Hub cannot be reached, and the model was never used here.
        MissingExtraError: the Hub's library is missing.
    """
    cache, asker = Cache(), hub.Asker(key, extra, user)
    folder = as_folder(name, key)
    if folder is None:
        return Model(name, None, hub.commit(name, revision or "main", cache, asker))
    if revision is not None:
        raise ConfigError(f"{asker.revision_key} is for Hub ids; {name!r} is a folder")
    if not (folder / "config.json").is_file():
        raise ConfigError(f"{key}: {name!r} holds no transformers checkpoint (config.json)")
    read_config(folder, name, key)
    found = check_weights(folder, name, key)
    names = [file.name for file in folder.iterdir() if file.is_file()]
    return Model(name, folder, digest(folder, [*small(names), *found], cache))


def fetch(model: Model, *, key: str, extra: str, user: str) -> Path:
    """The folder of a model, whole; a Hub id is downloaded into the Hub's own cache.

    What tells of the model comes first, and then the weights, as safetensors where it has them.

    Raises:
        ConfigError: the repository holds no checkpoint that can be used, or the Hub refuses.
        RetryableError: the download failed.
    """
    if model.folder is not None:
        return model.folder
    asker = hub.Asker(key, extra, user)
    names = hub.names(model.name, model.revision, weights, asker)
    few, many = small(names), weights(names)
    folder = hub.download(model.name, model.revision, few, asker)
    read_config(folder, model.name, key)
    folder = hub.download(model.name, model.revision, [*few, *many], asker)
    check_weights(folder, model.name, key)
    return folder


def as_folder(name: str, key: str) -> Path | None:
    """The folder that a name means, or None for a Hub id.

    Raises:
        ConfigError: it is neither.
    """
    try:
        path = Path(name).expanduser()
        if path.is_dir():
            return path
        if path.exists():
            raise ConfigError(f"{key}: {name!r} is a file; name the folder of the model")
        if _HUB.fullmatch(name):
            return None
        near = near_names(path)
    except (OSError, RuntimeError, ValueError) as error:  # a name too long, `~nobody`, NUL
        raise ConfigError(f"{key}: {name!r} is no folder: {error}") from error
    raise ConfigError(f"{key}: there is no folder {name!r}{near}")
