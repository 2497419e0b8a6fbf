"""Where a run keeps its files: the work folder beside the dataset."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from spanferry.data.errors import ConfigError
from spanferry.data.locking import LOCK
from spanferry.data.publish.folder import read_manifest
from spanferry.flows.config import BaseConfig


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders of a run.

    <dataset>/                        what is published
    <work>/manifest.jsonl             what is done
    <work>/read-<fingerprint>/        the source as shards, and its index
    <work>/<target>/<stage>/<split>-00000-<fingerprint>.parquet   the columns that a stage added
    """

    dataset: Path
    work: Path

    @classmethod
    def of(cls, config: BaseConfig) -> Layout:
        """The layout that a configuration asks for.

        Raises:
            ConfigError: a path cannot be a folder of ours: the root, the working directory, or one
                of the two inside the other.
        """
        dataset = Path(config.publish.path or "out/dataset").expanduser()
        whole = dataset.resolve()
        if whole in (Path.cwd(), Path(whole.anchor)):
            raise ConfigError(f"publish.path: {dataset} must be a folder of its own")
        given = config.run.work_path
        work = Path(given).expanduser() if given else dataset.with_name(whole.name + ".work")
        if work.resolve().is_relative_to(whole) or whole.is_relative_to(work.resolve()):
            raise ConfigError(f"run.work_path: {work} and publish.path: {dataset} must lie apart")
        return cls(dataset, work)

    def check(self) -> None:
        """Refuse now what would fail, or harm, in the end; nothing is written.

        Raises:
            ConfigError: a folder holds somebody else's files, or cannot be written.
        """
        read_manifest(self.dataset)
        if self.work.is_dir():
            names = sorted(each.name for each in self.work.iterdir())
            if names and LOCK not in names:
                listed = ", ".join(names[:5])
                raise ConfigError(
                    f"run.work_path: {self.work} holds files that spanferry did not write "
                    f"({listed}); give an empty folder or a new one"
                )
        for key, path in (("publish.path", self.dataset), ("run.work_path", self.work)):
            place = path
            while not place.exists() and place != place.parent:
                place = place.parent
            if not place.is_dir() or not os.access(place, os.W_OK):
                raise ConfigError(f"{key}: {path} cannot be made: {place} is no writable folder")
