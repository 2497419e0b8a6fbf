"""Text to sub-words and back, with character offsets."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from spanferry.data.backends import require
from spanferry.data.errors import ConfigError
from spanferry.data.records import Offsets
from spanferry.data.sentences import trim

#: What stands for a blank in SentencePiece.
BLANK = "\u2581"
_BYTE = re.compile(r"<0x([0-9A-F]{2})>")
#: Files by which a tokenizer is found, the better ones first: (source, target).
FILES = (
    ("source.spm", "target.spm"),
    ("sentencepiece.bpe.model", "sentencepiece.bpe.model"),
    ("spiece.model", "spiece.model"),
    ("sentencepiece.model", "sentencepiece.model"),
    ("tokenizer.model", "tokenizer.model"),
    ("tokenizer.json", "tokenizer.json"),
)


class Tokenizer(Protocol):
    """Sub-words of texts; safe to use from several threads, and releases the GIL."""

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """Pieces of each text, without special tokens."""
        ...

    def offsets(self, texts: Sequence[str]) -> list[list[Offsets]]:
        """The characters of each piece of `encode`; white space belongs to none."""
        ...


def load(folder: Path) -> tuple[Tokenizer, Tokenizer]:
    """The tokenizers of the source and the target side of a model.

    Raises:
        ConfigError: the folder has none that is known.
        MissingExtraError: the library is not installed.
    """
    for source, target in FILES:
        if (folder / source).is_file() and (folder / target).is_file():
            if source.endswith(".json"):
                both: Tokenizer = FastTokenizer(folder / source)
            else:
                both = SentencePiece(folder / source)
            return both, both if source == target else SentencePiece(folder / target)
    names = ", ".join(dict.fromkeys(name for pair in FILES for name in pair))
    raise ConfigError(
        f"translate.tokenizer: {str(folder)!r} has no tokenizer ({names}); name a folder or a Hub "
        "id that has one"
    )


def decode(pieces: Sequence[str]) -> tuple[str, list[Offsets]]:
    """The text of pieces and the characters of each, without the white space at its ends.

    The same for SentencePiece and for `tokenizers` models that mark blanks as it does. Bytes
    (`<0xC3>`, `<0xA9>`) that make up a character all have its range.

    >>> decode(["▁New", "▁York", "er", "."])
    ('New Yorker.', [(0, 3), (4, 8), (8, 10), (10, 11)])
    """
    out: list[str] = []
    ranges: list[Offsets] = []
    length = 0
    pending = 0  # bytes of a character that is not complete
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for piece in [*pieces, None]:
        byte = None if piece is None else _BYTE.fullmatch(piece)
        part = decoder.decode(bytes([int(byte[1], 16)]) if byte else b"", final=byte is None)
        pending += byte is not None
        if part:
            out.append(part)
            ranges += [(length, length + len(part))] * pending
            length, pending = length + len(part), 0
        if byte is None and piece is not None:
            out.append(piece.replace(BLANK, " "))
            ranges.append((length, length + len(piece)))
            length += len(piece)
    return _stripped("".join(out), ranges)


def text_of(pieces: Sequence[str]) -> str:
    """The text of pieces alone: what `decode` gives, in a tenth of the time."""
    text = "".join(pieces)
    if "<0x" in text:
        return decode(pieces)[0]
    return text.replace(BLANK, " ").strip()


def _stripped(text: str, ranges: Sequence[Offsets]) -> tuple[str, list[Offsets]]:
    """The text without white space at its ends, and each range without it at its own."""
    bare = text.strip()
    lead = len(text) - len(text.lstrip())
    trimmed = (trim(text, start, end) for start, end in ranges)
    most = len(bare)
    return bare, [
        (min(max(start - lead, 0), most), min(max(end - lead, 0), most)) for start, end in trimmed
    ]


class SentencePiece:
    """A SentencePiece model (`source.spm`, `sentencepiece.bpe.model`, `spiece.model`)."""

    def __init__(self, path: Path) -> None:
        library = require("sentencepiece", extra="ctranslate2", user="translator 'ctranslate2'")
        try:
            self._model: Any = library.SentencePieceProcessor(model_file=str(path))
        except (OSError, RuntimeError) as error:
            raise ConfigError(
                f"translate.tokenizer: {str(path)!r} is no SentencePiece model: {error}"
            ) from error

    def pieces(self) -> frozenset[str]:
        """All pieces that it knows."""
        model = self._model
        return frozenset(model.id_to_piece(number) for number in range(model.get_piece_size()))

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """See `Tokenizer.encode`."""
        return self._model.encode(list(texts), return_type=str)  # type: ignore[no-any-return]

    def offsets(self, texts: Sequence[str]) -> list[list[Offsets]]:
        """See `Tokenizer.offsets`."""
        found = self._model.encode(list(texts), return_type="offset_mapping")
        return [
            [trim(text, start, end) for start, end in one["offsets"]]
            for text, one in zip(texts, found, strict=True)
        ]


class FastTokenizer:
    """A `tokenizer.json` whose pieces mark blanks as SentencePiece does."""

    def __init__(self, path: Path) -> None:
        library = require("tokenizers", extra="ctranslate2", user="translator 'ctranslate2'")
        try:
            self._model: Any = library.Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises nothing narrower
            raise ConfigError(
                f"translate.tokenizer: {str(path)!r} is no tokenizer: {error}"
            ) from error
        kinds = set(_kinds(json.loads(path.read_text("utf-8")).get("decoder")))
        if "Metaspace" not in kinds and not {"Replace", "ByteFallback"} <= kinds:
            raise ConfigError(
                f"translate.tokenizer: {str(path)!r}: only tokenizers with a Metaspace decoder can "
                f"be used (found: {', '.join(sorted(kinds)) or 'none'})"
            )
        self._model.no_padding()
        self._model.no_truncation()
        # "</s>" in a text is a text, no end
        self._model.encode_special_tokens = True

    def encode(self, texts: Sequence[str]) -> list[list[str]]:
        """See `Tokenizer.encode`."""
        return [found.tokens for found in self._encode(texts)]

    def offsets(self, texts: Sequence[str]) -> list[list[Offsets]]:
        """See `Tokenizer.offsets`."""
        return [
            [
                # a blank of its own has no character: SentencePiece puts one before every text
                (start, start) if token == BLANK else trim(text, start, end)
                for token, (start, end) in zip(found.tokens, found.offsets, strict=True)
            ]
            for text, found in zip(texts, self._encode(texts), strict=True)
        ]

    def _encode(self, texts: Sequence[str]) -> list[Any]:
        return self._model.encode_batch(list(texts), add_special_tokens=False)  # type: ignore[no-any-return]


def _kinds(decoder: Any) -> Iterator[str]:
    """The types of a decoder and of those it is made of."""
    if isinstance(decoder, dict):
        yield str(decoder.get("type"))
        for inner in decoder.get("decoders", ()):
            yield from _kinds(inner)
