"""SQuAD JSON, versions 1.1 and 2.0: questions with their answers inside a context.

    {"version": "v2.0", "data": [{"title": "...", "paragraphs": [{"context": "...", "qas": [
        {"id": "1", "question": "...", "is_impossible": false,
         "answers": [{"text": "...", "answer_start": 17}]}]}]}]}

(Rajpurkar et al. 2016; Rajpurkar, Jia and Liang 2018.) A record is a question: its text is the
context, the question a side text, the answers spans with the label `ANSWER`. Answers that several
people gave alike are one span, whose attribute `count` says how many did. A question without an
answer is a record without spans. Where a file has questions that are marked as impossible,
`labels["answerable"]` says `yes` or `no` of each of its records. The title and all further fields,
`plausible_answers` among them, go to `meta`.

The text of an answer decides: where another text stands at `answer_start`, the answer is looked
for (`squad_answers`), and its attribute `answer_start` keeps the number that was given.

Bad questions: `bad_field` (one is missing or of the wrong type), `bad_answer` (its text is not
found, or it contradicts `is_impossible`), `bad_unicode`, and those of `records.validate`. A
paragraph or an article that is none is one bad record. A file that is no such JSON, or breaks off,
is `bad_file`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import Field

from spanferry.data.errors import InputError
from spanferry.data.readers import jsonl_fields as fields
from spanferry.data.readers.base import Read, ReaderSettings, attempt, failure
from spanferry.data.readers.file_reader import FileReader
from spanferry.data.readers.files import SourceFile, read_lines
from spanferry.data.readers.squad_answers import answers_of
from spanferry.data.readers.squad_file import articles
from spanferry.data.records import Record

#: Stands for a true mark of an impossible question; in a string its quotes would be escaped.
_IMPOSSIBLE = re.compile(r'"is_impossible"\s*:\s*true\b')


class SquadSettings(ReaderSettings):
    """Settings of the reader `squad`."""

    reader: Literal["squad"] = "squad"
    label: str = Field(default="ANSWER", min_length=1, description="Label of the answers.")
    question: str = Field(
        default="question", min_length=1, description="Name of the side text with the question."
    )


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """Where a paragraph stands, and what all its questions share."""

    place: str
    context: str
    meta: Mapping[str, Any]
    answerable: bool  # whether records say so


class SquadReader(FileReader):
    """SQuAD JSON 1.1 and 2.0: a record a question, the context its text."""

    Settings: ClassVar[type[ReaderSettings]] = SquadSettings

    def __init__(self, settings: SquadSettings) -> None:
        super().__init__(settings)
        self.settings = settings

    def read_file(self, file: SourceFile) -> Iterator[Read]:
        """The questions of a file.

        Raises:
            InputError: `bad_file`.
        """
        try:
            text = "\n".join(line.decode("utf-8") for line in read_lines(file.path))
        except UnicodeDecodeError as error:
            what = f"byte 0x{error.object[error.start]:02x} is not UTF-8"
            raise InputError("bad_file", what, origin=file.path) from None
        answerable = _IMPOSSIBLE.search(text) is not None
        number = 0
        for at, article in enumerate(articles(text, file.path)):
            for read in self._article(article, f"data[{at}]", file, answerable, number):
                number += 1
                yield read

    def _article(
        self, article: Any, place: str, file: SourceFile, answerable: bool, number: int
    ) -> Iterator[Read]:
        """The questions of an article, of which `number` came before."""
        try:
            given = dict(fields.object_of(article, place))
            paragraphs = fields.list_of(given.pop("paragraphs", None), f"{place}.paragraphs")
        except InputError as error:
            yield _failed(error, article, place, file)
            return
        for at, one in enumerate(paragraphs):
            where = f"{place}.paragraphs[{at}]"
            try:
                rest = dict(fields.object_of(one, where))
                questions = fields.list_of(rest.pop("qas", None), f"{where}.qas")
                context = fields.text_of(rest.pop("context", None), f"{where}.context")
            except InputError as error:
                yield _failed(error, one, where, file)
                number += 1
                continue
            paragraph = _Paragraph(where, context, {**given, **rest}, answerable)
            for k, question in enumerate(questions):
                number += 1
                yield self._question(
                    question, f"{where}.qas[{k}]", paragraph, file, f"{file.prefix}-{number}"
                )

    def _question(
        self, value: Any, place: str, paragraph: _Paragraph, file: SourceFile, id: str
    ) -> Read:
        return attempt(
            f"{file.name}:{place}",
            lambda: _shown({"context": paragraph.context, "qas": [value]}),
            lambda: self._record(value, place, paragraph, id),
            at=f"{file.path}:{place}",
        )

    def _record(self, value: Any, place: str, paragraph: _Paragraph, default_id: str) -> Record:
        _refuse_surrogates(value)
        given = dict(fields.object_of(value, place))
        id = given.pop("id", None)
        question = fields.text_of(given.pop("question", None), "question")
        impossible = given.pop("is_impossible", None)
        if not isinstance(impossible, bool | None):
            shown = fields.show(impossible)
            raise InputError("bad_field", f"'is_impossible' must be true or false, not {shown}")
        spans = answers_of(given.pop("answers", None), paragraph.context, self.settings.label)
        if impossible is not None and impossible == bool(spans):
            what = "is marked as impossible, but has" if spans else "is not impossible, but lacks"
            raise InputError("bad_answer", f"the question {what} an answer")
        return Record(
            id=default_id if id is None else fields.id_of(id, "id"),
            text=paragraph.context,
            language=self.settings.language,
            spans=spans,
            labels={"answerable": "yes" if spans else "no"} if paragraph.answerable else {},
            side_texts={self.settings.question: question},
            meta={**paragraph.meta, **given},
        )


def _failed(error: InputError, value: Any, place: str, file: SourceFile) -> Read:
    """The item for an article or a paragraph that has no questions to speak of."""
    origin, at = f"{file.name}:{place}", f"{file.path}:{place}"
    return failure(error.reason, error.detail, origin=origin, raw=_shown(value), at=at)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _refuse_surrogates(value: Any) -> None:
    try:
        _shown(value).encode("utf-8")
    except UnicodeEncodeError as error:
        code = ord(error.object[error.start])
        raise InputError("bad_unicode", f"a lone surrogate, \\u{code:04x}") from None
