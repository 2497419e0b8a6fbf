"""tokenizer.json files made from sentencepiece models, as those on the Hub were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any


def bpe(path: Path, specials: Sequence[str], added: Sequence[str]) -> Any:
    """A `tokenizers.Tokenizer` of a BPE model: `specials`, its pieces from the fourth on, `added`.

    Every split of a piece in two known pieces is a merge, the earliest pieces first.
    """
    from tokenizers import Tokenizer
    from tokenizers.models import BPE

    pieces = [piece for piece, _ in _scored(path)][3:]
    vocabulary = {token: number for number, token in enumerate([*specials, *pieces])}
    merges = [
        (piece[:cut], piece[cut:])
        for piece in pieces
        for cut in range(1, len(piece))
        if piece[:cut] in vocabulary and piece[cut:] in vocabulary
    ]
    model = BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=False)
    return _finish(Tokenizer(model), path, [*specials, *added])


def unigram(
    path: Path, specials: Sequence[str], added: Sequence[str], *, unknown: int, fallback: bool
) -> Any:
    """A `tokenizers.Tokenizer` of a unigram model: `specials` take the places of its first three.

    Args:
        unknown: the id of `<unk>`.
        fallback: whether characters that are not in the vocabulary become bytes.
    """
    from tokenizers import Tokenizer
    from tokenizers.models import Unigram

    tokens = [(token, 0.0) for token in specials] + _scored(path)[3:]
    tokens += [(token, 0.0) for token in added]
    model = Unigram(tokens, unk_id=unknown, byte_fallback=fallback)
    return _finish(Tokenizer(model), path, [*specials, *added])


def _finish(tokenizer: Any, path: Path, specials: Sequence[str]) -> Any:
    from tokenizers import AddedToken, Regex, decoders, normalizers, pre_tokenizers, processors

    table = next(
        table
        for number, spec in _fields(path.read_bytes())
        if number == _NORMALIZER
        for part, table in _fields(spec)
        if part == _CHARACTERS
    )
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(table), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.add_special_tokens(
        [
            AddedToken(token, lstrip=token == "<mask>", normalized=False, special=True)
            for token in specials
        ]
    )
    end = ("</s>", tokenizer.token_to_id("</s>"))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[end]
    )
    return tokenizer


def _scored(path: Path) -> list[tuple[str, float]]:
    import sentencepiece

    model = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return [
        (model.id_to_piece(number), model.get_score(number))
        for number in range(model.get_piece_size())
    ]


#: Field numbers in sentencepiece_model.proto: the normalizer, and its table of characters.
_NORMALIZER, _CHARACTERS = 3, 2


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Fields of a protobuf message that hold bytes; read by hand, protobuf may be absent."""
    place = 0

    def number() -> int:
        nonlocal place
        value = shift = 0
        while True:
            byte = message[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while place < len(message):
        tag = number()
        if tag & 7 == 2:
            length = number()
            yield tag >> 3, message[place : place + length]
            place += length
        elif tag & 7 == 0:
            number()
        else:
            place += 4 if tag & 7 == 5 else 8
