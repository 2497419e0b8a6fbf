"""Opening a `datasets` dataset: by hub id, from a folder or from files."""

from __future__ import annotations

import glob
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spanferry.data.errors import ConfigError
from spanferry.data.readers.files import find_files, is_url, near_names
from spanferry.data.readers.hf_settings import DatasetsSettings

BUILDERS = {
    ".parquet": "parquet",
    ".json": "json",
    ".jsonl": "json",
    ".csv": "csv",
    ".arrow": "arrow",
}
HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")
#: What `Dataset.save_to_disk` and `DatasetDict.save_to_disk` leave behind.
SAVED = ("state.json", "dataset_dict.json")
_BATCH = 1_000


def load(settings: DatasetsSettings) -> dict[str, Any]:
    """The datasets by split, memory-mapped.

    Raises:
        ConfigError: there is no such dataset, configuration or split, or it cannot be read.
    """
    import datasets

    try:
        found = _load(settings)
    except (OSError, ValueError, datasets.exceptions.DatasetsError) as error:
        where = f", configuration {settings.config!r}" if settings.config else ""
        hint = ""
        if isinstance(settings.path, str) and not Path(settings.path).exists():
            hint = "; there is no such folder or file either" + near_names(Path(settings.path))
        raise ConfigError(
            f"the dataset {settings.path!r}{where} cannot be loaded: {error}{hint}"
        ) from error
    except IndexError as error:  # datasets 5.2 cannot load what it saves of an empty dataset
        raise ConfigError(f"the dataset {settings.path!r} has a split without rows") from error
    if isinstance(found, datasets.Dataset):
        found = {str(found.split or "train"): found}
    by_name: dict[str, Any] = {str(name): one for name, one in found.items()}
    wanted = [settings.split] if isinstance(settings.split, str) else settings.split
    for name in wanted or ():
        if name not in by_name:
            raise ConfigError(
                f"split {name!r}: the dataset {settings.path!r} has {', '.join(by_name)}"
            )
    return {name: by_name[name] for name in wanted} if wanted else by_name


def hash_rows(dataset: Any) -> str:
    """A hash of the rows and their features, wherever the dataset lies and came from.

    `datasets`' own fingerprint holds the time of the cached file, so that each download would
    look new.
    """
    import pyarrow as pa

    features = json.dumps(dataset.features.to_dict(), sort_keys=True, default=str)
    total = hashlib.blake2b(features.encode(), digest_size=16)
    for table in dataset.with_format("arrow").iter(_BATCH):
        sink = pa.BufferOutputStream()
        plain = table.combine_chunks().replace_schema_metadata(None)
        with pa.ipc.new_stream(sink, plain.schema) as writer:
            writer.write_table(plain)
        total.update(sink.getvalue())
    return total.hexdigest()


def _load(settings: DatasetsSettings) -> Any:
    import datasets

    path = settings.path
    if isinstance(path, str):
        folder = Path(path).expanduser()
        if folder.is_dir():
            if any((folder / name).exists() for name in SAVED):
                return datasets.load_from_disk(str(folder))
            return datasets.load_dataset(str(folder), name=settings.config)
        if _may_be_hub_id(path, folder):
            return datasets.load_dataset(path, name=settings.config, revision=settings.revision)
    return _load_files(path)


def _load_files(path: str | list[str] | Mapping[str, Any]) -> Any:
    import datasets

    files = {split: [file.path for file in found] for split, found in find_files(path).items()}
    endings = {ending_of(name) for names in files.values() for name in names}
    builder = BUILDERS.get(endings.pop()) if len(endings) == 1 else None
    if builder is None:
        raise ConfigError(
            f"{path!r}: the files of a dataset must all be of one kind: {', '.join(BUILDERS)}"
        )
    return datasets.load_dataset(builder, data_files=files)


def ending_of(name: str) -> str:
    """The ending that tells the kind of a file, `.json` of `a.json.gz`."""
    path = Path(name)
    return Path(path.stem).suffix if path.suffix in (".gz", ".bz2", ".xz") else path.suffix


def _may_be_hub_id(path: str, here: Path) -> bool:
    if here.exists() or is_url(path) or glob.has_magic(path) or ending_of(path) in BUILDERS:
        return False
    return HUB_ID.fullmatch(path) is not None and not path.startswith(".")
