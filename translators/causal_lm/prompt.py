"""What a model reads: the prompt of a source text, and the whole text that is scored.

A base model goes on writing lines, so that a translation ends with its line:

    English: Good morning.
    Spanish: Buenos días.
    English: Thank you.
    Spanish: Gracias.

(The pattern of Brown et al. 2020, figure G.36, and of most work on translation by few examples;
no quotes, as they would be part of a span.) A model that was tuned for chats is asked by its own
template, with the examples as earlier turns, and a translation ends with the token that ends a
turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spanferry.data.errors import ConfigError

#: The request of a chat, where the settings have none.
INSTRUCTION = (
    "Translate from {source_language} to {target_language}. Write the translation alone, in one "
    "line."
)
#: Stands for a text while the end of a template is looked for.
_MARK = "qzx7"


@dataclass(frozen=True, slots=True)
class Prompt:
    """The frame of all texts of a direction.

    Args:
        before: the whole prompt up to the source text, examples included.
        between: between source and target text.
        after: what ends a target text.
        special: whether `before` holds the special token that begins a text already.
    """

    before: str
    between: str
    after: str
    special: bool

    def ask(self, source: str) -> str:
        """What a translation is to follow."""
        return f"{self.before}{flat(source)}{self.between.rstrip(' ')}"

    def whole(self, source: str, target: str) -> tuple[str, int]:
        """A text with its prompt and its end, and where the prompt ends, in characters."""
        asked = self.ask(source)
        blank = " " if self.between.endswith(" ") else ""
        return f"{asked}{blank}{flat(target)}{self.after}", len(asked)


def flat(text: str) -> str:
    """A text in one line; the end of the line is the end of the text."""
    return " ".join(text.split())


def lines(
    source: str, target: str, examples: Sequence[tuple[str, str]], instruction: str | None
) -> Prompt:
    """The frame for a base model; `source` and `target` are names of languages."""
    head = f"{_fill(instruction, source, target)}\n" if instruction else ""
    shown = "".join(f"{source}: {a}\n{target}: {b}\n" for a, b in examples)
    return Prompt(f"{head}{shown}{source}: ", f"\n{target}: ", "\n", special=False)


def chat(
    tokenizer: Any,
    source: str,
    target: str,
    examples: Sequence[tuple[str, str]],
    instruction: str | None,
    template_kwargs: Mapping[str, Any],
) -> Prompt:
    """The frame for a model that was tuned for chats.

    Raises:
        ConfigError: the tokenizer has no template, or one that does not do.
    """
    start = "translate.chat: the tokenizer "
    if not getattr(tokenizer, "chat_template", None):
        raise ConfigError(f"{start}has no chat template; write false")
    request = _fill(instruction or INSTRUCTION, source, target)

    def turns(text: str) -> list[dict[str, str]]:
        asked: list[dict[str, str]] = []
        for given, wanted in (*examples, (text, "")):
            asked.append({"role": "user", "content": f"{request}\n\n{given}"})
            asked.append({"role": "assistant", "content": wanted})
        return asked

    def render(messages: list[dict[str, str]], **more: Any) -> str:
        try:
            return str(
                tokenizer.apply_chat_template(messages, tokenize=False, **template_kwargs, **more)
            )
        except Exception as error:  # a template is a program, and raises what it likes
            first = (str(error).strip().splitlines() or [""])[0]
            raise ConfigError(f"{start}has a chat template that fails: {first}") from error

    open_ = render(turns(_MARK)[:-1], add_generation_prompt=True)
    done = render([*turns(_MARK)[:-1], {"role": "assistant", "content": f"{_MARK}{_MARK}"}])
    before, mark, between = open_.rpartition(_MARK)
    _, found, after = done.rpartition(f"{_MARK}{_MARK}")
    end = _first_special(after, tokenizer)
    if not (mark and found and end):
        raise ConfigError(f"{start}has a chat template that does not show how an answer ends")
    begin = str(getattr(tokenizer, "bos_token", None) or "")
    return Prompt(before, between, end, special=bool(begin) and before.startswith(begin))


def _first_special(after: str, tokenizer: Any) -> str:
    """The end of an answer up to and with the first special token; empty where there is none."""
    known = {
        str(token) for token in tokenizer.get_added_vocab() if str(token) and str(token) in after
    }
    if not known:
        return ""
    first = min(known, key=lambda token: (after.index(token), -len(token)))
    return after[: after.index(first) + len(first)]


def _fill(instruction: str, source: str, target: str) -> str:
    text = instruction.replace("{source_language}", source)
    return text.replace("{target_language}", target).strip()
