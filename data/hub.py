"""Models of the Hub: the commit that a name stands for, and its files."""

from __future__ import annotations

import glob
import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanferry.data.backends import require
from spanferry.data.cache import Cache, disk_error
from spanferry.data.errors import ConfigError, RetryableError
from spanferry.data.readers.files import near_names


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants a model, for error messages.

    Args:
        key: the key of the configuration that names the model (`translate.model`).
        extra: the extra that installs what is needed.
        user: what needs it (`translator 'ctranslate2'`).
    """

    key: str
    extra: str
    user: str

    @property
    def revision_key(self) -> str:
        """The key of the revision, beside that of the model."""
        return ".".join([*self.key.split(".")[:-1], "revision"])


_COMMIT = re.compile(r"[0-9a-f]{40}")
#: Answers by which a server says "later": request time-out, too early, too many requests.
_LATER = (408, 425, 429)


def commit(name: str, revision: str, cache: Cache, asker: Asker) -> str:
    """The commit of a branch or tag, asked of the Hub, or recalled when it gives no answer.

    Raises:
        ConfigError: the Hub has no such model or revision, or must not be asked.
        RetryableError: the Hub cannot be reached, and the model was never used here.
    """
    if _COMMIT.fullmatch(revision):
        return revision
    hub = _library(asker)
    try:
        wait = hub.constants.HF_HUB_ETAG_TIMEOUT
        found = str(hub.HfApi().model_info(name, revision=revision, timeout=wait).sha)
    except Exception as error:
        problem = _problem(hub, name, revision, error, asker)
        if isinstance(error, hub.errors.HFValidationError):
            raise problem from error
        known = cache.commit(name, revision)
        folder = None if known else _cached_folder(hub, name, revision)
        known = folder.name if folder else known
        if known is None:
            raise problem from error
        if not isinstance(error, hub.errors.OfflineModeIsEnabled):  # that the user asked for
            logging.getLogger("spanferry").warning(
                "%s; going on with commit %s, which %r was when last asked for",
                problem, known[:12], revision,
            )  # fmt: skip
        return known
    cache.remember(name, revision, found)
    return found


def names(
    name: str, commit: str, enough: Callable[[Sequence[str]], object], asker: Asker
) -> list[str]:
    """The files of a repository; without the Hub, those that were downloaded, if they are enough.

    Raises:
        ConfigError, RetryableError: as `commit`.
    """
    hub = _library(asker)
    try:
        return list(hub.HfApi().list_repo_files(name, revision=commit))
    except Exception as error:
        folder = _cached_folder(hub, name, commit)
        found = [file.name for file in folder.iterdir() if file.is_file()] if folder else []
        if not enough(found):
            raise _problem(hub, name, commit, error, asker) from error
        return found


def download(name: str, commit: str, files: Sequence[str], asker: Asker) -> Path:
    """Download files into the Hub's own cache; those that are there are not asked for again.

    Raises:
        ConfigError, RetryableError: as `commit`; or the cache cannot be written.
    """
    hub = _library(asker)
    folder = _cached_folder(hub, name, commit)
    if folder is not None and all((folder / file).is_file() for file in files):
        return folder
    patterns = [glob.escape(file) for file in files]
    try:
        return Path(hub.snapshot_download(name, revision=commit, allow_patterns=patterns))
    except Exception as error:
        raise _problem(hub, name, commit, error, asker) from error


def _library(asker: Asker) -> Any:
    """`huggingface_hub`; its `errors` and `constants` are loaded only when they are named."""
    for module in ("huggingface_hub.errors", "huggingface_hub.constants", "huggingface_hub"):
        library = require(module, extra=asker.extra, user=asker.user)
    return library


def _cached_folder(hub: Any, name: str, revision: str) -> Path | None:
    """The folder of a commit, branch or tag in the Hub's cache."""
    found = hub.try_to_load_from_cache(name, "config.json", revision=revision)
    return Path(found).parent if isinstance(found, str) else None


def _problem(hub: Any, name: str, revision: str, error: Exception, asker: Asker) -> Exception:
    """What the user is told of an error of the Hub's library."""
    errors = hub.errors
    start = f"{asker.key}: {name!r} "
    first = (str(error).strip().splitlines() or [""])[0].strip()
    said = f"{error.__class__.__name__}: {first}" if first else error.__class__.__name__
    hint = near_names(Path(name))
    hint = hint if hint.startswith("; there is: ") else ""
    if isinstance(error, errors.HFValidationError):
        return ConfigError(f"{start}is neither a folder here nor a Hub id: {first}{hint}")
    if isinstance(error, errors.OfflineModeIsEnabled):
        return ConfigError(
            f"{start}is no folder here, was never downloaded, and HF_HUB_OFFLINE forbids to ask "
            f"the Hub{hint}"
        )
    if isinstance(error, errors.GatedRepoError):
        return ConfigError(
            f"{start}is gated: accept its terms on its page and set HF_TOKEN to a token of yours"
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return ConfigError(
            f"{asker.revision_key}: {name!r} has no branch, tag or commit {revision!r} on the Hub"
        )
    if isinstance(error, errors.RepositoryNotFoundError):
        return ConfigError(
            f"{start}is neither a folder here nor a model on the Hub that this account may read "
            f"(private ones need HF_TOKEN){hint}"
        )
    status = getattr(getattr(error, "response", None), "status_code", 0)
    if 400 <= status < 500 and status not in _LATER:
        return ConfigError(f"{start}is refused by the Hub ({said})")
    full = disk_error(error)
    if full is not None:
        return full(
            f"{start}cannot be downloaded to {hub.constants.HF_HUB_CACHE!r} (HF_HOME): {first}"
        )
    return RetryableError(f"{start}is no folder here, and the Hub cannot be reached ({said}){hint}")
