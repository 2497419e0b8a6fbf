"""Where a run keeps its files: the work folder beside the dataset."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

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
        """The layout that a configuration asks for."""
        dataset = Path(config.publish.path or "out/dataset")
        work = config.run.work_path
        return cls(dataset, Path(work) if work else dataset.with_name(dataset.name + ".work"))
