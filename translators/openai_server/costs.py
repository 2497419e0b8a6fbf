"""What translations cost, and what they are expected to cost."""

from __future__ import annotations

from math import ceil

from spanferry.translators.base import Estimate, Usage
from spanferry.translators.openai_server.settings import Price

#: Characters of English a token, over the tokenizers of current models.
CHARACTERS_PER_TOKEN = 4
#: Tokens of a translation for each of its English source; 1.1 to 1.5 for languages in Latin script,
#: 2 and more for scripts that a tokenizer knows less well.
GROWTH = 1.3
#: Tokens that the number, quotes and comma of a sentence take; and those around a message.
PER_SENTENCE, PER_REQUEST = 6, 12


def cost(usage: Usage, price: Price) -> float:
    """The price of tokens, in the currency of `price`."""
    return (
        usage.prompt_tokens * price.prompt + usage.completion_tokens * price.completion
    ) / 1_000_000


def expect(
    sentences: int, characters: int, *, overhead: int, per_request: int, price: Price | None
) -> Estimate:
    """Rough figures for a corpus, without failed attempts.

    Args:
        sentences, characters: of the corpus; characters of all sentences together.
        overhead: characters of the system message.
        per_request: sentences in a request.
    """
    requests = ceil(sentences / per_request)
    tokens = characters / CHARACTERS_PER_TOKEN
    frame = sentences * PER_SENTENCE
    usage = Usage(
        ceil(requests * (overhead / CHARACTERS_PER_TOKEN + PER_REQUEST) + frame + tokens),
        ceil(tokens * GROWTH + frame),
    )
    return Estimate(
        requests,
        usage.prompt_tokens,
        usage.completion_tokens,
        None if price is None else cost(usage, price),
    )
