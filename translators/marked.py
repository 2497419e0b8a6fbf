"""Translation of texts whose spans are marked: the marks say where the spans went.

The published way of marker-based projection (EasyProject, Chen et al., 2023; LabelPigeon): what is
left of the translation once its marks are taken out is the translation. Marks make a model
translate worse; how much worse is told where it can score.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ConfigDict, Field, model_validator

from spanferry.data.backends import BackendInfo
from spanferry.data.errors import ConfigError
from spanferry.data.fingerprint import fingerprint
from spanferry.data.markers.forms import FormName, Template, form
from spanferry.data.records import Record
from spanferry.data.sentences import Newlines
from spanferry.translators.base import Scorer, TranslatedRecord, Translation
from spanferry.translators.composed import (
    ComposedTranslator,
    blame,
    check_leg_targets,
)
from spanferry.translators.legs import ComposedSettings, Leg, leg
from spanferry.translators.marked_sentences import Sentence, cut, put_together
from spanferry.translators.strings import StringTranslator, string_translator


class MarkedTranslatorSettings(ComposedSettings):
    """Settings of the backend `marked`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    through: Leg = Field(
        default_factory=leg, description="backend and settings that translate the marked texts"
    )
    form: FormName | Template = Field(
        "brackets",
        description="how spans are marked: brackets [...], xml <a>...</a>, tags <s1>...</s1>, "
        "numbered [1] ... [/1], or {open: ..., close: ...} with {a} for a letter or {1} for a "
        "number that tells the spans apart; a text that holds such signs itself gets another form",
    )
    compare: bool = Field(
        True,
        description="also translate without marks, and tell what the marks cost; only where the "
        "backend can score",
    )
    max_cost: float | None = Field(
        None,
        ge=0,
        description="a sentence whose marks cost more (mean log-probability a token of the plain "
        "translation minus that of the one that was marked) is taken without them, and its spans "
        "are left to other methods",
    )
    marks_at_once: int = Field(
        26, ge=1, description="spans of a sentence that are marked; further ones are not"
    )

    @model_validator(mode="after")
    def _compared(self) -> MarkedTranslatorSettings:
        if self.max_cost is not None and not self.compare:
            raise ValueError("max_cost needs compare: true")
        return self


class MarkedTranslator(ComposedTranslator):
    """Any backend, with marks round the spans of each text.

    - The text is cut into sentences, and spans are marked in each. A span over a sentence's end is
      marked in both, and its parts become one again; a span that is a whole sentence needs no
      marks. Equal sentences are translated once.
    - In forms without keys (`brackets`) spans that overlap cannot be told apart: the outer one is
      marked, and the other is left to other methods. Which phrase is which span is decided by the
      translations of the spans alone, all together.
    - A sentence of which no mark came through, or that failed, or whose marks cost more than
      `max_cost`, is translated without marks.
    - `marks` tells where the spans went in the translation; those that are not in it were lost.
    - `marker_cost` is what the marks cost over the text: the mean of its sentences' costs, by the
      length of their translations. None where the leg cannot score, or nothing was marked.
    - The score of a sentence is that of its text without marks where that was asked for, else what
      the leg told. Alternatives are those of sentences without marks.

    Raises:
        ConfigError: the leg refuses its languages, or looks translations up; `max_cost` is set
            and the leg cannot score.
    """

    NAME = "marked"
    CODE_VERSION = "1"
    #: Says that translations come with `marks`; the manifest of a build tells what they cost.
    MAKES_MARKS = True
    Settings = MarkedTranslatorSettings
    REQUIRES = ()

    def __init__(
        self, settings: MarkedTranslatorSettings, *, source_language: str, target_language: str
    ) -> None:
        self.settings = settings
        self.source_language, self.target_language = source_language, target_language
        self.form = form(settings.form)
        super().__init__({"through": (settings.through, source_language, target_language)})
        self._leg: Any = self._legs["through"]
        with blame("through"):
            self._texts: StringTranslator = string_translator(self._leg)
        self._scorer = self._leg if isinstance(self._leg, Scorer) else None
        if self._scorer is not None:
            self.score = self._scorer.score
        elif settings.max_cost is not None:
            raise ConfigError(
                f"translate.max_cost: the backend {self._leg.info.name!r} cannot tell how probable "
                "a translation is"
            )

    @classmethod
    def check_targets(cls, settings: MarkedTranslatorSettings, targets: Sequence[str]) -> None:
        """Check that the leg can serve all targets.

        Raises:
            ConfigError: it cannot.
        """
        check_leg_targets("through", settings.through, targets)

    @property
    def info(self) -> BackendInfo:
        """The leg's revision and licence, and how spans are marked."""
        found = super().info
        own = self.settings.model_dump(mode="json", exclude={"through"})
        mark = fingerprint(settings={name: own[name] for name in sorted(own) if name != "backend"})
        return replace(found, revision=f"{found.revision}/{mark[:12]}")

    def translate_records(
        self, records: Sequence[Record], rows: Sequence[int], split: str
    ) -> list[TranslatedRecord]:
        """See `Translator.translate_records`."""
        newlines: Newlines = getattr(self._leg, "newlines", "line")
        texts = [
            cut(record, self.source_language, self.form, self.settings.marks_at_once, newlines)
            for record in records
        ]
        answers = _Answers(self._texts)
        sentences = [sentence for text in texts for sentence in text]
        marked = [sentence for sentence in sentences if sentence.marked is not None]
        compared = self.settings.compare and self._scorer is not None
        answers.ask(
            [
                *(s.marked.text for s in marked if s.marked is not None),
                *(s.source for s in sentences if s.marked is None or compared),
                *(side for record in records for side in record.side_texts.values()),
            ]
        )
        for sentence in marked:
            sentence.take(answers.once(sentence.asked), self.target_language)
        answers.ask([part for sentence in marked for part in sentence.parts_wanted()])
        for sentence in marked:
            sentence.settle({part: answers.once(part) for part in sentence.parts_wanted()})
        answers.ask([sentence.source for sentence in sentences if not sentence.usable])
        for sentence in sentences:
            if compared or not sentence.usable:
                sentence.plain = answers.once(sentence.source)
        if compared:
            self._compare(marked)
        found = []
        for record, own in zip(records, texts, strict=True):
            sides = {name: answers.once(side) for name, side in record.side_texts.items()}
            found.append(put_together(record, own, sides))
        return found

    def _compare(self, sentences: Iterable[Sentence]) -> None:
        """Tell sentences what their marks cost; those that cost too much give them up."""
        assert self._scorer is not None
        rivals = [(s, s.plain.text) for s in sentences if s.usable and s.plain and s.plain.text]
        pairs = dict.fromkeys(
            (s.source, text) for s, plain in rivals for text in (s.stripped, plain)
        )
        scores = self._scorer.score([a for a, _ in pairs], [b for _, b in pairs]) if pairs else []
        known = dict(zip(pairs, scores, strict=True))
        for s, plain in rivals:
            s.weigh(known[s.source, plain], known[s.source, s.stripped], self.settings.max_cost)


class _Answers:
    """What the leg said; each text is asked for once, and paid for once."""

    def __init__(self, translator: StringTranslator) -> None:
        self._translator = translator
        self._known: dict[str, Translation] = {}

    def ask(self, texts: Sequence[str]) -> None:
        """Translate those that are not known yet."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if new:
            self._known.update(zip(new, self._translator.translate_texts(new), strict=True))

    def once(self, text: str) -> Translation:
        """A translation; only the first time with what it cost."""
        found = self._known[text]
        if found.usage is not None:
            self._known[text] = replace(found, usage=None)
        return found
