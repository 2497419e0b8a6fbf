"""Links of the engine against those of the package `simalign`, pair for pair, on the same weights.

    compare(pairs, SimalignSettings(model=folder, layer=8), methods=["inter", "mwmf"])

A difference is listed with its cause. The two forward passes add floats in another order, so that
their similarities differ by about 1e-6; where two similarities are nearer to one another than
that, the methods may choose differently. That is a tie only if the package's own method, given
the engine's similarities, chooses as the engine did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from spanferry.aligners.base import WordPair
from spanferry.aligners.encoder.engine import EncoderEngine
from spanferry.aligners.matchers.simalign import Method, similarities
from spanferry.aligners.simalign import SimalignAligner, SimalignSettings

#: Largest difference of two similarities, which lie in [0, 1], that rounding explains.
ROUNDING = 5e-6

Links = set[tuple[int, int]]
Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A pair of which the two give different links.

    Args:
        place: of the pair.
        ours, theirs: links that only one has.
        noise: largest difference of the two's similarities of the same units.
        same_method: whether the package's method makes the engine's links of the engine's
            similarities (mwmf: links of the same sum).
    """

    place: int
    ours: Links
    theirs: Links
    noise: float
    same_method: bool

    @property
    def is_tie(self) -> bool:
        return self.same_method and self.noise <= ROUNDING


def compare(
    pairs: Sequence[WordPair],
    settings: SimalignSettings,
    package: Any = None,
    methods: Sequence[Method] | None = None,
    engine: EncoderEngine | None = None,
) -> dict[Method, list[Difference]]:
    """The pairs whose links differ, of each method, sorted by place.

    Args:
        pairs: none with an empty side.
        settings: of the aligner; its `engine` is ignored.
        package: a loaded `simalign.SentenceAligner` of the same model and layer, if there is one.
        methods: which to compare; that of the settings if not given.
        engine: a set-up engine of the same model and layer, if there is one.
    """
    aligners = {}
    for method in methods or [SimalignAligner(settings).method]:
        update = {"engine": "batched", "method": method, "leading_blank": False}
        aligners[method] = SimalignAligner(settings.model_copy(update=update))
        if engine is not None:
            aligners[method].engine = engine
        aligners[method].setup()
        engine = aligners[method].engine
    assert engine is not None
    if package is None:
        package = load_package(settings.model, engine.layer)
    package.token_type, package.distortion = settings.token_type, settings.distortion
    package.matching_methods = list(aligners)
    reference = [package.get_word_aligns(list(pair.source), list(pair.target)) for pair in pairs]
    differences: dict[Method, list[Difference]] = {method: [] for method in aligners}
    for method, aligner in aligners.items():
        found = aligner.align(pairs)
        for place, (pair, links, of_pair) in enumerate(zip(pairs, found, reference, strict=True)):
            ours = {(link.source, link.target) for link in links}
            theirs = set(of_pair[method])
            if ours != theirs:
                differences[method].append(_explain(place, pair, ours, theirs, aligner, package))
    return differences


def load_package(folder: str | Path, layer: int) -> Any:
    """The package with a checkpoint.

    It drops the first and the last position of every text, so its tokenizer must add a token at
    both ends; one that adds only the first (Gemma's) is made to add its `eos_token`.
    """
    from simalign import SentenceAligner

    package = SentenceAligner(str(folder), matching_methods="a", layer=layer)
    tokenizer = package.embed_loader.tokenizer
    if tokenizer.backend_tokenizer.num_special_tokens_to_add(False) == 1:
        _frame(tokenizer)
    tokenizer.padding_side = "right"  # of a text padded on the left it drops words
    return package


def _frame(tokenizer: Any) -> None:
    from tokenizers import processors

    first, last = tokenizer.bos_token, tokenizer.eos_token
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}",
        special_tokens=[(first, tokenizer.bos_token_id), (last, tokenizer.eos_token_id)],
    )


def _explain(
    place: int,
    pair: WordPair,
    ours: Links,
    theirs: Links,
    batched: SimalignAligner,
    package: Any,
) -> Difference:
    mine, words = _ours(batched, pair)
    noise = float(np.abs(mine - _theirs(package, pair)).max())
    chosen = _method(package, batched.method, mine)
    again = {(int(words[0][i]), int(words[1][j])) for i, j in zip(*np.nonzero(chosen), strict=True)}
    same = again == ours
    if not same and batched.method == "mwmf":
        from scipy.optimize import linear_sum_assignment

        best = mine[linear_sum_assignment(mine, maximize=True)].sum()
        same = abs(float(best - (chosen * mine).sum())) <= ROUNDING
    return Difference(place, ours - theirs, theirs - ours, noise, same)


def _ours(batched: SimalignAligner, pair: WordPair) -> tuple[Floats, list[Any]]:
    """The engine's similarities of units, and the word of each unit."""

    def work(replica: Any, chunk: Any) -> Any:
        engine, token_type = batched.engine, batched.token_type
        _, batch, units = next(engine.vector_batches(replica, chunk, token_type))
        words = [
            units.words[units.starts[text] : units.starts[text + 1]]
            for text in (chunk.sources[0], chunk.targets[0])
        ]
        return similarities(batch, batched.settings.distortion)[0].numpy(), words

    found: tuple[Floats, list[Any]] = next(batched.engine.run([pair], work))
    return found


def _theirs(package: Any, pair: WordPair) -> Floats:
    tokenizer = package.embed_loader.tokenizer
    pieces = [[tokenizer.tokenize(w) for w in words] for words in (pair.source, pair.target)]
    both = package.embed_loader.get_embed_list([list(pair.source), list(pair.target)])
    vectors = [
        side[: sum(map(len, of_side))].numpy() for side, of_side in zip(both, pieces, strict=True)
    ]
    if package.token_type == "word":
        vectors = package.average_embeds_over_words(vectors, pieces)
    found: Floats = package.apply_distortion(package.get_similarity(*vectors), package.distortion)
    return found


def _method(package: Any, method: Method, values: Floats) -> Floats:
    forward, backward = package.get_alignment_matrix(values)
    if method == "mwmf":
        chosen: Floats = package.get_max_weight_match(values)
    elif method == "itermax":
        chosen = package.iter_max(values)
    else:
        chosen = {"fwd": forward, "rev": backward, "inter": forward * backward}[method]
    return chosen
