"""What a distillation leaves beside the model, as data: `distil.json`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from spanferry.translators.distil.settings import StudentReport

#: Name of the report in the model's folder. The folder comes as a whole: one that has it is done.
REPORT = "distil.json"


class Sample(BaseModel):
    """A sentence that was held out, and both translations."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    teacher: str
    student: str | None = Field(description="null where the student gave none")


class LinkFigures(BaseModel):
    """The student's links beside the aligner's, on the teacher's translations.

    Attributes:
        pairs: held-out pairs that have links and fit the student.
        student, aligner: links of each.
        aer: alignment error rate of the student's, the aligner's counted as sure (Och and Ney
            2003); 0 is best.
        precision: share of the student's that are the aligner's too.
        recall: share of the aligner's that are the student's too.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    pairs: int
    student: int
    aligner: int
    aer: float
    precision: float
    recall: float


class Figures(BaseModel):
    """How good and how fast the converted student is on the pairs that were held out.

    Attributes:
        sentences: source texts.
        chrf, bleu: of the student's translations against the teacher's, 0 to 100; a text that it
            did not translate counts as an empty translation.
        signatures: how sacrebleu computed them.
        same: share of the translations that are the teacher's to the letter.
        failed: source texts without a translation, by reason.
        seconds: for all of them, the model loaded before.
        engine: what translated (model, library, arithmetic, device).
        beam_size: of the search.
        cores: processors that there were for it.
        links: None where the pairs have no links.
        bytes: size of the files of the model, by name.
        samples: sentences from all over the held-out text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sentences: int
    chrf: float
    bleu: float
    signatures: dict[str, str]
    same: float
    failed: dict[str, int]
    seconds: float
    engine: str
    beam_size: int
    cores: int
    links: LinkFigures | None
    bytes: dict[str, int]
    samples: tuple[Sample, ...]

    @property
    def speed(self) -> float:
        """Source texts a second."""
        return self.sentences / self.seconds if self.seconds else 0.0


class Teaching(BaseModel):
    """What the teacher translated.

    Attributes:
        texts: how many.
        seconds: of all shards together, of which `workers` were at work at the same time.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    texts: int
    seconds: float
    workers: int

    @property
    def speed(self) -> float:
        """Texts a second, about: as if all workers had been at work all the time."""
        return self.texts * self.workers / self.seconds if self.seconds else 0.0


class DistilReport(BaseModel):
    """Everything that the card tells, as data.

    Attributes:
        version: of spanferry.
        source, target: languages.
        ingredients: the configuration, key by key, and hashes of the files that it names; another
            set is another student.
        pairs: what `facts.json` of the pairs says: counts, teacher, files.
        teaching: how fast the teacher was; None where all translations were given.
        student: how it was trained.
        figures: how good it is.
        licence: as configured.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: str
    source: str
    target: str
    ingredients: Mapping[str, str]
    pairs: Mapping[str, Any]
    teaching: Teaching | None
    student: StudentReport
    figures: Figures
    licence: str | None

    @classmethod
    def load(cls, folder: Path) -> DistilReport | None:
        """The report in a model's folder; None if there is none that can be read."""
        try:
            return cls.model_validate_json((folder / REPORT).read_text("utf-8"))
        except (OSError, ValueError):
            return None
