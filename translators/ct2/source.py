"""Where a model comes from: a Hub id, a checkpoint, a converted folder; and what identifies it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from spanferry.data.backends import require
from spanferry.data.errors import ConfigError, RetryableError
from spanferry.data.fingerprint import fingerprint
from spanferry.data.readers.files import near_names
from spanferry.translators.ct2.cache import Cache

#: Model types of `transformers` whose conversion is tested here.
TYPES = ("marian", "m2m_100", "mbart", "t5", "mt5", "umt5")
_HUB = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[\w.-]+)?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
#: What conversion and tokenizing need of a repository; weights come besides.
_SMALL = ("*.json", "*.spm", "*.model", "*.txt")
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")


@dataclass(frozen=True, slots=True)
class ModelSource:
    """A model as the user names it.

    Args:
        name: what the configuration says.
        kind: where it lies.
        folder: of the files, None for a Hub id.
        revision: commit of a Hub id; hash of the contents of a folder.
    """

    name: str
    kind: Literal["hub", "checkpoint", "converted"]
    folder: Path | None
    revision: str

    def describe(self) -> str:
        """For a card: no path of a machine, only its last part."""
        return f"{self.name}@{self.revision[:12]}" if self.folder is None else self.folder.name


def find(name: str, revision: str | None, cache: Cache) -> ModelSource:
    """See what a name means; for a Hub id, ask which commit it is (or recall it, offline).

    Raises:
        ConfigError: there is no such model, or the folder holds none.
        RetryableError: the Hub cannot be reached, and the model was never used here.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        if revision is not None:
            raise ConfigError(f"translate.revision is for Hub ids; {name!r} is a folder")
        return _folder(name, path, cache)
    if path.exists():
        raise ConfigError(f"translate.model: {name!r} is a file; name the folder of the model")
    if not _HUB.fullmatch(name) or name.startswith("."):
        raise ConfigError(f"translate.model: there is no folder {name!r}{near_names(path)}")
    return ModelSource(name, "hub", None, _commit(name, revision or "main", cache))


def fetch(source: ModelSource) -> Path:
    """The folder of a checkpoint; a Hub id is downloaded (into the Hub's own cache).

    Weights are taken as safetensors where the repository has them.

    Raises:
        RetryableError: the download failed.
    """
    if source.folder is not None:
        return source.folder
    hub = require("huggingface_hub", extra="ctranslate2", user="translator 'ctranslate2'")
    try:
        names = _listed(hub, source)
        safe = any(name.endswith(".safetensors") for name in names)
        weights = [_WEIGHTS[0]] if safe else list(_WEIGHTS)
        patterns = [*_SMALL, *weights]
        return Path(
            hub.snapshot_download(source.name, revision=source.revision, allow_patterns=patterns)
        )
    except Exception as error:
        raise _unreachable(hub, source.name, error) from error


def check_checkpoint(folder: Path, name: str) -> dict[str, Any]:
    """The `config.json` of a checkpoint that can be converted.

    Raises:
        ConfigError: it is none, it needs code of its own, or is of a type that is not supported.
    """
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"translate.model: {name!r} holds no readable config.json: {error}"
        ) from error
    if "auto_map" in config:
        raise ConfigError(
            f"translate.model: {name!r} brings Python code of its own (auto_map in config.json), "
            "which is never run"
        )
    kind = config.get("model_type")
    if kind not in TYPES:
        raise ConfigError(
            f"translate.model: {name!r} is of type {kind!r}; models of these types are "
            f"supported: {', '.join(TYPES)}"
        )
    if kind == "mbart" and "MBartTokenizer" in (config.get("tokenizer_class"), _tokenizer(folder)):
        raise ConfigError(
            f"translate.model: {name!r} is an mBART-25 model, which is told its languages in "
            "another way; mBART-50 models are supported"
        )
    if not any(True for pattern in _WEIGHTS for _ in folder.glob(pattern)):
        raise ConfigError(f"translate.model: {name!r} holds no weights ({' or '.join(_WEIGHTS)})")
    return config


def _tokenizer(folder: Path) -> Any:
    try:
        return json.loads((folder / "tokenizer_config.json").read_text("utf-8")).get(
            "tokenizer_class"
        )
    except (OSError, ValueError, AttributeError):
        return None


def _folder(name: str, path: Path, cache: Cache) -> ModelSource:
    files = [file for file in sorted(path.iterdir()) if file.is_file()]
    if (path / "model.bin").is_file():
        kind: Literal["checkpoint", "converted"] = "converted"
    elif (path / "config.json").is_file():
        check_checkpoint(path, name)
        kind = "checkpoint"
    else:
        raise ConfigError(
            f"translate.model: {name!r} holds neither a transformers checkpoint (config.json) nor "
            "a converted model (model.bin)"
        )
    return ModelSource(name, kind, path, _digest(files, cache))


def _digest(files: Iterable[Path], cache: Cache) -> str:
    return fingerprint(files={file.name: cache.digest(file) for file in files})


def _commit(name: str, revision: str, cache: Cache) -> str:
    if _COMMIT.fullmatch(revision):
        return revision
    hub = require("huggingface_hub", extra="ctranslate2", user="translator 'ctranslate2'")
    try:
        commit = str(hub.HfApi().model_info(name, revision=revision).sha)
    except Exception as error:
        known = cache.commit(name, revision) or _in_hub_cache(hub, name, revision)
        if known is None:
            raise _unreachable(hub, name, error) from error
        return known
    cache.remember(name, revision, commit)
    return commit


def _in_hub_cache(hub: Any, name: str, revision: str) -> str | None:
    found = hub.try_to_load_from_cache(name, "config.json", revision=revision)
    return Path(found).parent.name if isinstance(found, str) else None


def _listed(hub: Any, source: ModelSource) -> list[str]:
    try:
        return list(hub.HfApi().list_repo_files(source.name, revision=source.revision))
    except Exception:  # offline: what lies in the Hub's cache decides
        folder = hub.snapshot_download(source.name, revision=source.revision, local_files_only=True)
        return [file.name for file in Path(folder).iterdir()]


def _unreachable(hub: Any, name: str, error: Exception) -> Exception:
    errors = hub.errors
    if isinstance(error, errors.RepositoryNotFoundError | errors.RevisionNotFoundError):
        return ConfigError(
            f"translate.model: {name!r} is neither a folder here nor a model on the Hub that this "
            f"account may read ({error.__class__.__name__})"
        )
    if isinstance(error, errors.HFValidationError):
        return ConfigError(f"translate.model: {name!r} is no Hub id: {error}")
    return RetryableError(
        f"translate.model: {name!r} is no folder here, and the Hub cannot be reached "
        f"({error.__class__.__name__}: {str(error).splitlines()[0] if str(error) else ''})"
    )
