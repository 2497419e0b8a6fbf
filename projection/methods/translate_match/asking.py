"""Questions to a language model, and what is read from its answers.

Contextual phrase translation (CLaP: Parekh et al., 2024, "Contextual Label Projection for
Cross-Lingual Structured Prediction"): the model is shown a translated sentence and asked which of
its words stand for a phrase of the source. The wording is our own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from spanferry.data import languages
from spanferry.data.records import Span
from spanferry.projection.base import ProjectionInput
from spanferry.projection.methods.translate_match.nearness import stretch_of
from spanferry.projection.methods.translate_match.settings import Example

_TASK = (
    "Each item holds a sentence, its translation and a phrase of the sentence. Copy from the "
    "translation the words that translate the phrase, exactly as they stand and in one piece; "
    "leave out whatever the phrase does not say. Write them in quotation marks and nothing else."
)
#: Opening quotation marks and their closing ones.
_QUOTES = {
    '"': '"', "“": "”", "„": "“”", "«": "»", "»": "«", "‘": "’", "‚": "‘’", "「": "」", "『": "』",
    "《": "》", "`": "`", "'": "'", "*": "*",
}  # fmt: skip
_LEAD = re.compile(
    r"^\s*(?:[-*•]\s+|\(?\d{1,2}[.)]\s+|(?:the\s+)?(?:answer|translation|words?)\s*(?:is|are)?\s*:\s*)+",
    re.IGNORECASE,
)
_FENCE = re.compile(r"```[a-z]*\s*(.*?)\s*```", re.DOTALL | re.IGNORECASE)


def question(item: ProjectionInput, span: Span, examples: Sequence[Example]) -> str:
    """The prompt for a span: the task, the examples, and the sentence that the span is in."""
    source, target = stretch_of(item, span)
    asked = Example(
        language=languages.name(item.language),
        target_language=languages.name(item.target_language),
        text=_line(item.text[slice(*source)]),
        phrase=_line(item.text[span.start : span.end]),
        translation=_line(item.translation[slice(*target)]),
        answer="?",
    )
    shown = [f'{_item(example)} "{example.answer}"' for example in examples]
    return "\n\n".join([_TASK, *shown, _item(asked)])


def _item(example: Example) -> str:
    return (
        f"{example.language}: {example.text}\n"
        f"{example.target_language}: {example.translation}\n"
        f'Phrase: "{example.phrase}"\n'
        "Words:"
    )


def _line(text: str) -> str:
    """A text on one line, so that it ends where its line does."""
    return " ".join(text.split())


def read_answer(reply: str, translation: str) -> str | None:
    """The phrase in a reply; None where it holds none.

    Looked at are the JSON value, the first line with something in it, and what stands there between
    quotation marks: an apostrophe ends nothing unless nothing but marks follows it. Numbers, dashes
    and `Answer:` before it go, and so does a full stop that the translation does not have there.

    >>> read_answer("1) 'l'hôtel d'antan'.", "dormi à l'hôtel d'antan, près")
    "l'hôtel d'antan"
    """
    text = _json_value(reply)
    if text is None:
        fenced = _FENCE.search(reply)
        text = fenced[1] if fenced else reply
    lines = [line.strip() for line in text.splitlines() if any(map(str.isalnum, line))]
    if not lines:
        return None
    line = lines[0]
    if line in translation:
        return line
    line = _LEAD.sub("", line)
    line = _unquoted(line)
    while line and line not in translation and line[-1] in ".。,;:!":
        line = _unquoted(line[:-1].rstrip())
    return line if any(map(str.isalnum, line)) else None


def _unquoted(line: str) -> str:
    """What stands between the quotation marks around a line, or at its beginning."""
    line = line.strip()
    while len(line) > 1 and line[0] in _QUOTES:
        closing = _QUOTES[line[0]]
        bare = line.rstrip(".。,;:!")
        if bare[-1] in closing and len(bare) > 1:
            line = bare[1:-1].strip()
            continue
        # words behind the closing mark; an apostrophe between two letters closes nothing
        ends = [
            k
            for k in range(1, len(line))
            if line[k] in closing and not (line[k - 1].isalnum() and line[k + 1 : k + 2].isalnum())
        ]
        return line[1 : ends[0]].strip() if ends else line[1:].strip()
    return line


def _json_value(reply: str) -> str | None:
    """The only text in a JSON value, in a fence or not; None where the reply is no JSON."""
    fenced = _FENCE.search(reply)
    text = (fenced[1] if fenced else reply).strip()
    if not text.startswith(("{", "[", '"')):
        return None
    try:
        value, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    while isinstance(value, (dict, list)):
        values = list(value.values() if isinstance(value, dict) else value)
        texts = [one for one in values if isinstance(one, (str, dict, list))]
        if len(texts) != 1:
            return ""
        value = texts[0]
    return value if isinstance(value, str) else ""
