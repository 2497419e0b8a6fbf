"""The joint vocabulary of a student: one SentencePiece model for both languages."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from spanferry.data.backends import require
from spanferry.data.errors import ConfigError
from spanferry.data.files import atomic_path, write_text
from spanferry.data.records import Offsets
from spanferry.translators.distil.settings import StudentSettings
from spanferry.translators.distil.typography import MARKS

EXTRA, USER = "distil", "spanferry distil"
END, UNKNOWN, PADDING = "</s>", "<unk>", "<pad>"
#: The files of a Marian repository on the Hub.
FILES = ("source.spm", "target.spm", "vocab.json", "tokenizer_config.json")
#: Share of the characters of the texts that have sub-words; the rest is written with keep_items.
COVERAGE = 0.99995
#: Languages with thousands of characters, whose rarest would take the place of words.
_MANY_CHARACTERS = {"zh", "ja", "yue", "wuu", "ko"}
_COVERAGE_OF_MANY = 0.9995
#: Special tokens of the vocabulary beyond the pieces: END and PADDING; SentencePiece has UNKNOWN.
_SPECIAL = 2


class Vocabulary:
    """The sub-words of a student, in the order of Marian: `</s>`, `<unk>`, pieces, `<pad>`.

    Args:
        folder: with `FILES`.

    Raises:
        ConfigError: they are not there or cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        library = require("sentencepiece", extra=EXTRA, user=USER)
        self.folder = folder
        try:
            self._model: Any = library.SentencePieceProcessor(model_file=str(folder / "source.spm"))
            self.ids: dict[str, int] = json.loads((folder / "vocab.json").read_text("utf-8"))
        except (OSError, RuntimeError, ValueError) as error:
            raise ConfigError(
                f"settings.start: {str(folder)!r} holds no vocabulary: {error}"
            ) from error
        pieces = [self._model.id_to_piece(n) for n in range(self._model.get_piece_size())]
        if list(self.ids) != [END, *pieces, PADDING] or pieces[:1] != [UNKNOWN]:
            raise ConfigError(
                f"settings.start: the vocabulary in {str(folder)!r} is none that "
                "`spanferry distil` made"
            )

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def end(self) -> int:
        return 0

    @property
    def padding(self) -> int:
        return len(self.ids) - 1

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of the sub-words of each text, without the end token."""
        return [[number + 1 for number in ids] for ids in self._model.encode(list(texts))]

    def offsets(self, texts: Sequence[str]) -> list[list[Offsets]]:
        """The characters of each sub-word of `encode`."""
        found = self._model.encode(list(texts), return_type="offset_mapping")
        return [[(start, end) for start, end in each["offsets"]] for each in found]

    def decode(self, ids: Sequence[int]) -> str:
        """The text of sub-words up to the end token."""
        kept: list[int] = []
        for number in ids:
            if number == self.end:
                break
            if number != self.padding:
                kept.append(number - 1)
        return str(self._model.decode(kept))


def train_vocabulary(
    texts: Iterable[str], settings: StudentSettings, folder: Path, source: str, target: str
) -> None:
    """Train a vocabulary and write its files; the last one is there when all are.

    A unigram model (Kudo, "Subword Regularization", ACL 2018); digits are a sub-word each, so that
    numbers are copied digit by digit. ASCII and typographic marks are always in it.

    Args:
        texts: of both languages.
        source, target: BCP-47 codes, noted for those who load the model.

    Raises:
        ConfigError: the texts hold more characters than the vocabulary has room for, or nothing.
    """
    library = require("sentencepiece", extra=EXTRA, user=USER)
    bases = {code.split("-")[0] for code in (source, target)}
    model = io.BytesIO()
    try:
        library.SentencePieceTrainer.train(
            sentence_iterator=iter(texts),
            model_writer=model,
            model_type="unigram",
            vocab_size=settings.vocabulary - _SPECIAL,
            hard_vocab_limit=False,
            character_coverage=_COVERAGE_OF_MANY if bases & _MANY_CHARACTERS else COVERAGE,
            required_chars="".join(map(chr, range(33, 127))) + MARKS,
            split_digits=True,
            normalization_rule_name="identity",
            unk_id=0,
            bos_id=-1,
            eos_id=-1,
            pad_id=-1,
            num_threads=1,
            minloglevel=2,
        )
    except RuntimeError as error:
        raise ConfigError(
            f"student.vocabulary: no vocabulary of {settings.vocabulary} sub-words can be made of "
            f"these texts: {error}"
        ) from error
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES[:2]:
        with atomic_path(folder / name) as temporary:
            temporary.write_bytes(model.getvalue())
    made = library.SentencePieceProcessor(model_proto=model.getvalue())
    pieces = [made.id_to_piece(number) for number in range(made.get_piece_size())]
    ids = {token: number for number, token in enumerate([END, *pieces, PADDING])}
    write_text(json.dumps(ids, ensure_ascii=False, indent=0) + "\n", folder / FILES[2])
    facts = {
        "tokenizer_class": "MarianTokenizer", "source_lang": source, "target_lang": target,
        "model_max_length": settings.positions,
    }  # fmt: skip
    write_text(json.dumps(facts, indent=1) + "\n", folder / FILES[3])
