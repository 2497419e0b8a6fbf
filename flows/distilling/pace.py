"""How fast the teacher was, as the manifest of the work folder tells."""

from __future__ import annotations

from pathlib import Path

from spanferry.data.manifest import Manifest
from spanferry.flows.distilling.config import DistilConfig
from spanferry.flows.distilling.report import Teaching
from spanferry.flows.distilling.teaching import Teacher, translations_path
from spanferry.flows.distilling.texts import TextReader
from spanferry.flows.pipeline import worker_count


def teaching(config: DistilConfig, work: Path) -> Teaching | None:
    """The texts that the teacher translated for this corpus and the time that it took.

    Returns:
        None where it translated none.
    """
    if config.teacher is None or not config.texts:
        return None
    teacher, manifest = Teacher(config), Manifest(work)
    known = {entry.key: entry for entry in manifest.find("teach/")}
    keys = [
        f"teach/{translations_path(work, shard, teacher).stem}"
        for shard in TextReader(config).read(manifest).shards
        if not shard.taught
    ]
    entries = [known[key] for key in keys if key in known]
    if not entries:
        return None
    return Teaching(
        texts=sum(entry.rows for entry in entries),
        seconds=round(sum(entry.seconds for entry in entries), 3),
        workers=min(worker_count(config.run.workers), len(entries)),
    )
