"""Translations that a language model writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from spanferry.translators.base import Alternative, Translation
from spanferry.translators.causal_lm.memory import halving
from spanferry.translators.causal_lm.model import LanguageModel
from spanferry.translators.causal_lm.prompt import Prompt
from spanferry.translators.causal_lm.settings import CausalLMTranslatorSettings

#: Tokens that a translation may have besides a multiple of its source's.
ROOM = 16
#: A source: its place, the tokens of its prompt, and the most that its translation may have.
_Asked = tuple[int, list[int], int]


def generate(
    model: LanguageModel,
    prompt: Prompt,
    texts: Sequence[str],
    settings: CausalLMTranslatorSettings,
) -> list[list[str]]:
    """For each text the outputs that ended, the best of the search first; none: none ended.

    Raises:
        RetryableError: there is no memory for one text.
    """
    asked = model.encode([prompt.ask(text) for text in texts], special=prompt.special)
    bare = model.encode(list(texts), special=True)
    jobs: list[_Asked] = []
    done: list[list[str]] = [[] for _ in texts]
    for number, ((tokens, _), (own, _)) in enumerate(zip(asked, bare, strict=True)):
        most = int(settings.max_output_factor * len(own)) + ROOM
        most = min(most, model.positions - len(tokens))
        if most > 0:
            jobs.append((number, tokens, most))
    for batch in _batches(jobs, settings.beam_size, model):
        search = partial(_search, model, prompt, settings=settings)
        for number, outputs in halving(model, batch, search, lambda job: len(job[1])):
            done[number] = outputs
    return done


def ranked(outputs: Sequence[tuple[str, float]]) -> Translation:
    """A translation of scored outputs, the most probable first."""
    if not outputs:
        return Translation(None, error="length_limit")
    (text, score), *others = sorted(dict(outputs).items(), key=lambda item: -item[1])
    return Translation(text, score, alternatives=tuple(Alternative(*item) for item in others))


def _batches(jobs: Sequence[_Asked], beams: int, model: LanguageModel) -> Iterator[list[_Asked]]:
    """Prompts of about the same length, the longest first, with what they may grow to."""
    batch: list[_Asked] = []
    width = 0
    for job in sorted(jobs, key=lambda job: (-len(job[1]), -job[2], job[0])):
        wider = max(width, len(job[1]) + job[2])
        rows = (len(batch) + 1) * beams
        if batch and (rows * wider > model.batch_tokens or rows > model.most_predictions):
            yield batch
            batch, wider = [], len(job[1]) + job[2]
        batch.append(job)
        width = wider
    if batch:
        yield batch


def _search(
    model: LanguageModel,
    prompt: Prompt,
    batch: Sequence[_Asked],
    settings: CausalLMTranslatorSettings,
) -> list[tuple[int, list[str]]]:
    """The outputs of a batch by place; prompts are padded on the left, where what is written
    follows them at once."""
    import torch
    from transformers import GenerationConfig

    ends = set(model.ends)
    if prompt.after == "\n":  # a line, not a turn
        ends.update(model.line_ends)
    width = max(len(tokens) for _, tokens, _ in batch)
    given = torch.zeros((len(batch), width), dtype=torch.int64)
    seen = torch.zeros_like(given)
    for row, (_, tokens, _) in enumerate(batch):
        given[row, width - len(tokens) :] = torch.tensor(tokens)
        seen[row, width - len(tokens) :] = 1
    pad = model.tokenizer.pad_token_id
    config = GenerationConfig(
        max_new_tokens=max(most for _, _, most in batch),
        do_sample=False,
        num_beams=settings.beam_size,
        num_return_sequences=settings.n_best,
        length_penalty=settings.length_penalty,
        repetition_penalty=settings.repetition_penalty,
        no_repeat_ngram_size=settings.no_repeat_ngram_size,
        eos_token_id=sorted(ends),
        pad_token_id=min(ends) if pad is None else int(pad),
    )
    with torch.inference_mode():
        found = model.model.generate(
            input_ids=given.to(model.device),
            attention_mask=seen.to(model.device),
            generation_config=config,
        )
    written = found[:, width:].tolist()
    results = []
    for row, (number, _, most) in enumerate(batch):
        rows = written[row * settings.n_best : (row + 1) * settings.n_best]
        outputs = [_text(model, tokens[:most], ends) for tokens in rows]
        results.append((number, list(dict.fromkeys(text for text in outputs if text is not None))))
    return results


def _text(model: LanguageModel, tokens: Sequence[int], ends: set[int]) -> str | None:
    """What was written before the end; None where there is no end."""
    end = next((place for place, token in enumerate(tokens) if token in ends), None)
    if end is None:
        return None
    # the token of the end may hold the full stop before it
    text: Any = model.tokenizer.decode(tokens[: end + 1], skip_special_tokens=True)
    return str(text).strip().partition("\n")[0].strip()
