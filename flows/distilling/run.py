"""What `spanferry distil` does: pairs, a student, its conversion, its figures, its card."""

from __future__ import annotations

import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from spanferry.data.errors import ConfigError
from spanferry.data.files import flush, write_text
from spanferry.data.locking import exclusive
from spanferry.data.training.state import Progress
from spanferry.flows.distilling.card import model_card
from spanferry.flows.distilling.config import DistilConfig
from spanferry.flows.distilling.corpus import make_pairs
from spanferry.flows.distilling.ingredients import (
    PAIRS,
    claim,
    differing,
    ingredients,
    refusal,
)
from spanferry.flows.distilling.measure import measure
from spanferry.flows.distilling.pace import teaching
from spanferry.flows.distilling.report import REPORT, DistilReport
from spanferry.flows.pipeline import Watcher
from spanferry.translators.distil.export import export
from spanferry.translators.distil.pairs import PairStore
from spanferry.translators.distil.settings import StudentReport
from spanferry.translators.distil.train import checkpoint, train_student

CARD = "README.md"
#: In the work folder: the checkpoint, and the converted model until it is whole.
STUDENT, MODEL = "student", "model"


class Witness(Watcher, Protocol):
    """Is told how far the work has come."""

    def update(self, progress: Progress) -> None:
        """The training has come so far; its score is 100 less chrF."""
        ...

    def say(self, text: str) -> None:
        """A step is done."""
        ...


def distil(config: DistilConfig, progress: Witness) -> DistilReport:
    """Make a student as a configuration asks for; the same call goes on where a killed one stopped.

    Work is kept in `config.work`, beside the output. The output appears as a whole, by one rename;
    one that is there already, of the same ingredients, is left alone but for the licence on its
    card.

    Raises:
        ConfigError, InputError: a file, a backend or a setting is wrong; the output holds something
            else, or a student of other ingredients; another process is at work on it.
        MissingExtraError: torch, transformers or ctranslate2 is not installed.
        RetryableError: the teacher, or the machine's memory or disk, failed for now.
    """
    made_of = ingredients(config)
    done = _finished(config, made_of, progress)
    if done is not None:
        return done
    with exclusive(config.work):
        done = _finished(config, made_of, progress)  # by another process, in the meantime
        if done is not None:
            return done
        claim(config.work, made_of)
        pairs = make_pairs(config, config.work, progress)
        made_of = {**made_of, PAIRS: pairs.digest}
        claim(config.work, made_of)
        taught = teaching(config, config.work)  # now: the texts may be gone when training ends
        progress.say(_told_pairs(pairs))
        student = train_student(
            pairs,
            config.student,
            config.settings,
            config.work / STUDENT,
            source=config.source,
            target=config.target,
            progress=progress.update,
        )
        progress.say(_told_student(student))
        shutil.rmtree(config.work / MODEL, ignore_errors=True)
        made = config.work / MODEL / config.output.name  # which the figures call it by
        export(checkpoint(config.work / STUDENT), made, config.source, config.target)
        report = DistilReport(
            version=version("spanferry"),
            source=config.source,
            target=config.target,
            ingredients=made_of,
            pairs=pairs.facts,
            teaching=taught,
            student=student,
            figures=measure(made, pairs, source=config.source, target=config.target),
            licence=config.licence,
        )
        _write(report, made)
        _publish(made, config.output)
    return report


def _finished(
    config: DistilConfig, made_of: dict[str, str], progress: Witness
) -> DistilReport | None:
    """The report of the output, if there is one; None where it is still to be made.

    Raises:
        ConfigError: the output is something else, or of other ingredients.
    """
    out = config.output
    if not out.name or out.is_symlink():
        raise ConfigError(f"output: {str(out)!r} is no folder of its own; name one, or a new one")
    names = sorted(each.name for each in out.iterdir()) if out.exists() else []
    if not names:
        return None
    known = DistilReport.load(out)
    if known is None:
        raise ConfigError(
            f"output: {out} holds other files ({', '.join(names[:5])}) and no {REPORT} that this "
            "version can read; name an empty or a new folder"
        )
    apart = differing(known.ingredients, made_of)
    if apart:
        raise refusal(out, apart, "delete this one to distil anew")
    if known.licence != config.licence:
        known = known.model_copy(update={"licence": config.licence})
        _write(known, out)
        progress.say(f"the licence on the card of {out} is changed; nothing else had to be done")
    else:
        progress.say(f"nothing had to be done: {out} is finished")
    return known


def _write(report: DistilReport, folder: Path) -> None:
    write_text(model_card(report), folder / CARD)
    write_text(report.model_dump_json(indent=1) + "\n", folder / REPORT)


def _publish(made: Path, out: Path) -> None:
    """Move a folder to its place, whole, once all of it is on disk."""
    for path in (*made.iterdir(), made):
        flush(path)
    out.parent.mkdir(parents=True, exist_ok=True)
    made.replace(out)  # takes the place of an empty folder
    flush(out.parent)


def _told_pairs(pairs: PairStore) -> str:
    apart = pairs.facts["held_out"]
    links = "with links" if pairs.has_links else "without links"
    return f"{pairs.count:,} pairs to learn from, {links}, and {apart:,} to judge by"


def _told_student(student: StudentReport) -> str:
    done = f"{student.steps:,} of {student.planned_steps:,} updates"
    return (
        f"{done} of {student.parameters:,} weights; chrF {student.chrf:.1f} at update "
        f"{student.kept_step:,}, which is kept"
    )
