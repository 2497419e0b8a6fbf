"""The phrases to look for, of all spans of a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spanferry.data.records import Span
from spanferry.projection.base import ProjectionInput
from spanferry.projection.methods.proposals import Query
from spanferry.projection.methods.translate_match.asking import question, read_answer
from spanferry.projection.methods.translate_match.in_context import common_phrases, contexts
from spanferry.projection.methods.translate_match.settings import Origin, TranslateMatchSettings
from spanferry.projection.methods.translate_match.words import words_of
from spanferry.projection.services import PromptServer, Services, TextTranslator

#: Letters of the longest stop word that counts as an article, as `einen` (lists of stop words hold
#: much else).
LONGEST_ARTICLE = 5
#: Words from which on a span is a clause rather than a phrase.
LONG = 6


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that may stand for a span in the translation.

    Args:
        text: the words.
        origin: where they come from.
        rank: how many better ones of the same origin there are.
    """

    text: str
    origin: Origin
    rank: int = 0


class Phrases:
    """Asks the models that the settings name; each text, and each question, once a batch."""

    def __init__(self, settings: TranslateMatchSettings, services: Services) -> None:
        self.settings = settings
        self._translator: TextTranslator | None = None
        self._server: PromptServer | None = None
        if {"alone", "in_context"} & set(settings.sources):
            self._translator = services.translator("translator")
        if "server" in settings.sources:
            self._server = services.server("server")

    @property
    def models(self) -> Mapping[str, Any]:
        """The models in use, by name."""
        both = {"translator": self._translator, "server": self._server}
        return {name: model for name, model in both.items() if model is not None}

    def of(self, queries: Sequence[Query]) -> list[list[Phrase]]:
        """The phrases of each query, in the order of the sources; none may be blank."""
        spans = [_covered(query) for query in queries]
        around = [
            contexts(query.item, query.span, self.settings.context_words)
            if "in_context" in self.settings.sources
            else ("", "")
            for query in queries
        ]
        translated = self._translated(spans, around)
        answers = self._answers(queries)
        found: list[list[Phrase]] = []
        for number, (span, (before, after)) in enumerate(zip(spans, around, strict=True)):
            texts: dict[Origin, list[str]] = {
                "alone": translated.get(span, []),
                "in_context": common_phrases(
                    queries[number].item,
                    span,
                    translated.get(before, []),
                    translated.get(after, []),
                )[: self.settings.alternatives],
                "server": answers[number],
                "source": [span],
            }
            query = queries[number]
            found.append(
                [
                    Phrase(text, origin, rank)
                    for origin in self.settings.sources
                    for rank, text in enumerate(
                        bare(query.item, query.span, one) for one in texts[origin]
                    )
                    if text.strip()
                ]
            )
        return found

    def _translated(
        self, spans: Sequence[str], around: Sequence[tuple[str, str]]
    ) -> dict[str, list[str]]:
        """Translations of the spans and of their surroundings, the best first."""
        if self._translator is None:
            return {}
        wanted = list(spans) if "alone" in self.settings.sources else []
        wanted += [text for pair in around for text in pair]
        texts = list(dict.fromkeys(text for text in wanted if text.strip()))
        if not texts:
            return {}
        found = {}
        for text, result in zip(texts, self._translator.translate_texts(texts), strict=True):
            every = [result.text, *(other.text for other in result.alternatives)]
            some = dict.fromkeys(one for one in every if one and one.strip())
            found[text] = list(some)[: self.settings.alternatives]
        return found

    def _answers(self, queries: Sequence[Query]) -> list[list[str]]:
        """What the server says of each query: one phrase or none."""
        if self._server is None:
            return [[] for _ in queries]
        asked = [question(q.item, q.span, self.settings.examples) for q in queries]
        prompts = list(dict.fromkeys(asked))
        replies = dict(zip(prompts, self._server.ask(prompts), strict=True)) if prompts else {}
        found = []
        for query, prompt in zip(queries, asked, strict=True):
            reply = replies[prompt]
            answer = read_answer(reply, query.item.translation) if reply else None
            found.append([answer] if answer else [])
        return found


def _covered(query: Query) -> str:
    """The span's text on one line."""
    return " ".join(query.item.text[query.span.start : query.span.end].split())


def bare(item: ProjectionInput, span: Span, phrase: str) -> str:
    """A phrase without the articles that a translator put before it (`food`: `la comida`).

    They stay where the span begins with a stop word, where it is long, as clauses want theirs, and
    where they are as much part of a name as what follows (`Los Angeles`: `Los Ángeles`): the phrase
    then has no more words than the span.
    """
    covered = item.text[span.start : span.end]
    source = words_of(covered, item.language)
    if not source or source[0].stop or len(source) > LONG:
        return phrase
    target = words_of(phrase, item.target_language)
    named = covered[source[0].start].isupper()
    while len(target) > 1 and (
        len(target) > len(source) or (named and phrase[target[0].start].islower())
    ):
        first = target[0]
        if not (
            first.stop
            and first.end - first.start <= LONGEST_ARTICLE
            and phrase[first.end].isspace()
        ):
            break
        target = target[1:]
    return phrase[target[0].start :] if target else phrase
